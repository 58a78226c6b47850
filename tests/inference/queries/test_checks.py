"""Whether a query fits: outcomes, targets, dims, seeds, couplings, and numbers in shape."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import ATE, CATE, ITE, QueryError, set_to, shift
from ifonly.inference.engine.state import State
from ifonly.inference.queries.checks import (
    check_dims,
    check_outcome,
    check_target,
    fitted,
    used_coupling,
)

from ..engine.small import state_of


@pytest.fixture(scope="module")
def state() -> State:
    with pm.Model(coords={"unit": range(1), "item": ["p", "q"]}) as model:
        pm.Data("age", [0.0], dims="unit")
        slope = pm.Normal("slope")
        x = pm.Normal("x", slope, 1.0, dims="unit")
        k = pm.Poisson("k", pm.math.exp(x), dims="unit")
        pm.Categorical("kind", p=[0.2, 0.3, 0.5], dims="unit")
        pm.Normal("pair", x[:, None], dims=("unit", "item"))
        pm.Deterministic("total", x + k, dims="unit")
        pm.Deterministic("average", x.mean())
        pm.Deterministic("twice", 2 * slope)
        pm.Potential("tie", -(slope**2))
    columns = {"age": [1.0] * 3, "x": [0.0, 1.0, 2.0], "k": [0, 1, 2], "kind": [0, 1, 2]}
    columns["pair"] = np.zeros((3, 2))
    return state_of(model, columns, {"slope": 0.5})


@pytest.mark.parametrize("name", ["x", "k", "total", "pair"])
def test_what_can_be_asked_about(state, name):
    check_outcome(state, name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("slope", "'slope' is a parameter"),
        ("age", "'age' is data, which no intervention moves"),
        ("tie", "'tie' is potential"),
        ("twice", r"'twice' has no 'unit' dimension; it is made of parameters alone"),
        (
            "average",
            r"'average' has no 'unit' dimension; it is one value of all units; ask about x",
        ),
        ("xx", "the query's outcome is 'xx', which does not exist"),
    ],
)
def test_what_cannot(state, name, words):
    with pytest.raises(QueryError, match=words):
        check_outcome(state, name)


def test_what_can_be_set(state):
    for name in ("x", "slope", "age", "total"):
        check_target(state, name)
    with pytest.raises(QueryError, match=r"'tie', which is a Potential.*\(slope\)"):
        check_target(state, "tie")


@pytest.mark.parametrize(
    "query",
    [
        ATE("x", {"x": [1, 2]}, dose="x"),
        ATE("pair", {"x": [1, 2]}, dose="item"),
        ITE("x", {"x": [1, 2]}, dose="unit"),
        CATE("x", {"x": [1, 2]}, by="kind", dose="kind"),
        ATE("x", {"x": [1, 2]}, dose="statistic"),
    ],
    ids=lambda q: q.dose,
)
def test_two_dims_of_one_name(state, query):
    with pytest.raises(QueryError, match=f"something else called {query.dose!r}"):
        check_dims(state, query)


def test_dims_that_are_apart(state):
    check_dims(state, CATE("x", {"x": [1, 2]}, by="kind", dose="amount"))
    check_dims(state, ATE("x", {"x": 1}, dose="unit"))  # of no sequence: there is no such dim


def test_numbers_take_the_target_s_shape_and_type(state):
    one = fitted(state, "k", set_to(2.0)).amount
    assert (one.dtype, one.shape) == (np.int64, ())
    per_unit = fitted(state, "pair", set_to(np.arange(6.0).reshape(3, 2))).amount
    np.testing.assert_array_equal(per_unit, np.arange(6.0).reshape(3, 2))
    labelled = pd.Series([20.0, 0.0, 10.0], index=[2, 0, 1])
    np.testing.assert_array_equal(fitted(state, "x", set_to(labelled)).amount, [0.0, 10.0, 20.0])


@pytest.mark.parametrize(
    ("name", "action", "words"),
    [
        ("k", set_to(0.5), "integer"),
        ("x", shift(1.0, where=np.ones(2, bool)), r"'x' has shape \(2,\); there are 3 units"),
        ("slope", shift(1.0, where=np.ones(3, bool)), "'slope' is a parameter, which has none"),
        ("average", shift(1.0, where=np.ones(3, bool)), "'average' is the same for all"),
        ("x", set_to(np.zeros(2)), "'x'"),
    ],
    ids=str,
)
def test_numbers_that_do_not_fit(state, name, action, words):
    with pytest.raises(QueryError, match=words):
        fitted(state, name, action)


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        (None, {}),
        ("independent", {"k": "independent", "kind": "independent"}),
        ("gumbel_max", {"kind": "gumbel_max"}),  # of those that have it
        ({"k": "monotone"}, {"k": "monotone"}),
    ],
    ids=str,
)
def test_couplings(state, asked, used):
    assert dict(used_coupling(state, ATE("x", {"x": 1}, coupling=asked))) == used


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("monoton", "did you mean 'monotone'"),
        ({"kk": "monotone"}, "did you mean 'k'"),
        (3, "coupling is a name, or maps"),
    ],
    ids=str,
)
def test_couplings_that_are_none(state, asked, words):
    with pytest.raises(QueryError, match=words):
        used_coupling(state, ATE("x", {"x": 1}, coupling=asked))


def test_noise_of_another_coupling_is_no_truth(state):
    """The default, named, changes nothing; another one would."""
    world = State(state.model, "unit", state.evidence, state.drawn, noise={"k": np.zeros(3)})
    assert used_coupling(world, ATE("x", {"x": 1}, coupling={"k": "process"})) == {"k": "process"}
    with pytest.raises(QueryError, match=r"simulated with another coupling of \['k'\]"):
        used_coupling(world, ATE("x", {"x": 1}, coupling={"k": "monotone"}))
