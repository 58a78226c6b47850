"""What a functional reads of the worlds."""

import pytest

from ifonly.inference import (
    ITE,
    Counterfactual,
)

from .varied import TRUTH, check


@pytest.mark.usefixtures("quick_compile")
def test_expectations_leave_out_the_outcome_s_own_noise(asked, draws):
    who, lead, y, seen = asked
    p = TRUTH if not lead else {n: v[..., None] for n, v in draws.items()}
    mean = p["b0"] + (p["bt"] + p["btz"] * seen["z"] + 0.2 * seen["kind"]) * 2.0
    answer = who.ask(Counterfactual("y", do={"t": 2.0}, expectation=True))
    check(answer, (*lead, "unit"), mean)
    assert answer.attrs["of"] == "expectation"
    assert "expectation of y" in answer.attrs["estimand"]
    effect = who.ask(ITE("y", do={"t": 2.0}, versus={"t": 0.0}, expectation=True))
    check(effect, (*lead, "unit"), y(2.0) - y(0.0))
