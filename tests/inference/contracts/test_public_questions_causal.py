"""Further questions of users of DoWhy, EconML, pathmc and of selection and survival.

The models are written as PyMC's users write them, with invented data; each answer is held against
what algebra makes of the same draws.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from scipy.special import expit, softmax

from ifonly.inference import ATE, Counterfactual, PotentialOutcome, set_to, shift

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


def inflated_mean(d: Any, x: Any) -> Any:
    """Return the mean of a share that may be zero, the mediator's own part kept."""
    b = [d["b"][:, [k]] for k in range(4)]
    m = Z + b[0] * (x - X)
    return expit(-b[1] - b[2] * m) * expit(b[3] * x + m)


def restricted(rate: Any) -> Any:
    """Return the mean of an exponential time up to 2."""
    return (1 - np.exp(-2 * rate)) / rate


def first_event(d: Any, drug: int) -> Any:
    """Return the mean of the earlier event; an exponential time is in units of its mean."""
    times = [np.exp(v) * np.exp(d["b"][:, [k]] * (T - drug)) for k, v in enumerate((Y, Z))]
    return np.minimum(*times).mean(axis=1)


@case
def a_network_of_tables() -> Any:
    """DoWhy 1348: how to set one node of a categorical network and read another."""
    with pm.Model(coords={"unit": range(1)}) as model:
        B = pm.Bernoulli("B", 0.5, dims="unit")
        pA = pm.Beta("pA", 1, 1, shape=2)
        A = pm.Bernoulli("A", pA[B], dims="unit")
        pT = pm.Beta("pT", 1, 1, shape=(2, 2))
        pm.Bernoulli("T", pT[A, B], dims="unit")
    return (
        model,
        pd.DataFrame({"B": T, "A": (X > 0) * 1, "T": (Y > 0) * 1}),
        [
            (
                PotentialOutcome("T", do={"A": 1}, expectation=True),
                lambda d: d["pT"][:, 1, :][:, T],
            ),
            (
                ATE("T", do={"A": 1}, versus={"A": 0}, expectation=True),
                lambda d: (d["pT"][:, 1, :][:, T] - d["pT"][:, 0, :][:, T]).mean(1),
            ),
        ],
    )


@case
def an_outcome_of_three_classes() -> Any:
    """DoWhy 1322: an effect on each class's probability."""
    with pm.Model(coords={"unit": range(1), "f": ["oil", "lng", "meth"]}) as model:
        x = pm.Normal("price", dims="unit")
        a = pm.Normal("a", dims="f")
        b = pm.Normal("b", dims="f")
        pm.Categorical("fuel", p=pm.math.softmax(a + x[:, None] * b, axis=-1), dims="unit")
    return (
        model,
        pd.DataFrame({"price": X, "fuel": np.array(["oil", "lng", "meth"])[K]}),
        [
            (
                ATE("fuel", do={"price": shift(1.0)}, expectation=True),
                lambda d: (
                    softmax((X + 1)[None, :, None] * d["b"][:, None, :] + d["a"][:, None, :], -1)
                    - softmax(X[None, :, None] * d["b"][:, None, :] + d["a"][:, None, :], -1)
                ).mean(1),
            ),
        ],
    )


@case
def a_zero_inflated_share() -> Any:
    """sjstats 80: the effect of x on the inflation and the mean of a zero-inflated beta."""
    y = np.where(np.arange(N) % 4 == 0, 0.0, expit(Y))
    with pm.Model(coords={"obs": range(N)}) as model:
        x = pm.Data("x", X, dims="obs")
        b = pm.Normal("b", shape=4)
        m = pm.Normal("m", b[0] * x, 1, observed=Z, dims="obs")
        zi = pm.Deterministic("zi", pm.math.invlogit(b[1] + b[2] * m), dims="obs")
        mu = pm.math.invlogit(b[3] * x + m)
        z = pm.Bernoulli("z", 1 - zi, observed=(y > 0) * 1, dims="obs")
        part = pm.Beta("part", mu=mu, nu=5.0, dims="obs")
        pm.Deterministic("p", (1 - zi) * mu, dims="obs")
        pm.Deterministic("y", z * part, dims="obs")
    return (
        model,
        None,
        [
            (
                ATE("p", do={"x": shift(1.0)}),
                lambda d: (inflated_mean(d, X + 1) - inflated_mean(d, X)).mean(1),
            ),
        ],
    )


