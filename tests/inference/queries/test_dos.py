"""Sequences of interventions, in each spelling."""

import numpy as np
import pytest

from ifonly.inference import (
    ATE,
    ITE,
    policy,
    scale,
    set_to,
    shift,
)

from .varied import CLOSE, check


@pytest.mark.usefixtures("quick_compile")
def test_ladders_in_both_spellings(asked):
    who, lead, y, _ = asked
    steps = [-0.5, 0.0, 1.5]
    expected = np.stack([(y(s) - y(0.0)).mean(-1) for s in steps], axis=-1)
    inside = who.ask(ATE("y", do={"t": steps}, versus={"t": 0.0}))
    outside = who.ask(ATE("y", do=[{"t": s} for s in steps], versus={"t": 0.0}))
    for answer in (inside, outside):
        check(answer, (*lead, "dose"), expected)
        assert answer["dose"].to_numpy().tolist() == steps
    named = who.ask(ITE("y", do={"t": [shift(s) for s in steps]}, dose="amount"))
    assert named.dims == (*lead, "amount", "unit")
    np.testing.assert_allclose(named.sel(amount=1.5), y(0.0) * 0 + y(1.5) - y(0.0), **CLOSE)
    assert (named.sel(amount=0.0) == 0).all()


@pytest.mark.usefixtures("quick_compile")
def test_ladders_of_several_variables_and_of_different_kinds(asked):
    who, lead, y, seen = asked
    answer = who.ask(ATE("y", do={"t": [1.0, 2.0], "z": [shift(0), shift(0)]}))
    expected = np.stack([(y(s) - seen["y"]).mean(-1) for s in (1.0, 2.0)], -1)
    check(answer, (*lead, "dose"), expected)
    do = [{"t": shift(1)}, {"t": set_to(1)}, {"z": scale(1), "t": policy(lambda v: v["t"])}, {}]
    answer = who.ask(ATE("y", do=do))
    t = seen["t"]
    expected = np.stack([(y(v) - seen["y"]).mean(-1) for v in (t + 1, 1.0, t, t)], -1)
    check(answer, (*lead, "dose"), expected)
    assert answer["dose"].to_numpy()[:2].tolist() == ["t = t + 1", "t = 1"]
    one = who.ask(ATE("y", do=[{"t": 1.0}]))
    assert one.dims == (*lead, "dose")
