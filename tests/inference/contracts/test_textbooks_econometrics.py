"""Models of Cunningham's Mixtape (2021) and Huntington-Klein's The Effect (2021).

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
from scipy.special import expit

from ifonly.inference import ATE, ATT, CATE, ITE, NDE, Counterfactual, PotentialOutcome, shift

from .asked import check_answers

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 20
RNG = np.random.default_rng(11)
X, Z, Y = RNG.normal(size=(3, N))
T, G, C, POS = np.arange(N) % 2, np.arange(N) % 4, RNG.poisson(3, N), np.exp(Y)
DONORS = RNG.normal(size=(N, 3))
PLACE, PERIOD = np.repeat(np.arange(5), 4), np.tile(np.arange(4), 5)


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


def rows(values: Any) -> Any:
    """Return one row for all units of numbers with one value a draw."""
    return np.repeat(np.asarray(values)[:, None], N, axis=1)


@case
def movie_stars() -> Any:
    """Mixtape, section 3.1.6: who is cast for talent; discrimination through occupation."""
    with pm.Model(coords={"i": range(1)}) as model:
        fem = pm.Bernoulli("female", 0.5, dims="i")
        ab = pm.Normal("ability", 0, 1, dims="i")
        a = pm.Normal("a", shape=2)
        b = pm.Normal("b", shape=3)
        occ = pm.Normal("occupation", a[0] * fem + a[1] * ab, 1, dims="i")
        pm.Normal("wage", b[0] * fem + b[1] * occ + b[2] * ab, 1, dims="i")
    return (
        model,
        pd.DataFrame({"female": T, "occupation": Z, "wage": Y}),
        [
            (
                ATE("wage", do={"female": 1}, versus={"female": 0}),
                lambda d: d["b"][:, 0] + d["b"][:, 1] * d["a"][:, 0],
            ),
            (
                NDE("wage", do={"female": 1}, versus={"female": 0}, mediators=["occupation"]),
                lambda d: d["b"][:, 0],
            ),
        ],
    )


@case
def a_jump_at_a_threshold() -> Any:
    """Mixtape, chapter 6: a polynomial on both sides; the side is kept to group by."""
    with pm.Model() as model:
        x = pm.Data("x", X)
        D = pm.Data("D", (X > 0).astype(int))
        pm.Data("side", (X > 0) * 1)
        b = pm.Normal("b", 0, 1, shape=3)
        tau = pm.Normal("tau", 0, 2)
        g = pm.Normal("g")
        pm.Normal(
            "y", b[0] + b[1] * x + b[2] * x**2 + D * (tau + g * x), pm.HalfNormal("s"), observed=Y
        )
    return (
        model,
        None,
        [
            (ATE("y", do={"D": 1}, versus={"D": 0}), lambda d: d["tau"] + d["g"] * X.mean()),
            (
                CATE("y", do={"D": 1}, versus={"D": 0}, by="side"),
                lambda d: d["tau"][:, None] + d["g"][:, None] * [X[X <= 0].mean(), X[X > 0].mean()],
            ),
        ],
    )


@case
def a_treatment_that_the_score_decides() -> Any:
    """Mixtape, section 6.2: whoever is above the threshold is treated."""
    with pm.Model() as model:
        x = pm.Data("score", X)
        D = pm.Deterministic("D", pt.switch(x > 0, 1.0, 0.0))
        tau = pm.Normal("tau")
        b = pm.Normal("b")
        pm.Normal("y", b * x + tau * D, 1, observed=Y)
    return (
        model,
        None,
        [
            (ATE("y", do={"D": 1}, versus={"D": 0}), lambda d: d["tau"]),
            (
                ITE("y", do={"score": shift(1.0)}),
                lambda d: d["b"][:, None] + d["tau"][:, None] * ((X + 1 > 0) * 1.0 - (X > 0)),
            ),
        ],
    )


@case
def distance_to_college() -> Any:
    """Mixtape, section 7.8.1 (Card, 1995): an instrument and ability."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Bernoulli("nearc4", pm.Beta("p", 1, 1), dims="unit")
        u = pm.Normal("ability", 0, 1, dims="unit")
        g = pm.Normal("g")
        b = pm.Normal("b")
        ab = pm.Normal("l", shape=2)
        e = pm.Normal("educ", g * z + ab[0] * u, 1, dims="unit")
        pm.Normal("lwage", b * e + ab[1] * u, 1, dims="unit")
    return (
        model,
        pd.DataFrame({"nearc4": T, "educ": Z, "lwage": Y}),
        [
            (ATE("lwage", do={"educ": shift(1.0)}), lambda d: d["b"]),
            (ATE("lwage", do={"nearc4": 1}, versus={"nearc4": 0}), lambda d: d["b"] * d["g"]),
        ],
    )


