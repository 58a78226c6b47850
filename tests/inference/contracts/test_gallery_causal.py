"""Causal notebooks and series of PyMC's example gallery, restated and taken as written."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ATE, ITE, Counterfactual, PotentialOutcome, scale, shift

from .asked import asked, drawn, prior_posterior

pytestmark = pytest.mark.usefixtures("quick_compile")

N = 16
RNG = np.random.default_rng(8)
X, M = RNG.normal(size=(2, N))
Y = 0.3 * X + 0.6 * M + RNG.normal(size=N)
TIME = np.arange(float(N))


def rows(values: Any) -> Any:
    """Return one row for all units of numbers with one value a draw."""
    return np.repeat(np.asarray(values)[:, None], N, axis=1)


def test_what_if_with_a_placeholder_dimension() -> None:
    with pm.Model(coords={"i": [0]}) as model:
        b = {n: pm.Normal(f"b_{n}") for n in "0acm"}
        a, c, m = (pm.Normal(n, 0, 1, dims="i") for n in "acm")
        mean = pm.Deterministic("mean", b["0"] + b["a"] * a + b["c"] * c + b["m"] * m, dims="i")
        pm.Normal("y", mean, sigma=pm.HalfNormal("sigma"), dims="i")
    p = prior_posterior(model, pd.DataFrame({"a": X, "c": TIME, "m": M, "y": Y}))
    found = asked(p, PotentialOutcome("mean", do={"m": 0.0}))
    b = {n: drawn(p, f"b_{n}")[:, None] for n in "0ac"}
    np.testing.assert_allclose(found, b["0"] + b["a"] * X + b["c"] * TIME)
    five = asked(p, ITE("y", do={"m": scale(5.0)}))
    np.testing.assert_allclose(five, 4 * drawn(p, "b_m")[:, None] * M)


def test_a_students_counterfactual() -> None:
    """Pearl, Glymour and Jewell (2016), section 4.2.3: a model that observes each equation."""
    with pm.Model() as model:
        a, b, c = (pm.Normal(n, 0, 2) for n in "abc")
        x = pm.Normal("X", 0, pm.HalfNormal("sigma_X", 2), observed=X)
        h = pm.Normal("H", a * x, pm.HalfNormal("sigma_H", 2), observed=M)
        pm.Normal("Y", b * x + c * h, pm.HalfNormal("sigma_Y", 2), observed=Y)
    p = prior_posterior(model)
    found = asked(p, Counterfactual("Y", do={"H": 2.0}))
    np.testing.assert_allclose(found, Y + drawn(p, "c")[:, None] * (2.0 - M))
    total = asked(p, ATE("Y", do={"X": shift(1.0)}))
    np.testing.assert_allclose(total, drawn(p, "b") + drawn(p, "a") * drawn(p, "c"))


def test_mediation_with_the_mediator_twice() -> None:
    with pm.Model() as model:
        x, y, m = (pm.Data(n, v, dims="obs_id") for n, v in zip("xym", (X, Y, M), strict=True))
        a, b, direct = (pm.Normal(n, 0, 10) for n in ("a", "b", "direct"))
        pm.Normal("m_seen", a * x, pm.HalfCauchy("σm", 1), observed=m, dims="obs_id")
        pm.Normal("y_seen", b * m + direct * x, 1.0, observed=y, dims="obs_id")
        pm.Deterministic("indirect effect", a * b)
    p = prior_posterior(model)
    # True to the graph: the mediator that y reads is data, which x does not move.
    with pytest.warns(UserWarning, match="m_seen"):
        found = asked(p, ITE("y_seen", do={"x": shift(1.0)}))
    np.testing.assert_allclose(found, rows(drawn(p, "direct")))
    found = asked(p, ATE("m_seen", do={"x": shift(1.0)}))
    np.testing.assert_allclose(found, drawn(p, "a"))


def test_difference_in_differences() -> None:
    group, t = np.tile([0, 0, 1, 1], 4), np.tile([0.0, 1.0], 8)
    treated = (t > 0.5) * group
    with pm.Model() as model:
        data = {n: pm.Data(n, v, dims="obs_idx") for n, v in
                {"t": t, "treated": treated, "group": group}.items()}  # fmt: skip
        b, Δ = pm.Normal("b", 0, 5, shape=3), pm.Normal("Δ", 0, 1)
        mu = b[0] + b[1] * data["group"] + b[2] * data["t"]
        mu = pm.Deterministic("mu", mu + Δ * data["treated"] * data["group"], dims="obs_idx")
        pm.Normal("obs", mu, pm.HalfNormal("sigma", 1), observed=Y, dims="obs_idx")
    p = prior_posterior(model)
    effect = ATE("obs", do={"treated": 1}, versus={"treated": 0}, where=treated == 1)
    np.testing.assert_allclose(asked(p, effect), drawn(p, "Δ"))
    untreated = asked(p, Counterfactual("obs", do={"treated": 0}))
    np.testing.assert_allclose(untreated, Y - drawn(p, "Δ")[:, None] * treated)


def test_interrupted_series_and_discontinuity() -> None:
    with pm.Model() as model:
        time = pm.Data("time", TIME, dims="obs_id")
        b = pm.Normal("b", shape=2)
        mu = pm.Deterministic("mu", b[0] + b[1] * time, dims="obs_id")
        pm.Normal("obs", mu, pm.HalfNormal("sigma", 2), observed=Y, dims="obs_id")
    p = prior_posterior(model)
    later = asked(p, PotentialOutcome("mu", do={"time": shift(float(N))}))
    b = drawn(p, "b")
    np.testing.assert_allclose(later, b[:, :1] + b[:, 1:] * (TIME + N))
    with pm.Model() as model:
        x = pm.Data("x", X, dims="obs_id")
        treated = pm.Data("treated", (X < 0).astype(int), dims="obs_id")
        Δ = pm.Cauchy("Δ", 0, 1)
        pm.Normal("y", pm.Deterministic("mu", x + Δ * treated, dims="obs_id"), 1.0,
                  observed=Y, dims="obs_id")  # fmt: skip
    p = prior_posterior(model)
    found = asked(p, ITE("y", do={"treated": 1}, versus={"treated": 0}))
    np.testing.assert_allclose(found, rows(drawn(p, "Δ")))


@pytest.mark.slow
def test_expected_deaths() -> None:
    month = np.arange(N) % 12 + 1
    deaths = 40_000 + 3_000 * np.cos(month)
    with pm.Model(coords={"months": [f"m{k}" for k in range(12)]}) as model:
        now, temperature = pm.Data("month", month, dims="t"), pm.Data("temp", X, dims="t")
        seen = pm.Data("deaths", deaths, dims="t")
        season = pm.ZeroSumNormal("month mu", sigma=3_000, dims="months")
        trend = pm.TruncatedNormal("linear trend", 0, 50, lower=0)
        per_degree = pm.Normal("temp coeff", 0, 200)
        mu = 40_000 + trend * TIME + season[now - 1] + per_degree * temperature
        mu = pm.Deterministic("mu", mu, dims="t")
        pm.TruncatedNormal("obs", mu, sigma=2_000.0, lower=0, observed=seen, dims="t")
    p = prior_posterior(model)
    found = asked(p, ITE("mu", do={"month": 1}))
    season = drawn(p, "month mu")
    np.testing.assert_allclose(found, season[:, :1] - season[:, month - 1])
    # A truncated normal keeps its rank.
    found = asked(p, Counterfactual("obs", do={"temp": shift(1.0)}))
    mu = 40_000 + drawn(p, "linear trend")[:, None] * TIME + season[:, month - 1]
    mu = mu + drawn(p, "temp coeff")[:, None] * X

    def law(mean: Any) -> Any:
        from scipy.stats import truncnorm

        return truncnorm(-mean / 2_000, np.inf, loc=mean, scale=2_000)

    moved = law(mu + drawn(p, "temp coeff")[:, None]).ppf(law(mu).cdf(deaths))
    np.testing.assert_allclose(found, moved, rtol=1e-6)


def test_instruments_in_one_likelihood() -> None:
    design = [np.column_stack([np.ones(N), v]) for v in (X, M)]
    with pm.Model(coords={"instrument": ["1", "z"], "covariate": ["1", "t"], "obs": range(N)}) as m:
        first, second = pm.Normal("first", dims="instrument"), pm.Normal("second", dims="covariate")
        chol, *_ = pm.LKJCholeskyCov("chol", eta=2, n=2, sd_dist=pm.HalfCauchy.dist(2, shape=2))
        mu_t = pm.Deterministic("mu_t", pt.dot(design[0], first))
        mu_y = pm.Deterministic("mu_y", pt.dot(design[1], second))
        mu = pm.Deterministic("mu", pt.stack([mu_y, mu_t], axis=1))
        pm.MvNormal("both", mu, chol=chol, observed=np.stack([Y, M], axis=1), shape=(N, 2))
    p = prior_posterior(m)
    found = asked(p, ITE("both", do={"second": shift(np.array([0.0, 1.0]))}))
    np.testing.assert_allclose(found, np.tile(np.column_stack([M, 0 * M]), (3, 1, 1)), atol=1e-12)
    found = asked(p, ITE("mu_y", do={"second": shift(np.array([1.0, 0.0]))}))
    np.testing.assert_allclose(found, np.ones((3, N)))


def test_a_switch_of_rates_with_a_gap() -> None:
    counts = np.ma.masked_equal(np.where(TIME == 5, -999, RNG.poisson(2, N)), -999)
    years = 1851 + np.arange(N)
    with warnings.catch_warnings(), pm.Model() as model:
        warnings.simplefilter("ignore", pm.exceptions.ImputationWarning)
        switch = pm.DiscreteUniform("switch", lower=years.min(), upper=years.max())
        early, late = pm.Exponential("early", 1.0), pm.Exponential("late", 1.0)
        rate = pm.Deterministic("rate", pm.math.switch(switch >= years, early, late))
        pm.Poisson("disasters", rate, observed=counts)
    p = prior_posterior(model)
    found = asked(p, PotentialOutcome("rate", do={"switch": 1860}))
    early, late = drawn(p, "early")[:, None], drawn(p, "late")[:, None]
    np.testing.assert_allclose(found, np.where(years <= 1860, early, late))
    none = asked(p, Counterfactual("disasters", do={"early": 1e-12, "late": 1e-12}))
    np.testing.assert_array_equal(none, np.zeros((3, N)))


@pytest.mark.slow
def test_walks_of_coefficients_and_volatility() -> None:
    start = pm.Normal.dist(0, 10)
    for dims in (None, "time"):
        with pm.Model(coords={"time": np.arange(N)}) as model:
            slope = pm.GaussianRandomWalk(
                "slope", sigma=pm.Exponential("step", 50.0), init_dist=start, dims="time"
            )
            pm.Normal("y", slope * X, pm.HalfNormal("sd", 0.1), observed=Y, dims=dims)
        p = prior_posterior(model)
        assert p.state.unit == "time"
        found = asked(p, ITE("y", do={"slope": shift(1.0)}))
        np.testing.assert_allclose(found, np.tile(X, (3, 1)), atol=1e-12)
    with pm.Model(coords={"time": np.arange(N)}) as model:
        volatility = pm.GaussianRandomWalk("volatility", sigma=0.1, dims="time", init_dist=start)
        lam = np.exp(-2 * volatility)
        pm.StudentT("returns", pm.Exponential("nu", 0.1), lam=lam, observed=Y, dims="time")
    p = prior_posterior(model)
    calm = asked(p, Counterfactual("returns", do={"volatility": 0.0}))
    np.testing.assert_allclose(calm, Y * np.exp(-drawn(p, "volatility")))


def test_one_series() -> None:
    with pm.Model() as model:
        rho, sigma = pm.Normal("rho", 0, 0.3, shape=2), pm.HalfNormal("sigma", 2)
        pm.AR("y", rho, sigma=sigma, constant=True, init_dist=pm.Normal.dist(0, 10), observed=Y)
    p = prior_posterior(model)
    found = asked(p, Counterfactual("y", do={"rho": shift(np.array([0.5, 0.1]))}))
    for k, (constant, weight) in enumerate(drawn(p, "rho")):
        shocks = Y[1:] - constant - weight * Y[:-1]
        series = [Y[0]]
        for shock in shocks:
            series.append(constant + 0.5 + (weight + 0.1) * series[-1] + shock)
        np.testing.assert_allclose(found[k], series)


def test_survival_with_limits_or_a_potential() -> None:
    event, time = np.arange(N) % 3 > 0, RNG.weibull(1.4, N) * 3
    with pm.Model() as model:
        x, shape = pm.Data("x", X), pm.HalfNormal("shape", 2)
        b = pm.Normal("b", 0, 1, shape=2)
        law = pm.Weibull.dist(alpha=shape, beta=pm.math.exp(b[0] + b[1] * x))
        until = np.where(event, np.inf, time)
        pm.Censored("t", law, lower=None, upper=until, observed=time)
    p = prior_posterior(model)
    found = asked(p, Counterfactual("t", do={"x": shift(-1.0)}))
    # An accelerated failure time: an event's own time is stretched.
    stretched = time * np.exp(-drawn(p, "b")[:, 1:])
    np.testing.assert_allclose(found[:, event], stretched[:, event])
    with pm.Model() as model:
        level = pm.Normal("level", 0, 1)
        pm.Weibull("died", alpha=1.5, beta=pm.math.exp(level), observed=time[event])
        pm.Potential("alive", -((time[~event] / pm.math.exp(level)) ** 1.5).sum())
    found = asked(prior_posterior(model), Counterfactual("died", do={"level": shift(1.0)}))
    np.testing.assert_allclose(found, np.tile(np.e * time[event], (3, 1)))
