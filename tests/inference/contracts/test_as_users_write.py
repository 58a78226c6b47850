"""Models as PyMC users write them: data containers, initial values, computed chances."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy.special import expit

from ifonly.inference import (
    ATE,
    CATE,
    ITE,
    Counterfactual,
    DataError,
    Posterior,
    World,
    condition,
    rehearse,
    shift,
)
from ifonly.inference.conditioning.latents.marginal import marginal
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

EFFECT = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
ERROR = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])


def schools() -> pm.Model:
    """Eight schools (Rubin 1981): the standard errors are data, and nothing has coordinates."""
    with pm.Model() as model:
        mu = pm.Normal("mu", 0.0, 5.0)
        tau = pm.HalfNormal("tau", 5.0)
        error = pm.Data("error", ERROR, dims="school")
        pm.Deterministic("weight", error**-2, dims="school")
        theta = pm.Normal("theta", mu, tau, dims="school")
        pm.Normal("y", theta, error, dims="school")
    return model


DRAWS = {"mu": [[4.0]], "tau": [[2.0]]}


@pytest.mark.usefixtures("quick_compile")
def test_lengths_come_from_the_data(posterior_by_hand: Callable[..., Posterior]) -> None:
    query = ATE("y", do={"theta": shift(1.0)}, versus={"theta": shift(0.0)})
    rehearse(schools(), {"y": EFFECT, "theta": EFFECT}, query, unit="school")
    data = {"y": EFFECT, "theta": EFFECT / 2}
    posterior = posterior_by_hand(schools(), data, DRAWS, unit="school")
    # The noise of y is its distance from theta in standard errors, which are data.
    query = Counterfactual("y", do={"error": 1.0})
    np.testing.assert_allclose(
        posterior.ask(query)[0, 0], EFFECT / 2 + (EFFECT / 2) / ERROR, rtol=1e-12
    )


@pytest.mark.usefixtures("quick_compile")
def test_data_of_the_units_are_evidence(posterior_by_hand: Callable[..., Posterior]) -> None:
    evidence = read_evidence(Equations(schools(), "school"), {"y": EFFECT})
    np.testing.assert_array_equal(evidence.columns["error"], ERROR)
    posterior = posterior_by_hand(schools(), {"y": EFFECT, "theta": EFFECT}, DRAWS, unit="school")
    effects = posterior.ask(CATE("y", do={"error": 2 * ERROR}, by="error"))
    np.testing.assert_allclose(effects[0, 0], 0.0)
    assert list(effects["error"].values) == sorted(set(ERROR))
    with pytest.raises(DataError, match=r"'error'.* have no column"):
        read_evidence(Equations(schools(), "school"), {"y": EFFECT[:3]})


@pytest.mark.parametrize("method", ["marginal", "laplace"])
def test_latents_beside_data_are_integrated_out(method: Any) -> None:
    known = pm.do(schools(), {"tau": 5.0})
    posterior = condition(
        known, {"y": EFFECT}, method=method, unit="school", draws=500, tune=200, chains=2, seed=1,
        progress=False,
    )  # fmt: skip
    # Conjugate: each school tells of mu with variance error^2 + tau^2 (BDA3, section 5.4).
    precision = 1.0 / (ERROR**2 + 25.0)
    total = precision.sum() + 1.0 / 25.0
    mu = posterior.idata["posterior"]["mu"]
    # An effective size of 200 gives a standard error of 0.07 of the sd.
    assert float(mu.mean()) == pytest.approx(precision @ EFFECT / total, abs=0.3 / total**0.5)
    assert float(mu.std()) == pytest.approx(total**-0.5, rel=0.2)


@pytest.mark.usefixtures("quick_compile")
def test_new_units_have_the_covariates_of_units_seen(
    posterior_by_hand: Callable[..., Posterior],
) -> None:
    with pm.Model() as model:
        b = pm.Normal("b")
        x = pm.Data("x", np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]]), dims=("unit", "k"))
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", b * t * (x[:, 0] + x[:, 1]), 1.0, dims="unit")
    data = {"t": [0, 1, 1], "y": [0.0, 1.0, 2.0]}
    posterior = posterior_by_hand(model, data, {"b": [[2.0, 3.0]]})
    query: Any = {"do": {"t": 1}, "versus": {"t": 0}, "units": "new"}
    own = posterior.ask(ATE("y", **query))
    np.testing.assert_allclose(own[0], np.array([2.0, 3.0]) * (11.0 + 22.0 + 44.0) / 3)
    many = posterior.ask(ATE("y", **query, size=4_000))
    # Rows are drawn whole: 11, 22 and 44 have sd 13.7, over 4,000 units 0.22.
    np.testing.assert_allclose(many[0] / np.array([2.0, 3.0]), 77.0 / 3, atol=1.0)


def ordinal() -> pm.Model:
    ordered = pm.distributions.transforms.ordered
    with pm.Model() as model:
        x = pm.Data("x", np.arange(6.0), dims="unit")
        b = pm.Normal("b", initval=0.25)
        cut = pm.Normal("cut", 0.0, 2.0, shape=2, transform=ordered, initval=[-0.5, 0.5])
        pm.OrderedLogistic("y", b * x, cut, dims="unit")
    return model


@pytest.mark.usefixtures("quick_compile")
def test_what_pymc_registers_itself_is_an_outcome() -> None:
    known, cut = {"b": 0.4, "cut": [-1.0, 1.0]}, np.array([-1.0, 1.0])
    world = World.from_evidence(ordinal(), known, {"y": [0, 1, 2, 1, 0, 2]}, seed=1)

    def chances(x: Any) -> Any:
        below = expit(cut - 0.4 * np.asarray(x)[:, None])
        return np.diff(below, axis=1, prepend=0.0, append=1.0)

    x = np.arange(6.0)
    effect = world.ask(ITE("y_probs", do={"x": shift(1.0)}))
    assert effect.dims == ("unit", "y_probs_dim_1")
    np.testing.assert_allclose(effect, chances(x + 1) - chances(x), atol=1e-12)


def test_initial_values_reach_the_sampler() -> None:
    model, data = ordinal(), {"y": [0, 1, 2, 1, 0, 2]}
    evidence = read_evidence(Equations(model), data)
    observed, _ = observe(model, evidence, "unit")
    start = observed.initial_point()
    assert start["b"] == 0.25
    np.testing.assert_allclose(start["cut_ordered__"], [-0.5, 0.0])  # the log of the distance
    assert model.rvs_to_initial_values[model["b"]] == 0.25  # the user's own model is as it was
    alone, *_ = marginal(observed, [], [], "unit")
    assert alone.initial_point()["b"] == 0.25
    gaps = read_evidence(Equations(model), {"y": [0, 1, 2, 1, 0, np.nan]}, allow_missing=True)
    assert observe(model, gaps, "unit")[0].initial_point()["b"] == 0.25
