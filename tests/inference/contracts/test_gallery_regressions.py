"""Regressions as PyMC's example gallery writes them: the models of its notebooks, restated.

Each is taken as its author would write it (``observed=``, data containers with or without dims,
arrays in the formula), and one question is held against the formula with the same draws.
"""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy.special import expit, softmax

from ifonly.inference import CATE, ITE, Counterfactual, PotentialOutcome, scale, shift

from .asked import asked, drawn, prior_posterior

pytestmark = pytest.mark.usefixtures("quick_compile")

N = 16
RNG = np.random.default_rng(8)
X, M = RNG.normal(size=(2, N))
Y = 0.3 * X + 0.6 * M + RNG.normal(size=N)
FLAG = np.arange(N) % 2
COUNT = RNG.poisson(3.0, N)


def rows(values: Any) -> Any:
    """Return one row for all units of numbers with one value a draw."""
    return np.repeat(np.asarray(values)[:, None], N, axis=1)


def test_linear_regression_on_an_array() -> None:
    with pm.Model() as model:
        sigma = pm.HalfCauchy("sigma", beta=10)
        intercept, slope = pm.Normal("Intercept", 0, sigma=20), pm.Normal("slope", 0, sigma=20)
        pm.Normal("y", mu=intercept + slope * X, sigma=sigma, observed=Y)
    p = prior_posterior(model)
    # The array is no variable, but its coefficient is.
    found = asked(p, Counterfactual("y", do={"slope": shift(1.0)}))
    np.testing.assert_allclose(found, np.tile(Y + X, (3, 1)))


def test_robust_regression() -> None:
    with pm.Model() as model:
        x, y = pm.Data("x", X, dims="obs_id"), pm.Data("y_data", Y, dims="obs_id")
        slope, nu = pm.Normal("slope", 0, 1), pm.Gamma("ν", alpha=1, beta=1)
        pm.StudentT("y", nu, mu=slope * x, sigma=pm.HalfCauchy("σ", 10), observed=y, dims="obs_id")
    p = prior_posterior(model)
    np.testing.assert_allclose(asked(p, ITE("y", do={"x": shift(1.0)})), rows(drawn(p, "slope")))


