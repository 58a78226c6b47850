"""What the text of a question tells of itself is what the engine would say, sooner."""

import argparse

import pytest

from ifonly.inference import CDE, LATE, NDE, PSE, QTE, IfonlyError, Probability, TrimmedATE
from ifonly.inference.inputs.scalars import LARGEST
from ifonly.scenarios.cli.rules import MOST, check_rules
from ifonly.scenarios.cli.terminal import Mistake

MOVED = {"do": {"t": 1}, "versus": {"t": 0}}
# What is typed, and the same in Python.
WRONG = [
    ({"quantiles": "0.1,1.5"}, lambda: QTE("y", **MOVED, q=[0.1, 1.5])),
    ({"quantiles": "nan"}, lambda: QTE("y", **MOVED, q=[float("nan")])),
    ({"margin": "0.5"}, lambda: TrimmedATE("y", **MOVED, margin=0.5)),
    ({"margin": "-0.1"}, lambda: TrimmedATE("y", **MOVED, margin=-0.1)),
    ({"above": float("inf")}, lambda: Probability("y", do={"t": 1}, above=float("inf"))),
    ({"mediators": "m,m"}, lambda: NDE("y", **MOVED, mediators=["m", "m"])),
    ({"mediators": ","}, lambda: NDE("y", **MOVED, mediators=[])),
    ({"path": ["t > m"]}, lambda: PSE("y", **MOVED, path=["t", "m"])),
    ({"path": ["m > y"]}, lambda: PSE("y", **MOVED, path=["m", "y"])),
    ({"hold": ["t=1"]}, lambda: CDE("y", **MOVED, hold={"t": 1})),
    ({"treatment": "t", "instrument": "t"}, lambda: LATE("y", treatment="t", instrument="t")),
]
ALSO = [
    {"by": ["x:1"]},
    {"by": ["x:2|1"]},
    {"by": ["x:nan|1"]},
    {"mediators": "t"},
    {"mediators": "y"},
    {"path": ["t > m > m > y"]},
    {"hold": ["y=1"]},
    {"do": ["t=1e400"]},
    {"do": ["t=1e151"]},
    {"do": ["t=nan"]},
    {"versus": ["t=Inf"]},
    {"by": ["x,x:4"]},
]
RIGHT = [
    {"quantiles": "0,0.5,1"},
    {"margin": "0.05"},
    {"above": -2.5},
    {"by": ["x:4", "z:1|2.5", "sex"]},
    {"mediators": "m, n"},
    {"path": ["t > m > y", "t -> n -> y"]},
    {"hold": ["m=1"]},
    {"treatment": "t", "instrument": "z"},
]


def typed(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"outcome": "y", "do": ["t=1"], "versus": ["t=0"], **given})


@pytest.mark.parametrize(("given", "asked"), WRONG, ids=[str(g) for g, _ in WRONG])
def test_the_engine_refuses_it_too(given: dict[str, object], asked: object) -> None:
    with pytest.raises(Mistake):
        check_rules(typed(**given))
    with pytest.raises(IfonlyError):
        asked()  # type: ignore[operator]


@pytest.mark.parametrize("given", ALSO, ids=str)
def test_what_only_a_model_would_tell_otherwise(given: dict[str, object]) -> None:
    with pytest.raises(Mistake):
        check_rules(typed(**given))


@pytest.mark.parametrize("given", RIGHT, ids=str)
def test_what_is_right_passes(given: dict[str, object]) -> None:
    check_rules(typed(**given))


def test_the_largest_number_is_the_engine_s() -> None:
    assert MOST == LARGEST
