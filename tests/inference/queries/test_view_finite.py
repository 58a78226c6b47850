"""An outcome that is NaN or infinite: no query answers as if it were a number."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import (
    ATE,
    CATE,
    CDE,
    ITE,
    QTE,
    AssumptionWarning,
    Counterfactual,
    ModelError,
    QueryError,
    World,
    policy,
    scale,
    set_to,
    shift,
)

pytestmark = pytest.mark.usefixtures("quick_compile")
UP, DOWN = {"x": 1.0}, {"x": 2.0}


@pytest.fixture(scope="module")
def world(quickly):
    """With x = 1, w is 3, -3 and 0."""
    with pm.Model(coords={"unit": range(1)}) as model:
        g = pm.Bernoulli("g", 0.5, dims="unit")
        x = pm.Normal("x", dims="unit")
        w = pm.Normal("w", x, 1.0, dims="unit")
        pm.Deterministic("logarithm", pt.log(w) + g, dims="unit")
        pm.Deterministic("quotient", 1.0 / w, dims="unit")
    data = {"g": [0, 1, 1], "x": [0.0, 0.0, 0.0], "w": [2.0, -4.0, -1.0]}
    with quickly():
        return World.from_evidence(model, {}, data, seed=1)


@pytest.mark.parametrize(
    "query",
    [
        QTE("logarithm", UP, DOWN, q=[0.0, 0.5]),
        ATE("logarithm", UP, DOWN),
        CATE("logarithm", UP, DOWN, by="g"),
        CDE("logarithm", UP, DOWN, hold={"g": 1}),
        ATE("quotient", UP, DOWN),
        QTE("quotient", UP, DOWN),
    ],
    ids=lambda q: f"{type(q).__name__}-{q.outcome}",
)
def test_what_is_taken_over_units_is_refused(world, query):
    with pytest.raises(QueryError, match="NaN or infinite"):
        world.ask(query)


@pytest.mark.parametrize(
    ("query", "said", "finite"),
    [
        (Counterfactual("logarithm", UP), "for 2 of 3 units, the first of them 1", 1),
        (ITE("quotient", UP, DOWN), "for 1 of 3 units, the first of them 2", 2),
        (CDE("logarithm", UP, DOWN, hold={"g": 1}, by="unit"), "for 2 of 3 units", 1),
    ],
    ids=["Counterfactual", "ITE", "CDE"],
)
def test_unit_by_unit_it_is_said(world, query, said, finite):
    with pytest.warns(AssumptionWarning, match=said):
        answer = world.ask(query)
    assert np.isfinite(answer).sum() == finite


def test_units_that_are_left_out_are_no_fault(world):
    query = CDE("logarithm", UP, DOWN, hold={"g": 1}, by="unit", where=world.data["w"] > 0)
    np.testing.assert_allclose(world.ask(query), [np.log(3 / 4), np.nan, np.nan])


@pytest.mark.parametrize("kind", [set_to, shift, scale])
@pytest.mark.parametrize("amount", [1e300, [1.0, -1e200, 2.0]])
def test_amounts_whose_squares_no_float_holds(kind, amount) -> None:
    with pytest.raises(QueryError, match=r"beyond 1e\+150"):
        kind(amount)


def test_a_parameter_whose_square_no_float_holds() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", pm.Normal("a"), 1.0, dims="unit")
    with pytest.raises(ModelError, match=r"none beyond 1e\+150"):
        World.simulate(model, {"a": 1e300}, units=3, seed=1)


def test_a_policy_that_leads_beyond_what_squares_can_be(world) -> None:
    far = policy(lambda v: v["x"] * 1e160 + 1e160)
    with pytest.raises(QueryError, match="beyond 1e150"):
        world.ask(ATE("w", do={"x": far}))
    with pytest.warns(AssumptionWarning, match="3 of 3 units"):
        world.ask(ITE("w", do={"x": far}))