def test_moderation() -> None:
    with pm.Model() as model:
        x, m = pm.Data("x", X), pm.Data("m", M)
        β, σ = pm.Normal("β", mu=0, sigma=10, size=4), pm.HalfCauchy("σ", 1)
        pm.Normal("y", mu=β[0] + β[1] * x + β[2] * x * m + β[3] * m, sigma=σ, observed=Y)
    p = prior_posterior(model)
    β = drawn(p, "β")
    per_hour = β[:, 1:2] + β[:, 2:3] * M  # the spotlight graph
    np.testing.assert_allclose(asked(p, ITE("y", do={"x": shift(1.0)})), per_hour)
    found = asked(p, CATE("y", do={"x": shift(1.0)}, by={"m": 2}))
    low = np.argsort(M)[: N // 2]
    np.testing.assert_allclose(found[:, 0], per_hour[:, low].mean(axis=1))


def test_logistic_regression_on_a_design_matrix() -> None:
    design = np.column_stack([np.ones(N), X, M, X * M])
    with pm.Model(coords={"coeffs": ["Intercept", "x", "m", "x:m"]}) as model:
        matrix, y = pm.Data("X", design), pm.Data("y", FLAG)
        b = pm.Normal("b", mu=0, sigma=1, dims="coeffs")
        p = pm.Deterministic("p", pm.math.invlogit(pm.math.dot(matrix, b)))
        pm.Bernoulli("obs", p=p, observed=y)
    post = prior_posterior(model)
    new = np.column_stack([np.ones(N), 1 + X, M, (1 + X) * M])
    found = asked(post, ITE("p", do={"X": new}))
    b = drawn(post, "b")
    np.testing.assert_allclose(found, expit(b @ new.T) - expit(b @ design.T), atol=1e-12)


@pytest.mark.parametrize("dims", [None, "obs"])
def test_a_propensity_model(dims: str | None) -> None:
    table = pd.DataFrame({"age": X, "weight": M})
    with pm.Model(coords={"coeffs": list(table), "obs": range(N)}) as model:
        matrix, t = pm.Data("X", table), pm.Data("t", FLAG)
        b = pm.Normal("b", mu=0, sigma=1, dims="coeffs")
        p = pm.Deterministic("p", pm.math.invlogit(pm.math.dot(matrix, b)))
        pm.Bernoulli("t_pred", p=p, observed=t, dims=dims)
    post = prior_posterior(model)
    found = asked(post, PotentialOutcome("p", do={"X": shift(np.array([1.0, 0.0]))}))
    np.testing.assert_allclose(found, expit(drawn(post, "b") @ np.add(table, [1, 0]).to_numpy().T))


def test_binomial_regression() -> None:
    trials, successes = np.full(N, 20), RNG.binomial(20, 0.4, N)
    with pm.Model(coords={"observation": np.arange(N)}) as model:
        x = pm.Data("x", X, dims="observation")
        b = pm.Normal("b", size=2)
        p = pm.Deterministic("p", pm.math.invlogit(b[0] + b[1] * x), dims="observation")
        pm.Binomial("y", n=trials, p=p, observed=successes, dims="observation")
    post = prior_posterior(model)
    b = drawn(post, "b")
    chance = [expit(b[:, :1] + b[:, 1:] * (X + d)) for d in (0.0, 1.0)]
    found = asked(post, ITE("p", do={"x": shift(1.0)}))
    np.testing.assert_allclose(found, chance[1] - chance[0], atol=1e-12)


def test_counts_with_an_interaction_of_arrays() -> None:
    other = (np.arange(N) // 2) % 2
    with pm.Model() as model:
        b = pm.Normal("b", 0, 0.2, shape=4)
        mean = pm.math.exp(1 + b[0] + b[1] * FLAG + b[2] * other + b[3] * FLAG * other)
        pm.Deterministic("rate", mean)
        pm.NegativeBinomial("y", mu=mean, alpha=pm.Exponential("alpha", 0.5), observed=COUNT)
    p = prior_posterior(model)
    found = asked(p, ITE("rate", do={"b": 0.0}))
    b = drawn(p, "b")
    was = np.exp(1 + b[:, :1] + b[:, 1:2] * FLAG + b[:, 2:3] * other + b[:, 3:] * FLAG * other)
    np.testing.assert_allclose(found, np.e - was)


def test_zero_inflated_counts() -> None:
    with pm.Model() as model:
        x, psi, b = pm.Data("x", X), pm.Beta("psi", 1, 1), pm.Normal("b", 0, 0.3, shape=2)
        rate = pm.Deterministic("rate", pm.math.exp(b[0] + b[1] * x))
        pm.ZeroInflatedPoisson("y", psi=psi, mu=rate, observed=COUNT)
    p = prior_posterior(model)
    b = drawn(p, "b")
    was = np.exp(b[:, :1] + b[:, 1:] * X)
    found = asked(p, ITE("rate", do={"x": shift(1.0)}))
    np.testing.assert_allclose(found, was * (np.exp(b[:, 1:]) - 1), atol=1e-12)
    # Less of it, and no unit has more of what it counts.
    b_sign = np.sign(b[:, 1:])
    moved = asked(p, ITE("y", do={"x": shift(1.0)}))
    assert (moved * b_sign >= 0).all()


@pytest.mark.parametrize("uniform", [False, True])
def test_ordinal_regression(uniform: bool) -> None:
    levels = 4
    rating = RNG.integers(0, levels, N)
    with pm.Model() as model:
        if uniform:  # cutpoints between 0 and the number of levels
            shares = pm.Dirichlet("shares", a=np.ones(levels - 2))
            cut = pt.concatenate([np.zeros(1), pt.extra_ops.cumsum(shares) * levels])
            cut = pm.Deterministic("cutpoints", cut)
        else:
            cut = pm.Normal(
                "cutpoints",
                mu=np.linspace(0, levels, levels - 1),
                sigma=pm.Exponential("sigma", 1.0),
                transform=pm.distributions.transforms.ordered,
            )
        beta = pm.Normal("beta", 0, 1, size=2)
        mu = pm.Deterministic("mu", beta[0] * pd.Series(X).to_numpy() + beta[1] * M)
        pm.OrderedLogistic("y", cutpoints=cut, eta=mu, observed=rating)
    p = prior_posterior(model)
    found = asked(p, PotentialOutcome("y_probs", do={"beta": shift(np.array([1.0, 0.0]))}))
    beta = np.add(drawn(p, "beta"), [1.0, 0.0])
    if uniform:
        edges = np.cumsum(drawn(p, "shares"), axis=1) * levels
        edges = np.column_stack([np.zeros(len(edges)), edges])
    else:
        edges = drawn(p, "cutpoints")
    below = expit(edges[:, None, :] - (beta @ [X, M])[..., None])
    np.testing.assert_allclose(found, np.diff(below, axis=2, prepend=0.0, append=1.0), atol=1e-12)


@pytest.mark.parametrize("family", ["Truncated", "Censored"])
def test_cut_off_regression(family: str) -> None:
    y = np.clip(Y, -0.8, 1.2)
    with pm.Model() as model:
        slope, sigma = pm.Normal("slope", 0, 1), pm.HalfNormal("σ", 1)
        latent = pm.Normal.dist(mu=slope * X, sigma=sigma)
        getattr(pm, family)("y", latent, lower=-0.8, upper=1.2, observed=y)
    p = prior_posterior(model)
    found = asked(p, Counterfactual("y", do={"slope": shift(0.1)}))
    assert (found >= -0.8).all()
    assert (found <= 1.2).all()
    if family == "Censored":  # inside the limits the noise is known
        inside = (y > -0.8) & (y < 1.2)
        np.testing.assert_allclose(
            found[:, inside], np.clip(y + 0.1 * X, -0.8, 1.2)[inside] * np.ones((3, 1))
        )
    same = asked(p, Counterfactual("y", do={"slope": shift(0.0)}))
    np.testing.assert_array_equal(same, np.tile(y, (3, 1)))


def test_discrete_choice() -> None:
    cost = RNG.normal(size=(N, 3))
    with pm.Model(coords={"alternative": list("abcd"), "obs": range(N)}) as model:
        given = [pm.Data(f"cost_{c}", cost[:, k]) for k, c in enumerate("abc")]
        a, b = pm.Normal("a", 0, 1, shape=3), pm.Normal("b", 0, 1)
        utility = [a[k] + b * given[k] for k in range(3)]
        s = pm.math.stack([*utility, np.zeros(N)]).T
        p = pm.Deterministic("p", pm.math.softmax(s, axis=1), dims=("obs", "alternative"))
        pm.Categorical("choice", p=p, observed=COUNT % 4, dims="obs")
    post = prior_posterior(model)
    found = asked(post, PotentialOutcome("p", do={"cost_a": scale(0.8)}))
    a, b = drawn(post, "a"), drawn(post, "b")
    paid = cost * [0.8, 1.0, 1.0]
    utility = np.concatenate([a[:, None, :] + b[:, None, None] * paid, np.zeros((3, N, 1))], axis=2)
    np.testing.assert_allclose(found, softmax(utility, axis=2), atol=1e-12)


def test_covariates_that_lack_values() -> None:
    lacking = np.ma.masked_invalid(np.column_stack([np.where(FLAG, X, np.nan), M]))
    with warnings.catch_warnings(), pm.Model(coords={"k": ["c", "d"], "id": range(N)}) as model:
        warnings.simplefilter("ignore", pm.exceptions.ImputationWarning)
        y, mu = pm.Data("y_seen", Y, dims="id"), pm.Normal("mu", 0.0, 1.0, dims="k")
        x = pm.Normal("x", mu=mu, sigma=1.0, observed=lacking, dims=("id", "k"))
        b = pm.Normal("b", mu=0, sigma=1, dims="k")
        pm.Normal("y", mu=pt.dot(x, b.T), sigma=pm.Gamma("e", 50, 50), observed=y, dims="id")
    p = prior_posterior(model)
    b = drawn(p, "b")
    found = asked(p, Counterfactual("y", do={"x": shift(np.array([1.0, 0.0]))}))
    np.testing.assert_allclose(found, Y + b[:, :1])
    # Set for all units, what was missing does no harm; the draws say what it was.
    x = drawn(p, "x")
    np.testing.assert_array_equal(x.shape, (3, N, 2))
    found = asked(p, ITE("y", do={"x": 0.0}))
    x = np.where(lacking.mask, x, lacking.filled(0.0))
    np.testing.assert_allclose(found, -(x @ b[:, :, None])[..., 0])
