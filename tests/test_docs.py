"""What the documentation shows is run by its build, and what it says is held here.

`make docs` executes every page and ends where a cell fails, an assertion does not hold or anything
warns. Here stands what the build cannot see.
"""

import re
from importlib import import_module
from pathlib import Path

import pytest

from ifonly.scenarios.cli.main import COMMANDS

from . import docs_families

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = {p.relative_to(DOCS).as_posix(): p for p in sorted(DOCS.rglob("*.md"))}
GALLERY = [n for n in PAGES if n.startswith("gallery/") and n != "gallery/index.md"]
EXECUTED = [n for n, p in PAGES.items() if "{code-cell}" in p.read_text(encoding="utf-8")]
MODULES = [
    f"ifonly.{name}"
    for name in (
        "inference",
        "inference.estimators",
        "inference.experiments",
        "inference.generators",
        "inference.graph",
        "inference.testing",
        "inference.validation.arena",
        "inference.validation.fidelity",
        "inference.validation.trials",
        "scenarios",
    )
]
MOST_LINES = 40  # of code on a page of the gallery
FENCE = re.compile(r"^(`{3,}|:{3,})(.*?)\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
ASSERTED = re.compile(r"^\s*assert[^\n]*(?:\n\s+[^\n]*)*", re.MULTILINE)
# In prose: a number with its sign, decimals and per cent.
NUMBER = re.compile(r"(?<![\w.,/-])[-−]?\d[\d,]*(?:\.\d+)?(?:\s?%)?(?![\w])")
LEVEL = re.compile(r"\d+\s?%\s+intervals?|Python 3\.\d+(?: to 3\.\d+)?")


def text(name: str) -> str:
    return PAGES[name].read_text(encoding="utf-8")


def blocks(name: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: what each is, and what it holds."""
    return [(kind.strip(), inside) for _, kind, inside in FENCE.findall(text(name))]


def cells(name: str) -> list[str]:
    return [inside for kind, inside in blocks(name) if kind.startswith("{code-cell}")]


def title(name: str) -> str:
    [first] = re.findall(r"^# (.*)$", FENCE.sub("", text(name)), re.MULTILINE)
    return first


def links(name: str) -> dict[str, str]:
    """The pages that a page links to, by the words of the link."""
    folder = PAGES[name].parent
    found = re.findall(r"\[([^\]]+)\]\(([\w./-]+\.md)\)", text(name))
    return {said: (folder / where).resolve().relative_to(DOCS).as_posix() for said, where in found}


@pytest.mark.parametrize("name", GALLERY)
def test_a_page_of_the_gallery_is_short_and_found_by_its_question(name: str) -> None:
    shown = [c for c in cells(name) if "remove-cell" not in c]
    code = [line for c in shown for line in c.splitlines() if line.strip()]
    assert 0 < len([line for line in code if not line.startswith(":tags:")]) <= MOST_LINES
    for index in ("index.md", "gallery/index.md"):
        assert links(index).get(title(name)) == name, f"{index} does not name {title(name)!r}"
    assert "assert " in "".join(cells(name))


@pytest.mark.parametrize("name", EXECUTED)
def test_every_number_in_the_text_is_asserted(name: str) -> None:
    """A decimal or a per cent stands in an assertion; a whole number from 10 on, in the code."""
    code = "".join(cells(name)).replace("_", "")
    claims = "".join(ASSERTED.findall(code))
    prose = re.sub(r"\A---.*?^---$", "", text(name), flags=re.MULTILINE | re.DOTALL)
    for what in (FENCE, r"`[^`]*`", r"\$[^$]*\$", r"\]\([^)]*\)", r"doi:\S+", LEVEL):
        prose = re.sub(what, " ", prose)
    missing = []
    for said in NUMBER.findall(prose):
        number = said.replace("−", "-").replace(",", "").rstrip("% ").strip()
        if "%" in said:
            share = f"{float(number) / 100:.6f}".rstrip("0").rstrip(".")
            there = share in claims or f"{number}" in re.findall(r"[-\d.]+", claims)
        elif "." in number:
            there = number.lstrip("-") in claims
        else:
            there = abs(int(number)) < 10 or number.lstrip("-") in re.findall(r"\d+", code)
        if not there:
            missing.append(said)
    assert missing == []


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_executed_or_names_commands_that_there_are(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for kind, inside in blocks(name):
        if kind.startswith("{"):
            continue  # a directive: executed, or no code
        assert kind == "sh", f"a block of {kind or 'nothing'} is not executed"
        for line in re.sub(r"\\\n", " ", inside).splitlines():
            words = line.split("#")[0].split()
            if words[:1] == ["ifonly"]:
                assert words[1] in COMMANDS, line
            elif words[:1] == ["make"]:
                assert words[1] in targets, line
            else:
                assert not words or words[0] in {"pip", "pytest", "python"}, line


def test_every_page_is_listed_for_programs() -> None:
    listed = (DOCS / "llms.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^- \[(.+?)\]\(([\w./-]+)\.html\): (\S.*)$", listed, re.MULTILINE)
    assert {f"{where}.md": name for name, where, _ in lines} == {n: title(n) for n in PAGES}
    assert len(lines) == len(PAGES)


def test_there_are_enough_questions() -> None:
    assert len(GALLERY) >= 14


def test_the_table_of_families_is_that_of_the_registry() -> None:
    written = docs_families.PAGE.read_text(encoding="utf-8")
    assert docs_families.page() == written, "run: python tests/docs_families.py"


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_in_the_reference(module: str) -> None:
    pages = "".join(p.read_text(encoding="utf-8") for n, p in PAGES.items() if "api/" in n)
    listed = set(re.findall(r"^   (\w+)$", pages, re.MULTILINE))
    found = import_module(module)
    assert {n for n in found.__all__ if callable(getattr(found, n))} <= listed


def test_each_tick_of_the_comparison_is_a_test_or_a_quoted_source() -> None:
    page = text("compare.md")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if re.match(r"\| \w", line)]
    tests = dict(re.findall(r"^(\d+)\. `(tests/[\w/.]+::\w+)`", page, re.MULTILINE))
    sources = dict(re.findall(r"^\[\^(\w+)\]: (.*)$", page, re.MULTILINE))
    assert len(rows) >= 12
    ours = [re.fullmatch(r"(?:✓|\(✓\)) `(\d+)`|✗", row[1]) for row in rows]
    others = [re.fullmatch(r"(?:✓|✗|\(✓\)) \[\^(\w+)\]|·", c) for row in rows for c in row[2:]]
    assert None not in ours
    assert None not in others
    assert {m[1] for m in ours if m and m[1]} == set(tests)
    assert {m[1] for m in others if m and m[1]} == set(sources)
    for test in tests.values():
        path, name = test.split("::")
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    assert all(re.search(r"“.+”.*\]\(https://\S+\)$", said) for said in sources.values())
