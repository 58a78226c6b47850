"""A typo is refused before PyMC is loaded, and no right name ever is."""

import subprocess
import sys
from pathlib import Path

import pytest

from ifonly.scenarios.cli.glance import holds_scenario, literal_names

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
    ("command", "options", "says"),
    [
        ("ask", ["--outcome", "y", "--do", "x"], '"T=1" sets'),
        ("ask", ["--outcome", "y", "--do", "xx=1"], "did you mean 'x'"),
        ("ask", ["--outcome", "yy", "--do", "x=1"], "did you mean 'y'"),
        ("ask", ["--outcome", "y", "--do", "x=1", "--versus", "x=0|1"], "several values"),
        ("ask", ["--outcome", "y", "--do", "x=1", "--query", "CATE", "--by", "zz"], "names 'zz'"),
        ("ask", ["--outcome", "y", "--do", "x=1", "--query", "QTE", "--quantiles", "a"], "as 0.1"),
        ("ask", ["--outcome", "y", "--do", "x=1", "--coupling", "y="], "is not understood"),
        ("calibrate", ["--outcome", "y", "--do", "xx=1"], "--do names 'xx'"),
        ("calibrate", ["--outcome", "y", "--do", "x=1", "--hidden", "xx"], "--hidden names 'xx'"),
        ("page", ["--outcome", "yy"], "did you mean 'y'"),
        ("page", ["--levers", "x,xx"], "--levers names 'xx'"),
        ("effects", ["--treatment", "xx", "--outcome", "y"], "--treatment names 'xx'"),
        ("effects", ["--treatment", "x", "--outcome", "y", "--modifiers", "z"], "--modifiers"),
        ("experiment", ["--arm", "x", "--outcome", "yy"], "did you mean 'y'"),
        ("experiment", ["--arm", "x", "--outcome", "y", "--guardrail", "z:1"], "names 'z'"),
    ],
)
def test_a_typo_is_refused_before_anything_heavy_is_loaded(
    tmp_path: Path, command: str, options: list[str], says: str
) -> None:
    (tmp_path / "m.py").write_text(HEAD + BODY + "    pm.Normal('y', x, dims='unit')\n")
    (tmp_path / "d.csv").write_text("x,y\n1,2\n")
    code = (
        "import sys; from ifonly.scenarios.cli.main import main; code = main(sys.argv[1:]);"
        "assert not {'pymc', 'numpy', 'pandas'} & set(sys.modules); sys.exit(code)"
    )
    files = {"calibrate": ["m.py"], "effects": ["d.csv"], "experiment": ["d.csv"]}
    given = [command, *files.get(command, ["m.py", "d.csv"]), *options]
    done = subprocess.run(
        [sys.executable, "-c", code, *given],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_interrupt_in_the_first_moments_is_one_line() -> None:
    code = """
import sys
from ifonly.scenarios.cli import command
assert not {"argparse", "importlib.metadata", "json"} & set(sys.modules), "heavy before the guard"
class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "argparse":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Pressed())
command()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130, done.stderr
    assert done.stderr == "ifonly: interrupted\n"


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
