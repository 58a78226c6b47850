"""What is refused by a family's support is what the engine refuses too; a doubt is left to it."""

import argparse
from pathlib import Path

import numpy as np
import pymc as pm
import pytest
from pytensor.graph.traversal import explicit_graph_inputs

from ifonly.inference import ATE, QueryError, World
from ifonly.inference.families.table import EXAMPLES
from ifonly.inference.scm.support import limits
from ifonly.inference.symbolic.evaluate import evaluated
from ifonly.scenarios.cli.supports import COUNTS, POSITIVE, SHARES, check_supports
from ifonly.scenarios.cli.terminal import Mistake

MODEL = """import pymc as pm
def build():
    with pm.Model(coords={"unit": range(1)}) as m:
        a = pm.Normal("a", 0, 1)
        t = pm.Bernoulli("t", 0.5, dims="unit")
        k = pm.Poisson("k", 2.0, dims="unit")
        g = pm.Gamma("g", 2.0, 1.0, dims="unit")
        s = pm.Beta("s", 2.0, 2.0, dims="unit")
        pm.Normal("y", a * t + k + g + s, 1.0, dims="unit")
    return m
"""
WRONG = ["t=2", "t=0.5", "t=yes", "k=-1", "k=1.5", "k=much", "g=-1", "s=1.5", "s=-0.1"]
RIGHT = ["t=0|1", "t+0.5", "k=3", "g=0.5", "s=0.5", "y=-3", "a=7", "t=1, k=0"]


# Their ends are parameters, or the two that a Bernoulli is said to have.
WITH_ENDS = {"Bernoulli", "Censored", "CustomDist", "DiracDelta", "DiscreteUniform",
             "Interpolated", "Triangular", "Truncated", "TruncatedNormal", "Uniform"}  # fmt: skip


def test_supports_are_those_of_the_families_own_forms() -> None:
    found: dict[str, set[str]] = {"counts": set(), "positive": set(), "shares": set()}
    for name, make in EXAMPLES.items():
        rv = None if isinstance(make, str) else make()
        if rv is None or rv.owner is None or rv.owner.op.ndim_supp or name in WITH_ENDS:
            continue
        bounds = {limit.word: limit.bound for limit in limits(rv) or ()}
        free = {v: [0.0] for v in explicit_graph_inputs(list(bounds.values()))}
        ends = dict(zip(bounds, map(np.min, evaluated(list(bounds.values()), free)), strict=True))
        if np.dtype(rv.dtype).kind in "iu" and ends.get("least", -1) >= 0:
            found["counts"].add(name)
        elif ends == {"least": 0.0}:
            found["positive"].add(name)
        elif ends == {"least": 0.0, "greatest": 1.0}:
            found["shares"].add(name)
    assert found == {"counts": COUNTS, "positive": POSITIVE, "shares": SHARES}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "m.py").write_text(MODEL)
    return tmp_path / "m.py"


def asked(path: Path, do: str, **more: object) -> argparse.Namespace:
    usual = {"model": str(path), "do": [do], "outcome": "y", "data": "d.csv", "unit": "unit"}
    return argparse.Namespace(**usual | more)


def value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("do", WRONG)
def test_the_engine_refuses_it_too(path: Path, do: str) -> None:
    with pytest.raises(Mistake, match="--do sets"):
        check_supports(asked(path, do))
    space: dict[str, pm.Model] = {}
    exec(MODEL + "model = build()", space)
    world = World.simulate(space["model"], {"a": 1.0}, units=5, seed=1)
    name, _, text = do.partition("=")
    with pytest.raises(QueryError):
        world.ask(ATE("y", do={name: value(text)}), backend="python")


@pytest.mark.parametrize("do", RIGHT)
def test_what_may_be_is_left_to_the_engine(path: Path, do: str) -> None:
    check_supports(asked(path, do))


def test_a_parameter_as_outcome_and_nothing_observed(path: Path) -> None:
    with pytest.raises(Mistake, match="'a' is a parameter"):
        check_supports(asked(path, "t=1", outcome="a"))
    with pytest.raises(Mistake, match="observes nothing itself"):
        check_supports(asked(path, "t=1", data=None, save=None))
    path.write_text(MODEL.replace("return m", "return pm.observe(m, {})"))
    check_supports(asked(path, "t=1", data=None, save=None))


@pytest.mark.parametrize(
    ("old", "new", "do"),
    [
        ("range(1)}", 'range(1), "t_level": ["no", "yes"]}', "t=yes"),
        ("import pymc as pm", "import pymc as pm\nfrom mine import t", "t=2"),
        ("return m", 'pm.Normal("t", 0, 1)\n    return m', "t=2"),
    ],
)
def test_where_the_text_leaves_a_doubt_nothing_is_said(
    path: Path, old: str, new: str, do: str
) -> None:
    path.write_text(MODEL.replace(old, new))
    check_supports(asked(path, do))