@case
def spending_or_not() -> Any:
    """marginaleffects 1155: the mean of a hurdle model, not of its positive part."""
    with pm.Model() as model:
        t = pm.Data("t", T)
        a = pm.Normal("a", shape=2)
        b = pm.Normal("b", 0, 0.5, shape=2)
        pm.HurdleLogNormal(
            "spend",
            psi=pm.math.invlogit(a[0] + a[1] * t),
            mu=b[0] + b[1] * t,
            sigma=0.5,
            observed=np.where(K, POS, 0.0),
        )
    return (
        model,
        None,
        [
            (
                ATE("spend", do={"t": 1}, versus={"t": 0}, expectation=True),
                lambda d: (
                    expit(d["a"].sum(1)) * np.exp(d["b"].sum(1) + 0.125)
                    - expit(d["a"][:, 0]) * np.exp(d["b"][:, 0] + 0.125)
                ),
            ),
        ],
    )


@case
def diminishing_returns() -> Any:
    """EconML 951: marginal effects of a continuous treatment are no constant."""
    with pm.Model() as model:
        days = pm.Data("days", 10 * POS)
        be = pm.HalfNormal("beta", 5)
        h = pm.Gamma("half", 5, 0.5)
        pm.Normal("sales", be * days / (days + h), 1, observed=Y)
    return (
        model,
        None,
        [
            (
                ATE("sales", do={"days": [0.0, 10.0, 20.0, 30.0]}, versus={"days": 0.0}),
                lambda d: (
                    d["beta"][:, None]
                    * np.stack([s / (s + d["half"]) for s in (0.0, 10.0, 20.0, 30.0)], 1)
                ),
            ),
        ],
    )


@case
def several_treatments_over_periods() -> Any:
    """EconML 924: several kinds of treatment in each period."""
    W = RNG.binomial(1, 0.5, (N, 3, 2)).astype(float)
    with pm.Model(coords={"id": range(N), "period": range(3), "kind": ["a", "b"]}) as model:
        w = pm.Data("treat", W, dims=("id", "period", "kind"))
        b = pm.Normal("b", dims=("period", "kind"))
        pm.Normal("y", (w * b).sum((1, 2)), 1, observed=Y, dims="id")
    return (
        model,
        None,
        [
            (
                ATE(
                    "y",
                    do={"treat": set_to(np.ones((N, 3, 2)))},
                    versus={"treat": set_to(np.zeros((N, 3, 2)))},
                ),
                lambda d: d["b"].sum((1, 2)),
            ),
        ],
    )


@case
def survival_under_censoring() -> Any:
    """EconML 1027: restricted mean survival time with limits of censoring of each unit's own."""
    cens = np.where(K == 0, POS, np.inf)
    with pm.Model(coords={"id": range(N)}) as model:
        t = pm.Data("t", T, dims="id")
        b = pm.Normal("b", 0, 0.5, shape=2)
        rate = pm.math.exp(b[0] + b[1] * t)
        pm.Deterministic("rmst", (1 - pm.math.exp(-rate * 2.0)) / rate, dims="id")
        pm.Censored(
            "time", pm.Exponential.dist(lam=rate), lower=None, upper=cens, observed=POS, dims="id"
        )
    return (
        model,
        None,
        [
            (
                ATE("rmst", do={"t": 1}, versus={"t": 0}),
                lambda d: restricted(np.exp(d["b"].sum(1))) - restricted(np.exp(d["b"][:, 0])),
            ),
        ],
    )


