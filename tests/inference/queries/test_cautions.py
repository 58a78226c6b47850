"""What a question is warned of: the answer is the graph's, and likely not what was meant."""

import warnings
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import (
    ATE,
    ITE,
    QTE,
    AssumptionWarning,
    Counterfactual,
    Query,
    World,
    shift,
)

pytestmark = pytest.mark.usefixtures("quick_compile")
UNITS = 20
rng = np.random.default_rng(0)
X, M = rng.normal(size=UNITS), rng.normal(size=UNITS)
ARMS = {"do": {"x": 1.0}, "versus": {"x": 0.0}}


def asked(model: pm.Model, data: Any, query: Query) -> tuple[Any, list[str]]:
    """The answer, and what was said before it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = World.from_evidence(model, {}, data).ask(query)
    assert all(issubclass(w.category, AssumptionWarning) for w in caught)
    assert all(w.filename == __file__ for w in caught)
    return answer, [str(w.message) for w in caught]


def twice() -> pm.Model:
    """The mediator stands in the model twice: as data, which y reads, and as a mechanism."""
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        x = pm.Normal("x", dims="unit")
        held = pm.Data("held", M, dims="unit")
        pm.Normal("m", 0.5 * x, 1.0, dims="unit")
        pm.Normal("y", 0.6 * held + 0.2 * x, 1.0, dims="unit")
        pm.Normal("other", dims="unit")
    return model


SEEN = {"x": X, "held": M, "m": M, "y": X + M, "other": X**2}
OF_M = {"do": {"m": 1.0}, "versus": {"m": 0.0}}


@pytest.mark.parametrize(
    "query",
    [ATE("y", **OF_M), ITE("y", **OF_M), QTE("y", **OF_M), ATE("y", do={"m": [1.0, 2.0]})],
    ids=["ATE", "ITE", "QTE", "doses"],
)
def test_an_effect_of_what_does_not_act_is_said_to_be_zero(query):
    answer, said = asked(twice(), SEEN, query)
    assert (answer == 0.0).all()
    [idle, twin] = said
    assert "'m' does not act on 'y'" in idle
    assert "what does: held, x" in idle
    assert "'held' holds the very values of 'm'" in twin


def test_a_double_of_what_lies_between_is_named():
    """The effect that is felt through m is missing: 0.2 for 0.2 + 0.5 * 0.6."""
    answer, [twin] = asked(twice(), SEEN, ATE("y", **ARMS))
    assert float(answer) == pytest.approx(0.2)
    assert "'held' holds the very values of 'm', but does not move with it" in twin


@pytest.mark.parametrize(
    "query",
    [ATE("m", **ARMS), Counterfactual("y", do={"other": 1.0}), ATE("other", do={"other": 1.0})],
    ids=["acts", "one world", "itself"],
)
def test_nothing_is_said_without_a_reason(query):
    assert asked(twice(), SEEN, query)[1] == []


def centred(kind: str) -> pm.Model:
    with pm.Model(coords={"unit": range(1), "item": range(2)}) as model:
        x = pm.Normal("x", dims="unit")
        w = pm.Normal("w", dims=("unit", "item"))
        if kind == "inline":
            pm.Normal("y", 2.0 * (x - x.mean()), 1.0, dims="unit")
        elif kind == "scaled":
            pm.Normal("y", 2.0 * (x - x.mean()) / x.std(), 1.0, dims="unit")
        elif kind == "product":
            total = pt.dot(x, np.ones(UNITS))
            pm.Normal("y", x - total / UNITS, 1.0, dims="unit")
        elif kind == "named":
            low = pm.Deterministic("low", x - x.min(), dims="unit")
            pm.Normal("y", 2.0 * low, 1.0, dims="unit")
        elif kind == "other":
            pm.Normal("y", x + w.mean(), 1.0, dims="unit")
        else:  # a sum over items, in any layout, is none over units
            pm.Normal("y", x * w.T.sum(axis=0) + (w * x[:, None]).sum(-1), 1.0, dims="unit")
    return model


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("inline", "y"),
        ("scaled", "y"),
        ("product", "y"),
        ("named", "low"),
        ("items", ""),
        ("other", ""),
    ],
)
def test_a_centre_that_moves_too(kind, where):
    data = {"x": X, "w": np.ones((UNITS, 2)), "y": X}
    answer, said = asked(centred(kind), data, ATE("y", do={"x": shift(1.0)}))
    assert [f"the equation of {where!r} reads" in s for s in said] == ([True] if where else [])
    if where:
        assert "pm.Data('centre', ...)" in said[0]
        assert float(answer) == pytest.approx(0.0, abs=1e-12)


def residual(kind: str) -> pm.Model:
    """A control function: y reads the residual of t on z."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("z", dims="unit")
        mean = 0.5 + 2.0 * z
        if kind == "mean is named":
            mean = pm.Deterministic("mean", mean, dims="unit")
        t = pm.Normal("t", mean, 1.0, dims="unit")
        if kind == "inline":
            pm.Normal("y", 0.8 * t + 0.6 * (t - mean), 1.0, dims="unit")
        else:
            less = z if kind == "other" else mean
            control = pm.Deterministic("control", (t - less) / 2.0, dims="unit")
            pm.Normal("y", 0.8 * t + 1.2 * control, 1.0, dims="unit")
    return model


@pytest.mark.parametrize(
    ("kind", "reader"),
    [("stored", "control"), ("mean is named", "control"), ("inline", "y"), ("other", "")],
)
def test_noise_that_is_moved(kind, reader):
    """1.4 for 0.8: true to the written graph, and a trap."""
    data = {"z": X, "t": M, "y": X + M}
    query = ATE("y", do={"t": 1.0}, versus={"t": 0.0})
    answer, said = asked(residual(kind), data, query)
    assert float(answer) == pytest.approx(1.4)
    assert [f"{reader!r} reads 't' less its own mean" in s for s in said] == [True] * bool(reader)


@pytest.mark.parametrize(
    ("kind", "warned"),
    [
        ("probability", True),
        ("logit", True),
        ("positive", True),
        ("shape", False),
        ("fixed", False),
    ],
)
def test_its_own_mean_is_the_mean_of_its_family(kind, warned):
    """Not its first parameter; and less a fixed number is a change of scale."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("z", dims="unit")
        if kind == "probability":
            p = pm.math.sigmoid(z)
            less = pm.Bernoulli("t", p, dims="unit") - p
        elif kind == "logit":
            less = pm.Bernoulli("t", logit_p=z, dims="unit") - pm.math.sigmoid(z)
        elif kind == "positive":
            less = pm.Poisson("t", pm.math.exp(z), dims="unit") - pm.math.exp(z)
        elif kind == "shape":
            less = pm.Gamma("t", 1.0 + z**2, 2.0, dims="unit") - (1.0 + z**2)
        else:
            less = (pm.Normal("t", 50.0, 10.0, dims="unit") - 50.0) / 10.0
        pm.Normal("y", less + z, 1.0, dims="unit")
    t = np.arange(UNITS) % 2 if kind in ("probability", "logit") else 1 + np.arange(UNITS) % 2
    answer, said = asked(model, {"z": X, "t": t, "y": X + M}, ATE("y", do={"t": shift(0)}))
    assert float(answer) == 0.0
    assert ["less its own mean" in s for s in said] == [True] * warned
