"""What a query's numbers come to, where flags and the evidence tell."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import QueryError, shift
from ifonly.inference.engine.state import State
from ifonly.inference.queries.checks import fitted
from ifonly.inference.queries.numbers import check_faults, check_numbers

from ..engine.small import state_of


@pytest.fixture(scope="module")
def state() -> State:
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Poisson("k", 2.0, dims="unit")
    return state_of(model, {"k": [0, 1, 2]}, {})


def test_flags_that_are_up_refuse_in_their_own_words(state):
    cross = state.cross_world({}, False)
    cross.object("first", pt.constant(np.array([False, False])))
    cross.object("second", pt.constant(np.array([False, True])))
    check_faults(cross, [np.array([False] * 4), np.array(False)])
    with pytest.raises(QueryError, match=r"^second$"):
        check_faults(cross, [np.array(False), np.array([False, True])])


@pytest.mark.parametrize(("by", "broken"), [(-1, True), (0, False), (3, False)])
def test_numbers_that_tell_beforehand(state, by, broken):
    """The count is seen, so that k + by < 0 is known without a draw."""
    action = fitted(state, "k", shift(by))
    cross = state.cross_world({}, False, {"do": {"k": action}})
    _ = cross.world("do")["k"]
    if broken:
        with pytest.raises(QueryError, match="'k' gives values outside the support"):
            check_numbers(state, cross)
    else:
        check_numbers(state, cross)
