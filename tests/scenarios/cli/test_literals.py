"""What a Python file says of a model: names, dimensions, a scenario; only what is certain."""

from pathlib import Path

import pytest

from ifonly.scenarios.cli.literals import (
    bound_names,
    holds_scenario,
    literal_dims,
    literal_names,
)

HEAD = "import pymc as pm\nimport numpy as np\n"
BODY = "with pm.Model(coords={'unit': range(1)}) as m:\n    x = pm.Normal('x', dims='unit')\n"

CERTAIN = {
    "plain": (HEAD + BODY, {"x"}),
    "a keyword": (HEAD + BODY + "    pm.Data(name='z', value=[1])\n", {"x", "z"}),
    "by name": ("from pymc import Model, Normal\nwith Model() as m:\n    Normal('x')\n", {"x"}),
    "a distribution": (HEAD + BODY + "    pm.Potential('p', pm.Normal.dist(0))\n", {"x", "p"}),
    "functions": (HEAD + BODY + "    pm.Deterministic('d', pm.math.exp(x))\n", {"x", "d"}),
}
UNCERTAIN = {
    "a computed name": HEAD + BODY + "    [pm.Normal(f'b{k}') for k in range(3)]\n",
    "a name in a variable": HEAD + BODY + "    name = 'q'\n    pm.Normal(name)\n",
    "another module": HEAD + "import mine\n" + BODY,
    "a neighbour": HEAD + "from .mine import more\n" + BODY,
    "all of it": "from pymc import *\n" + HEAD + BODY,
    "renamed": HEAD + "from pymc import Normal as N\n" + BODY,
    "a prefix": HEAD + BODY.replace("coords=", "name='a', coords="),
    "a class": HEAD + BODY + "class M(pm.Model):\n    pass\n",
    "a call in disguise": HEAD + BODY + "    getattr(pm, 'Normal')('q')\n",
    "no python": "with (",
    "no variable": HEAD,
}


@pytest.mark.parametrize("kind", CERTAIN)
def test_names_that_are_written_out(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "m.py"
    path.write_text(CERTAIN[kind][0])
    assert literal_names(path) == CERTAIN[kind][1]


@pytest.mark.parametrize("kind", UNCERTAIN)
def test_names_that_may_come_about_in_other_ways(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "m.py"
    path.write_text(UNCERTAIN[kind])
    assert literal_names(path) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("scenario = load()", True),
        ("scenario: object = load()", True),
        ("scenarios = 1", False),
        ("def f():\n    scenario = 1", False),
        ("scenario = (", False),
    ],
)
def test_a_file_that_sets_a_scenario(tmp_path: Path, text: str, holds: bool) -> None:
    path = tmp_path / "file.py"
    path.write_text(text)
    assert holds_scenario(path) is holds


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("pm.Normal('x', dims='row'); pm.Normal('y', dims=('row', 'k'))", {"row", "k"}),
        ("pm.Normal('x', dims=('row', None)); pm.Normal('a')", {"row"}),
        ("pm.Normal('x', dims=name); pm.Normal('y', dims='row')", set()),
    ],
)
def test_dimensions_that_are_written_out(tmp_path: Path, text: str, dims: set[str]) -> None:
    path = tmp_path / "m.py"
    path.write_text(text)
    assert literal_dims(path) == dims


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a.b, c as d\nfrom e import f as g", {"g"}),
        ("def f(x):\n    y = 1\n    class D: z = 2\n    return y", {"f"}),
        ("def f():\n    global m\n    m = 1", {"f", "m"}),
        ("def f(): pass\nclass C: pass\nwith open(p) as h: x = 1", {"f", "C", "h", "x"}),
        ("from a import *", None),
        ("globals()['m'] = 1", None),
        ("def __getattr__(name): pass", None),
        ("x = (", None),
    ],
)
def test_names_that_a_file_binds(tmp_path: Path, text: str, names: set[str] | None) -> None:
    path = tmp_path / "m.py"
    path.write_text(text)
    assert bound_names(path) == names
