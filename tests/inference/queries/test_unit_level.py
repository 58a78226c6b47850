"""What each unit would have been, and the effect on it, against NumPy."""

import pytest

from ifonly.inference import (
    ITE,
    Counterfactual,
    PotentialOutcome,
    shift,
)

from .varied import UNITS, check, make_model


@pytest.mark.usefixtures("quick_compile")
def test_unit_level(asked):
    who, lead, y, seen = asked
    dims = (*lead, "unit")
    check(who.ask(Counterfactual("y", do={"t": 2.0})), dims, y(2.0))
    check(who.ask(PotentialOutcome("y", do={"t": 2.0})), dims, y(2.0))
    check(who.ask(ITE("y", do={"t": 2.0})), dims, y(2.0) - seen["y"])
    query = ITE("y", do={"t": shift(0.5)}, versus={"t": 0.0})
    check(who.ask(query), dims, y(seen["t"] + 0.5) - y(0.0))
    check(who.ask(Counterfactual("y", do={})), dims, seen["y"])


@pytest.mark.usefixtures("quick_compile")
def test_unit_labels_are_those_of_the_data(world, posterior_by_hand, draws):
    frame = world.data.to_dataframe()
    frame.index = [f"person {k}" for k in range(UNITS)]
    posterior = posterior_by_hand(make_model(), frame, draws)
    answer = posterior.ask(ITE("y", do={"t": 2.0}))
    assert answer["unit"].to_numpy().tolist() == list(frame.index)
    assert answer.sel(unit="person 3").shape == (2, 5)
