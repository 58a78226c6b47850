"""A typo is refused before PyMC is loaded, and no right name ever is."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from ifonly.scenarios.cli.glance import check_names
from ifonly.scenarios.cli.terminal import Mistake

HEAD = "import pymc as pm\nimport numpy as np\n"
BODY = "with pm.Model(coords={'unit': range(1)}) as m:\n    x = pm.Normal('x', dims='unit')\n"

ASKED = ["--outcome", "y", "--do", "x=1"]


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
        ("ask", [*ASKED, "--coupling", "monoton"], "did you mean 'monotone'"),
        ("ask", [*ASKED, "--coupling", "yy=independent"], "--coupling names 'yy'"),
        ("ask", [*ASKED, "--columns", "x,zz"], "--columns names 'zz'"),
        ("ask", [*ASKED, "--columns", ","], "should name columns"),
        ("ask", [*ASKED, "--unit", "row"], "its dimensions are unit"),
        ("ask", [*ASKED, "--model-name", "mm"], "did you mean 'm'"),
        ("ask", [*ASKED, "--query", "CATE", "--by", "x:0"], "give at least 2"),
        ("run", ["experiment", "--variant", "placebos"], "did you mean 'placebo'"),
        ("run", ["linear_walkthrough", "--variant", "x"], "it has none"),
        ("calibrate", ["--outcome", "y", "--do", "xx=1"], "--do names 'xx'"),
        ("calibrate", ["--outcome", "y", "--do", "x=1", "--hidden", "xx"], "--hidden names 'xx'"),
        ("page", ["--outcome", "yy"], "did you mean 'y'"),
        ("page", ["--levers", "x,xx"], "--levers names 'xx'"),
        ("page", ["--levers", "x,x"], "each once"),
        ("page", ["--outcome", "y", "--levers", "y"], "the outcome"),
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
    files = {"calibrate": ["m.py"], "effects": ["d.csv"], "experiment": ["d.csv"], "run": []}
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


OF_A_TABLE = [
    ("experiment", ["--arm", "t", "--control", "2"], "has no arm '2'"),
    ("experiment", ["--arm", "t", "--shares", "0.5"], "two or more positive numbers that add"),
    ("experiment", ["--arm", "t", "--guardrail", "z"], "NAME:MARGIN"),
    ("experiment", ["--arm", "t", "--guardrail", "x:1", "--guardrail", "x:2"], "given twice"),
    ("sandbox", ["--treatment", "t", "--effect", "exq(x)"], "did you mean 'exp'"),
    ("sandbox", ["--treatment", "t", "--effect", "zz"], "reads 'zz'"),
    ("sandbox", ["--treatment", "t", "--effect", "nan"], "finite number"),
    ("sandbox", ["--treatment", "t", "--confounding", "g*2"], "calculates with text"),
    ("sandbox", ["--treatment", "t", "--effect", "log(-1)"], "finite for no row"),
    ("sandbox", ["--treatment", "t", "--overlap", "auc=2"], "it lies from 0.5 to 1"),
    ("sandbox", ["--treatment", "t", "--prevalence", "1"], "both excluded"),
    ("sandbox", ["--treatment", "t", "--censoring", "2"], "between 0 and 1"),
    ("effects", ["--treatment", "t", "--covariates", "y"], "different columns"),
    ("effects", ["--treatment", "x"], "two are needed"),
    ("sandbox", ["--treatment", "t", "--rank", "olss,splines"], "did you mean 'ols'"),
]
OF_AN_EXPERIMENT = [
    (["--shares", "0.5"], "two or more positive numbers that add up to 1"),
    (["--shares", "0.5,0.4"], "two or more positive numbers that add up to 1"),
    (["--shares", "nan,1"], "two or more positive numbers that add up to 1"),
    (["--shares", "0.2,0.3,0.5"], "shares has 3 numbers for 2 arms"),
    (["--control", "2"], "'t' has no arm '2'"),
    (["--treated", "0", "--control", "0"], "they are two arms"),
    (["--guardrail", "x:much"], "NAME:MARGIN"),
    (["--pre", "y"], "as outcome and as covariate"),
]
OF_A_NAME = [
    (["arena", "experiment", "--estimators", "olss"], "did you mean 'ols'"),
    (["arena", "experiment", "--estimators", ","], "should name estimators"),
    (["calibrate", "ab_test", "--query", "effect on yy"], "did you mean 'effect on y'"),
    (["page", "linear_walkthrough", "--outcome", "yy"], "did you mean 'y'"),
    (["page", "linear_walkthrough", "--levers", "a,q"], "--levers names 'q'"),
    (["sandbox", "d.csv", "--treatment", "t", "--outcome", "y", "--out", ""], "out is given as ''"),
]


def test_a_table_is_read_and_refused_before_pymc_is_loaded(tmp_path: Path) -> None:
    rows = "".join(f"{k % 2},{k},{k * k},{'ab'[k % 2]}\n" for k in range(40))
    (tmp_path / "d.csv").write_text(f"t,x,y,g\n{rows}")
    given = [
        [command, "d.csv", "--outcome", "y", *options, *["--out", "o"] * (command == "sandbox")]
        for command, options, _ in OF_A_TABLE
    ]
    given += [words for words, _ in OF_A_NAME]
    code = (
        "import sys; from ifonly.scenarios.cli.main import main\n"
        f"for given in {given!r}:\n"
        "    assert main([*given, '--quiet']) == 2, given\n"
        "    assert not {'pymc', 'pytensor', 'numba', 'jax'} & set(sys.modules), given\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for line, (*_, says) in zip(done.stderr.splitlines(), (*OF_A_TABLE, *OF_A_NAME), strict=True):
        assert says in line


def test_groups_are_columns_of_the_model_or_of_the_table(tmp_path: Path) -> None:
    """Also where a column's name has brackets, which else name a column of a matrix."""
    (tmp_path / "d.csv").write_text("size [cm],y\n1,2\n")
    args = Namespace(data=str(tmp_path / "d.csv"))
    for name in ("size [cm]", "size [cm]:2", "x[0]", "y"):
        args.by = [name]
        check_names(args, {"x", "y"}, "m.py")
    for name in ("size", "z[0]"):
        args.by = [name]
        with pytest.raises(Mistake, match=f"--by names '{name.partition('[')[0]}'"):
            check_names(args, {"x", "y"}, "m.py")


def test_a_plan_that_cannot_be_is_refused_before_scipy_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("t,x,y\n" + "".join(f"{k % 2},{k},{k}\n" for k in range(40)))
    code = (
        "import sys; from ifonly.scenarios.cli.main import main\n"
        f"for given in {[options for options, _ in OF_AN_EXPERIMENT]!r}:\n"
        "    assert main(['experiment', 'd.csv', '--arm', 't', '--outcome', 'y', *given]) == 2\n"
        "    assert not {'scipy', 'xarray', 'ifonly.inference.experiments'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for line, (_, says) in zip(done.stderr.splitlines(), OF_AN_EXPERIMENT, strict=True):
        assert says in line


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