@case
def the_first_of_two_events() -> Any:
    """Two risks compete, and the earlier one is seen."""
    with pm.Model(coords={"unit": range(1)}) as model:
        d = pm.Bernoulli("drug", 0.5, dims="unit")
        b = pm.Normal("b", shape=2)
        a = pm.Exponential("death", pm.math.exp(b[0] * d), dims="unit")
        r = pm.Exponential("relapse", pm.math.exp(b[1] * d), dims="unit")
        pm.Deterministic("seen", pm.math.minimum(a, r), dims="unit")
    return (
        model,
        pd.DataFrame({"drug": T, "death": POS, "relapse": np.exp(Z)}),
        [
            (
                ATE("seen", do={"drug": 1}, versus={"drug": 0}),
                lambda d: first_event(d, 1) - first_event(d, 0),
            ),
        ],
    )


@case
def wages_of_those_who_work() -> Any:
    """Selection (Heckman, 1979): wages are seen of those who work alone."""
    with pm.Model(coords={"unit": range(1)}) as model:
        s = pm.Normal("school", dims="unit")
        k = pm.Normal("kids", 2, 2, dims="unit")
        g = pm.Normal("g", shape=2)
        rho = pm.Uniform("rho", -1, 1)
        b = pm.Normal("b")
        u = pm.Normal("u", dims="unit")
        pm.Bernoulli("work", p=pm.math.invprobit(g[0] * s + g[1] * k + u), dims="unit")
        pm.Normal("wage", b * s + rho * u, 1, dims="unit")
    return (
        model,
        pd.DataFrame({"school": X, "kids": C * 1.0, "work": T, "wage": np.where(T, Y, np.nan)}),
        [
            (ATE("wage", do={"school": shift(1.0)}), lambda d: d["b"]),
        ],
    )


@case
def missing_not_at_random() -> Any:
    """Whether y is seen depends on y."""
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", 0.5, dims="unit")
        b = pm.Normal("b")
        y = pm.Normal("y", b * t, 1, dims="unit")
        pm.Bernoulli("missing", logit_p=pm.Normal("m") * y, dims="unit")
    return (
        model,
        pd.DataFrame({"t": T, "y": np.where(K, Y, np.nan), "missing": (K == 0) * 1}),
        [
            (ATE("y", do={"t": 1}, versus={"t": 0}), lambda d: d["b"]),
        ],
    )


@case
def two_mediators_in_a_row() -> Any:
    """pathmc 29: a unit's own counterfactual through two mediators."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("X", dims="unit")
        b = pm.Normal("b", shape=4)
        m1 = pm.Normal("M1", b[0] * x, 1, dims="unit")
        m2 = pm.Normal("M2", b[1] * m1, 1, dims="unit")
        pm.Normal("Y", b[2] * m2 + b[3] * x, 1, dims="unit")
    return (
        model,
        pd.DataFrame({"X": X, "M1": Z, "M2": Z + Y, "Y": Y}),
        [
            (
                Counterfactual("Y", do={"X": 1.0}),
                lambda d: (
                    Y
                    + (1 - X) * (d["b"][:, [3]] + d["b"][:, [0]] * d["b"][:, [1]] * d["b"][:, [2]])
                ),
            ),
        ],
    )


@case
def a_service_at_its_usual_pace() -> Any:
    """DoWhy gcm: set the latency where it was high."""
    with pm.Model(coords={"unit": range(1)}) as model:
        db = pm.LogNormal("db", pm.Normal("a"), 1, dims="unit")
        api = pm.LogNormal("api", 0, 1, dims="unit")
        pm.Deterministic("total", db + api, dims="unit")
    return (
        model,
        pd.DataFrame({"db": POS, "api": np.exp(Z)}),
        [
            (
                Counterfactual("total", do={"db": set_to(1.0, where=lambda v: v["db"] > 1.0)}),
                lambda d: POS + np.exp(Z) - np.maximum(POS - 1, 0),
            ),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)
