"""The tables of ARCHITECTURE.md that list what stands where, made from the tree.

`make inventory` writes them; a test holds them against the tree.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "ARCHITECTURE.md"


def summary(path: Path) -> str:
    """The first line of a file's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].replace("``", "`")


def floors(area: str) -> list[str]:
    """The layers of an area, top floor first, as `pyproject.toml` has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract.get("containers") == [f"ifonly.{area}"]:
            return list(contract["layers"])
    raise LookupError(f"no layers of {area}")


def rows(area: str, name: str) -> Iterator[tuple[str, str, str]]:
    """A package with its files, and then each package inside it; or one file."""
    home = ROOT / area / name
    if not home.is_dir():
        yield f"`{name}.py`", summary(home.with_suffix(".py")), ""
        return
    files = sorted(p.stem for p in home.glob("*.py") if not p.stem.startswith("__"))
    yield f"`{name}/`", summary(home / "__init__.py"), ", ".join(files)
    for inner in sorted(p.parent.name for p in home.glob("*/__init__.py")):
        yield from rows(area, f"{name}/{inner}")


def table(area: str) -> str:
    """The table of an area, as Markdown."""
    lines = ["| place | what it is | its files |", "|---|---|---|"]
    for floor in floors(area):
        for name in (part.strip() for part in floor.split("|")):
            if name.startswith("("):
                continue  # a place for what is to come
            lines += [f"| {' | '.join(cells)} |" for cells in rows(area, name)]
    return "\n".join(lines)


def page() -> str:
    """ARCHITECTURE.md as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    for area in ("inference", "scenarios"):
        start = f"<!-- floors of {area}: made by `make inventory` -->\n"
        block = re.compile(re.escape(start) + r".*?<!-- end -->", re.DOTALL)
        text = block.sub(lambda _, a=area, s=start: f"{s}\n{table(a)}\n\n<!-- end -->", text)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