@case
def two_way_fixed_effects() -> Any:
    """Mixtape, chapters 8 and 9: places, periods, and an effect by time since."""
    Dv = ((PLACE > 2) & (PERIOD > 1)) * 1
    lag = np.where(Dv, PERIOD - 2, 0)
    with pm.Model(
        coords={"unit_fe": range(5), "time_fe": range(4), "event": range(2), "obs": range(N)}
    ) as model:
        u = pm.Data("uid", PLACE, dims="obs")
        t = pm.Data("tid", PERIOD, dims="obs")
        D = pm.Data("D", Dv, dims="obs")
        L = pm.Data("lag", lag, dims="obs")
        a = pm.Normal("alpha", 0, 1, dims="unit_fe")
        la = pm.ZeroSumNormal("lam", 1, dims="time_fe")
        de = pm.Normal("delta", 0, 1, dims="event")
        pm.Normal("y", a[u] + la[t] + de[L] * D, pm.HalfNormal("s"), observed=Y, dims="obs")
    return (
        model,
        None,
        [
            (
                ATT("y", do={"D": 0}, where=(PLACE > 2) & (PERIOD > 1)),
                lambda d: -d["delta"][:, [0, 1]].mean(1),
            ),
        ],
    )


@case
def synthetic_control() -> Any:
    """Mixtape, chapter 10: a convex combination of donors."""
    with pm.Model(coords={"state": ["a", "b", "c"], "year": range(N)}) as model:
        d = pm.Data("donors", DONORS, dims=("year", "state"))
        w = pm.Dirichlet("w", np.ones(3), dims="state")
        pm.Normal("california", pt.dot(d, w), pm.HalfNormal("s"), observed=Y, dims="year")
    return (
        model,
        None,
        [
            (
                Counterfactual("california", do={"w": np.array([1.0, 0, 0])}),
                lambda d: Y + DONORS[:, 0] - d["w"] @ DONORS.T,
            ),
            (
                PotentialOutcome("california", do={"donors": shift(1.0)}, expectation=True),
                lambda d: d["w"] @ (DONORS.T + 1),
            ),
        ],
    )


@case
def curves_and_interactions() -> Any:
    """The Effect, section 13.2.3: a square and a product."""
    with pm.Model() as model:
        x = pm.Data("x", X)
        z = pm.Data("z", Z)
        b = pm.Normal("b", shape=4)
        pm.Normal("logy", b[0] + b[1] * x + b[2] * x**2 + b[3] * x * z, 1, observed=Y)
    return (
        model,
        None,
        [
            (
                ITE("logy", do={"x": shift(1.0)}),
                lambda d: d["b"][:, 1:2] + d["b"][:, 2:3] * (2 * X + 1) + d["b"][:, 3:4] * Z,
            ),
        ],
    )


@case
def weights_of_matches() -> Any:
    """The Effect, chapter 14: weights as precisions."""
    w = np.abs(Z) + 0.1
    with pm.Model() as model:
        t = pm.Data("t", T)
        tau = pm.Normal("tau")
        s = pm.HalfNormal("s")
        pm.Normal("y", tau * t, s / np.sqrt(w), observed=Y)
    return (
        model,
        None,
        [
            (ATE("y", do={"t": 1}, versus={"t": 0}), lambda d: d["tau"]),
        ],
    )


@case
def intercepts_of_groups() -> Any:
    """The Effect, chapter 16: variation within groups."""
    with pm.Model(coords={"g": range(4)}) as model:
        x = pm.Data("x", X)
        a = pm.Normal("a", dims="g")
        b = pm.Normal("b")
        pm.Normal("y", a[G] + b * x, 1, observed=Y)
    return (
        model,
        None,
        [
            (ITE("y", do={"x": shift(1.0)}), lambda d: rows(d["b"])),
        ],
    )


@case
def differences_on_the_logit_scale() -> Any:
    """The Effect, section 18.2: a chance, not a mean."""
    with pm.Model() as model:
        tr = pm.Data("treated", T)
        po = pm.Data("post", (G > 1) * 1)
        D = pm.Data("D", T * (G > 1))
        b = pm.Normal("b", shape=4)
        p = pm.Deterministic("p", pm.math.invlogit(b[0] + b[1] * tr + b[2] * po + b[3] * D))
        pm.Bernoulli("y", p, observed=(Y > 0) * 1)
    return (
        model,
        None,
        [
            (
                ATT("p", do={"D": 0}, where=(T == 1) & (G > 1)),
                lambda d: expit(d["b"][:, :3].sum(1)) - expit(d["b"].sum(1)),
            ),
        ],
    )


@case
def a_threshold_that_some_ignore() -> Any:
    """The Effect, section 20.2.4: take-up jumps, and the slope kinks."""
    with pm.Model() as model:
        x = pm.Data("x", X)
        a = pm.Normal("a", shape=2)
        took = pm.Bernoulli("took", logit_p=a[0] + a[1] * (x > 0), observed=T)
        tau = pm.Normal("tau")
        b = pm.Normal("b", shape=2)
        pm.Normal("y", b[0] * x + b[1] * pm.math.maximum(x, 0) + tau * took, 1, observed=Y)
    return (
        model,
        None,
        [
            (ATE("y", do={"took": 1}, versus={"took": 0}), lambda d: d["tau"]),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)
