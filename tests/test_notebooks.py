"""A notebook that shows a figure made elsewhere names the function that makes it."""

import re
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
ROW = re.compile(r"^\| (.+) \| `([\w.]+):(\w+)` \|$", re.MULTILINE)
# How a notebook shows a section of its scenario: by its title.
# Or shows the code itself, of functions by title.
MADE_BY = re.compile(r'^    "([^"]+)": [\w.]+,$', re.MULTILINE)
SHOWN = re.compile(r'(?:^show\(|sections\[)"([^"]+)"', re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_code_behind_a_figure_is_there_or_named(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    code = "\n".join(c.source for c in cells if c.cell_type == "code")
    named = {t: at for c in cells if c.cell_type == "markdown" for t, *at in ROW.findall(c.source)}
    unfolded = set(MADE_BY.findall(code)) if "code_behind(" in code else set()
    assert set(SHOWN.findall(code)) <= set(named) | unfolded
    for module, function in named.values():
        assert callable(getattr(import_module(module), function))
    # A figure that comes with a section, and not from a call in the cell.
    assert named or unfolded or not re.search(r"\w\.figure$", code, re.MULTILINE)
