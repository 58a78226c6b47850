"""What a contributor is told is true: the worked examples run, the checks are the same checks."""

import re
import tomllib
from pathlib import Path

import pytest

from ifonly.inference import structural_form

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def test_the_worked_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is registered here is forgotten afterwards.
    monkeypatch.setattr(structural_form, "_forms", dict(structural_form._forms))
    monkeypatch.setattr(structural_form, "_defaults", dict(structural_form._defaults))
    names: dict[str, object] = {"__name__": "contributing"}
    for snippet in SNIPPETS:
        exec(snippet, names)
    assert len(SNIPPETS) == 5


def test_every_file_that_is_named_is_there() -> None:
    for name in ("CONTRIBUTING.md", "SECURITY.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        named = re.findall(r"`((?:[\w.]+/)+[\w.]*|[\w.]+\.(?:md|toml))`", text)
        for path in named:
            assert path.startswith("queries/") or (ROOT / path).exists(), f"{name}: {path}"


def test_the_hooks_are_the_checks_of_make_lint() -> None:
    recipe = (ROOT / "Makefile").read_text().split("\nlint:")[1].split("\n\n")[0]
    checks = re.findall(r"^\t@\$\(BIN\)/(.*?)(?: \|\|.*)?$", recipe, re.MULTILINE)
    hooks = re.findall(r"entry: \.venv/bin/(.*)", (ROOT / ".pre-commit-config.yaml").read_text())
    assert checks == hooks


def test_hosted_checks_are_those_of_the_supported_pythons() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert ".ci/run" in workflow
    least, below = re.findall(r"3\.(\d+)", project["requires-python"])
    pythons = [f"3.{k}" for k in range(int(least), int(below))]
    assert re.findall(r"3\.\d+", workflow.split("matrix:")[1].split("\n")[1]) == pythons
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {project['version']}\nlicense: {project['license']}" in citation
