"""Further questions of users of PyMC, PyMC-Marketing and brms about models of their own.

The models are written as PyMC's users write them, with invented data; each answer is held against
what algebra makes of the same draws.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ATE, CATE, ITE, PotentialOutcome, scale, shift

from .asked import check_answers

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 24
RNG = np.random.default_rng(12)
X, Z, Y = RNG.normal(size=(3, N))
T, G, K = np.arange(N) % 2, np.arange(N) % 4, np.arange(N) % 3
C, POS, SP = RNG.poisson(2, N), np.exp(Y), np.abs(RNG.normal(size=(N, 2)))


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


def rows(values: Any) -> Any:
    """Return one row for all units of numbers with one value a draw."""
    return np.repeat(np.asarray(values)[:, None], N, axis=1)


@case
def a_launch_within_a_walk() -> Any:
    """CausalImpact in PyMC: what had been without the launch."""
    with pm.Model(coords={"t": range(N)}) as model:
        on = pm.Data("launch", (np.arange(N) > 12) * 1.0, dims="t")
        b = pm.Normal("b")
        s = pm.HalfNormal("s")
        e = pm.GaussianRandomWalk("e", sigma=s, init_dist=pm.Normal.dist(0, 1), dims="t")
        pm.Normal("y", b * on + e, 0.3, observed=Y, dims="t")
    return (
        model,
        None,
        [
            (ITE("y", do={"launch": 0}), lambda d: -d["b"][:, None] * (np.arange(N) > 12)),
        ],
    )


@case
def yesterday_as_a_column() -> Any:
    """The outcome of the day before is a column."""
    with pm.Model() as model:
        on = pm.Data("launch", (np.arange(N) > 12) * 1.0)
        lag = pm.Data("lag", np.r_[0, Y[:-1]])
        rho = pm.Uniform("rho", -0.9, 0.9)
        b = pm.Normal("b")
        pm.Normal("y", rho * lag + b * on, 1, observed=Y)
    return (
        model,
        None,
        [
            (ITE("y", do={"launch": 0}), lambda d: -d["b"][:, None] * (np.arange(N) > 12)),
        ],
    )


@case
def a_trend_without_its_change() -> Any:
    """What had been, had the trend not changed."""
    with pm.Model() as model:
        t = np.arange(N).astype(float)
        tau = pm.Uniform("tau", 0, N)
        k = pm.Normal("k", 0, 0.1)
        de = pm.Normal("delta", 0, 0.1)
        mu = pm.Deterministic("mu", k * t + de * pm.math.maximum(t - tau, 0))
        pm.Normal("y", mu, 1, observed=Y)
    return (
        model,
        None,
        [
            (
                ITE("mu", do={"delta": 0.0}),
                lambda d: -d["delta"][:, None] * np.maximum(np.arange(N) - d["tau"][:, None], 0),
            ),
        ],
    )


@case
def new_rows() -> Any:
    """Predictions for new rows under a treatment, in place of `pm.set_data`."""
    with pm.Model() as model:
        t = pm.Data("t", T)
        x = pm.Data("x", X)
        a = pm.Normal("a")
        b = pm.Normal("b")
        pm.Normal("y", a * t + b * x, 1, observed=Y)
    return (
        model,
        None,
        [
            (
                PotentialOutcome(
                    "y",
                    do={"t": 1},
                    given=pd.DataFrame({"t": [0, 0], "x": [1.0, 2.0]}),
                    units="new",
                    expectation=True,
                ),
                lambda d: d["a"][:, None] + d["b"][:, None] * np.array([1.0, 2.0]),
            ),
        ],
    )


@case
def media_by_region() -> Any:
    """PyMC-Marketing: without one channel, in a model of regions."""
    with pm.Model(coords={"geo": range(4), "channel": ["tv", "web"], "obs": range(N)}) as model:
        s = pm.Data("spend", SP, dims=("obs", "channel"))
        g = pm.Data("geo_idx", G, dims="obs")
        lam = pm.Gamma("lam", 3, 1, dims="channel")
        be = pm.HalfNormal("beta", 1, dims=("geo", "channel"))
        c = pm.Deterministic("contrib", be[g] * pm.math.tanh(lam * s), dims=("obs", "channel"))
        pm.Normal("y", c.sum(-1), 1, observed=Y, dims="obs")
    return (
        model,
        None,
        [
            (
                ITE("y", do={"spend": scale(np.array([1.0, 0.0]))}),
                lambda d: -d["beta"][:, G][:, :, 1] * np.tanh(d["lam"][:, 1:2] * SP[:, 1]),
            ),
        ],
    )


@case
def a_treatment_of_the_spread() -> Any:
    """brms: distributional models; each unit keeps its place in the distribution."""
    with pm.Model() as model:
        t = pm.Data("t", T)
        b = pm.Normal("b", 0, 0.5, shape=2)
        pm.Normal("y", b[0] * t, pm.math.exp(b[1] * t), observed=Y)
    return (
        model,
        None,
        [
            (
                ITE("y", do={"t": 1}, versus={"t": 0}),
                lambda d: (
                    d["b"][:, 0][:, None]
                    + (Y - d["b"][:, [0]] * T)
                    / np.exp(d["b"][:, [1]] * T)
                    * (np.exp(d["b"][:, [1]]) - 1)
                ),
            ),
        ],
    )


@case
def monotonic_effects() -> Any:
    """brms, `mo()`: an ordered predictor with a simplex of steps."""
    with pm.Model(coords={"step": range(3)}) as model:
        i = pm.Data("income", G)
        z = pm.Dirichlet("zeta", np.ones(3), dims="step")
        b = pm.Normal("b")
        cum = pt.concatenate([[0.0], pt.cumsum(z)])
        pm.Normal("y", b * 3 * cum[i], 1, observed=Y)
    return (
        model,
        None,
        [
            (
                ATE("y", do={"income": 2}, versus={"income": 0}),
                lambda d: d["b"] * 3 * d["zeta"][:, :2].sum(1),
            ),
        ],
    )


@case
def correlated_outcomes() -> Any:
    """brms, `set_rescor(TRUE)`: two outcomes with correlated residuals."""
    with pm.Model(coords={"resp": ["y1", "y2"], "obs": range(N)}) as model:
        x = pm.Data("x", X, dims="obs")
        b = pm.Normal("b", dims="resp")
        chol, _, _ = pm.LKJCholeskyCov("chol", n=2, eta=2, sd_dist=pm.Exponential.dist(1.0))
        pm.MvNormal(
            "both",
            x[:, None] * b,
            chol=chol,
            observed=np.column_stack([Y, Z]),
            dims=("obs", "resp"),
        )
    return (
        model,
        None,
        [
            (ATE("both", do={"x": shift(1.0)}), lambda d: d["b"]),
        ],
    )


@case
def correlated_slopes_of_schools() -> Any:
    """brms, `(1 + t | school)`: the effect in each school."""
    with pm.Model(coords={"school_": range(4), "eff": ["a", "b"], "obs": range(N)}) as model:
        t = pm.Data("t", T, dims="obs")
        s = pm.Data("school", G, dims="obs")
        chol, _, _ = pm.LKJCholeskyCov("chol", n=2, eta=2, sd_dist=pm.Exponential.dist(1.0))
        mu = pm.Normal("mu", shape=2)
        u = pm.MvNormal("u", np.zeros(2), chol=chol, dims=("school_", "eff"))
        pm.Normal("y", mu[0] + u[s, 0] + (mu[1] + u[s, 1]) * t, 1, observed=Y, dims="obs")
    return (
        model,
        None,
        [
            (
                CATE("y", do={"t": 1}, versus={"t": 0}, by="school"),
                lambda d: d["mu"][:, 1:2] + d["u"][:, :, 1],
            ),
        ],
    )


@case
def an_endogenous_target() -> Any:
    """PyMC-Marketing 2829: intervene on awareness, which is computed."""
    with pm.Model(coords={"date": range(N)}) as model:
        s = pm.Data("spend", POS, dims="date")
        a = pm.HalfNormal("a")
        aw = pm.Deterministic("awareness", a * s, dims="date")
        pm.Normal("y", pm.Normal("b") * aw, 1, observed=Y, dims="date")
    return (
        model,
        None,
        [
            (
                ITE("y", do={"awareness": scale(2.0)}),
                lambda d: d["b"][:, None] * d["a"][:, None] * POS,
            ),
        ],
    )


@case
def a_table_of_variants() -> Any:
    """An A/B test with one row a variant."""
    with pm.Model(coords={"v": ["A", "B"]}) as model:
        v = pm.Data("variant", np.array([0, 1]))
        p = pm.Beta("p", 1, 1, dims="v")
        r = pm.Deterministic("rate", p[v])
        pm.Binomial("conv", n=np.array([100, 120]), p=r, observed=np.array([10, 18]))
    return (
        model,
        None,
        [
            (
                ATE("rate", do={"variant": 1}, versus={"variant": 0}),
                lambda d: d["p"][:, 1] - d["p"][:, 0],
            ),
        ],
    )


@case
def a_ratio_of_rates() -> Any:
    """Counts with an exposure and clinics: both levels, for a ratio."""
    with pm.Model(coords={"clinic": range(4), "obs": range(N)}) as model:
        t = pm.Data("t", T, dims="obs")
        off = pm.Data("exposure", POS, dims="obs")
        b = pm.Normal("b", 0, 0.5, shape=2)
        u = pm.Normal("u", 0, pm.HalfNormal("su"), dims="clinic")
        pm.NegativeBinomial(
            "visits",
            mu=off * pm.math.exp(b[0] + b[1] * t + u[G]),
            alpha=pm.Exponential("alpha", 1),
            observed=C,
            dims="obs",
        )
    return (
        model,
        None,
        [
            (
                PotentialOutcome("visits", do={"t": [0, 1]}, expectation=True),
                lambda d: np.stack(
                    [
                        np.exp(d["b"][:, [0]] + d["b"][:, [1]] * k + d["u"][:, G]) * POS
                        for k in (0, 1)
                    ],
                    1,
                ),
            ),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)
