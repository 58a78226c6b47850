"""Parameters that a family cannot have, in any world and in evidence; and what is not watched."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import (
    ATE,
    DataError,
    Posterior,
    QueryError,
    World,
    rehearse,
    replace_by,
    shift,
)
from ifonly.inference.scm.domains import demands
from ifonly.inference.scm.equations import Equations

pytestmark = pytest.mark.usefixtures("quick_compile")

# Each family with a parameter that x moves, the condition in PyMC's words, and an x that breaks it.
FAMILIES: dict[str, tuple[Callable[[Any], Any], str, float]] = {
    "Bernoulli": (lambda x: pm.Bernoulli("y", 0.5 + x, dims="unit"), "p <= 1", 6.5),
    "Exponential": (lambda x: pm.Exponential("y", 1 + x, dims="unit"), "mu >= 0", -2.0),
    "Normal": (lambda x: pm.Normal("y", 0, 1 + x, dims="unit"), "sigma > 0", -2.0),
    "Poisson": (lambda x: pm.Poisson("y", 1 + x, dims="unit"), "mu >= 0", -2.0),
    "Gamma": (lambda x: pm.Gamma("y", 1 + x, 1, dims="unit"), "alpha > 0", -2.0),
    "Uniform": (lambda x: pm.Uniform("y", 0, 1 + x, dims="unit"), "lower <= upper", -2.0),
    "Categorical": (
        lambda x: pm.Categorical("y", pt.stack([0.5 + x, 0.5 - x], axis=1), dims="unit"),
        "0 <= p",
        2.0,
    ),
}


def model_of(family: str) -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", 0.0, 0.01, dims="unit")
        FAMILIES[family][0](x)
    return model


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("units", ["observed", "new"])
def test_an_intervention_that_leads_there_is_refused(family: str, units: Any) -> None:
    _, words, x = FAMILIES[family]
    world = World.simulate(model_of(family), {}, units=4, seed=1)
    size = 4 if units == "new" else None
    with pytest.raises(QueryError, match=words):
        world.ask(ATE("y", do={"x": x}, units=units, size=size))
    assert np.isfinite(world.ask(ATE("y", do={"x": shift(0.1)}, units=units, size=size)))


def test_so_is_one_whose_mean_is_asked() -> None:
    world = World.simulate(model_of("Bernoulli"), {}, units=4, seed=1)
    with pytest.raises(QueryError, match="p <= 1"):
        world.ask(ATE("y", do={"x": 6.5}, expectation=True))
    effect = world.ask(ATE("y", do={"x": 0.25}, versus={"x": 0.0}, expectation=True))
    assert effect == pytest.approx(0.25)


def test_posteriors_and_rehearsals(posterior_by_hand: Callable[..., Posterior]) -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope")
        x = pm.Normal("x", dims="unit")
        pm.Exponential("y", 1.0 + slope * x, dims="unit")
    data, query = {"x": [0.0, 0.1], "y": [1.0, 2.0]}, ATE("y", do={"x": -2.0})
    posterior = posterior_by_hand(model, data, {"slope": [[0.1, 0.7]]})
    with pytest.raises(QueryError, match="'y' do not meet mu >= 0"):
        posterior.ask(query)
    with pm.Model(coords={"unit": range(1)}) as beside:
        x = pm.Normal("x", dims="unit")
        y = pm.Exponential("y", 1.0 + x, dims="unit")
        pm.Normal("z", pm.Normal("slope") * y, dims="unit")
    with pytest.raises(QueryError, match="'y' do not meet mu >= 0"):
        rehearse(beside, {**data, "z": [0.0, 1.0]}, query)


def test_new_units_whose_own_causes_lead_there() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", 0.0, 10.0, dims="unit")
        pm.Exponential("y", 1.0 + x, dims="unit")
    with pytest.raises(DataError, match="'y' is Exponential, whose parameters must meet mu >= 0"):
        World.simulate(model, {}, units=20, seed=1)
    world = World.from_evidence(model, {}, {"x": [0.0], "y": [1.0]})
    with pytest.raises(QueryError, match="mu >= 0"):
        world.ask(ATE("y", do={"x": shift(0.0)}, units="new", size=20))


def test_evidence_that_leads_there() -> None:
    with pytest.raises(DataError, match="'y' is Normal, whose parameters must meet sigma > 0"):
        World.from_evidence(model_of("Normal"), {}, {"x": [0.0, -3.0], "y": [1.0, 2.0]})


def test_distributions_that_cannot_be() -> None:
    with pytest.raises(QueryError, match="sigma > 0"):
        replace_by(pm.Normal.dist(0, -1))
    with pytest.raises(QueryError, match="0 <= p <= 1"):
        replace_by(pm.Bernoulli.dist(7))


def test_what_holds_by_itself_is_not_watched() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        sigma = pm.HalfNormal("sigma")
        x = pm.Normal("x", 0.0, sigma, dims="unit")
        pm.Bernoulli("by logit", logit_p=x, dims="unit")
        pm.Bernoulli("by probit", pm.math.invprobit(x), dims="unit")
        pm.Poisson("by log", pt.exp(x), dims="unit")
        pm.Gamma("by moments", mu=pt.exp(x), sigma=sigma, dims="unit")
        pm.NegativeBinomial("overdispersed", mu=pt.exp(x), alpha=sigma, dims="unit")
        pm.Weibull("by scale", 2.0, sigma * pt.exp(x), dims="unit")
        pm.TruncatedNormal("cut", x, pt.softplus(x), lower=0.0, dims="unit")
    equations = Equations(model)
    watched = {n: demands(equations[n].expression, equations) for n in equations}
    assert {n: [d.words for d in found] for n, found in watched.items() if found} == {}
