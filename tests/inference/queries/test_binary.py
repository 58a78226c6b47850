"""Variables that are 0 or 1: which may be, where they happen, and that nothing else passes."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import QueryError
from ifonly.inference.queries.binary import check_binary, happened
from ifonly.inference.queries.view import View
from ifonly.inference.scm.equations import Equations

from ..engine.small import number, state_of


def make_model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Bernoulli("t", 0.5, dims="unit")
        pm.Poisson("k", 1.0, dims="unit")
        pm.Deterministic("high", x > 0, dims="unit")
        pm.Deterministic("share", x, dims="unit")
    return model


@pytest.mark.parametrize("name", ["t", "k", "high", "share"])
def test_what_may_be_binary(name):
    """A count may be, as far as is known beforehand; what it comes to is watched."""
    check_binary(Equations(make_model()), name, "the cause is")


def test_what_is_continuous_is_refused_with_the_way_out():
    with pytest.raises(QueryError, match=r"the cause is 'x', which is Normal, not binary") as told:
        check_binary(Equations(make_model()), "x", "the cause is")
    assert "pm.Deterministic('high', x > 0, dims='unit')" in str(told.value)
    with pytest.raises(QueryError, match=r"'xx'.*did you mean 'x'"):
        check_binary(Equations(make_model()), "xx", "the cause is")


def test_of_three_categories_none_is_yes():
    with pm.Model(coords={"unit": range(1), "kind": list("abc")}) as model:
        utility = pm.Normal("utility", dims="kind")
        pm.Categorical("three", logit_p=utility, dims="unit")
        pm.Categorical("two", p=[0.3, 0.7], dims="unit")
    check_binary(Equations(model), "two", "the cause is")
    with pytest.raises(QueryError, match="'three', which has 3 categories, not two"):
        check_binary(Equations(model), "three", "the cause is")


COLUMNS = {"x": [0.5, -1.0, 1.0], "t": [1, 0, 1], "k": [0, 1, 1]}


@pytest.mark.parametrize(
    ("name", "column", "yes", "watched", "broken"),
    [
        ("t", {}, [True, False, True], False, False),
        ("high", {}, [True, False, True], False, False),
        ("k", {}, [False, True, True], True, False),
        ("k", {"k": [0, 1, 2]}, [False, True, False], True, True),
        ("share", {"x": [1.0, 0.0, 0.0]}, [True, False, False], True, False),
        ("share", {"x": [1.0, 0.0, np.nextafter(1.0, 2.0)]}, [True, False, False], True, True),
    ],
)
def test_where_it_happens(name, column, yes, watched, broken):
    state = state_of(make_model(), {**COLUMNS, **column}, {})
    cross = state.cross_world({}, False)
    view = View(cross, state.evidence.columns, state.evidence.labels, observed=True)
    found = happened(view, name, cross.natural[name])
    np.testing.assert_array_equal(number(state, cross, found), yes)
    assert len(cross.faults) == watched
    for words, flag in cross.faults:
        assert f"{name!r} has values other than 0 and 1" in words
        assert bool(number(state, cross, flag)) is broken
