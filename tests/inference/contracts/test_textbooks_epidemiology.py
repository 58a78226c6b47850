"""Models of Hernan and Robins's What If (2020) and of Pearl's Primer (2016).

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

from ifonly.inference import ATE, ATT, PotentialOutcome, policy

from .asked import check_answers

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 20
RNG = np.random.default_rng(11)
X, Z, Y = RNG.normal(size=(3, N))
T, G, C, POS = np.arange(N) % 2, np.arange(N) % 4, RNG.poisson(3, N), np.exp(Y)


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


@case
def quitters_with_product_terms() -> Any:
    """What If, section 13.2: standardised over those there are."""
    with pm.Model() as model:
        q = pm.Data("qsmk", T)
        x = pm.Data("smokeintensity", X)
        b = pm.Normal("b", shape=5)
        pm.Normal(
            "wt",
            b[0] + b[1] * q + b[2] * x + b[3] * q * x + b[4] * x**2,
            pm.HalfNormal("s"),
            observed=Y,
        )
    return (
        model,
        None,
        [
            (
                ATE("wt", do={"qsmk": 1}, versus={"qsmk": 0}),
                lambda d: d["b"][:, 1] + d["b"][:, 3] * X.mean(),
            ),
        ],
    )


@case
def an_instrument_for_a_decision() -> Any:
    """What If, chapter 16: what is decided depends on a cause of the outcome."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Bernoulli("Z", 0.5, dims="unit")
        u = pm.Normal("U", dims="unit")
        a = pm.Bernoulli("A", p=pm.math.invprobit(pm.Normal("a") * z + u - 1), dims="unit")
        pm.Normal("Y", pm.Normal("b") * a + u, 1, dims="unit")
    return (
        model,
        pd.DataFrame({"Z": T, "A": T * (G > 1), "Y": Y}),
        [
            (ATE("Y", do={"A": 1}, versus={"A": 0}), lambda d: d["b"]),
        ],
    )


@case
def survival_by_month() -> Any:
    """What If, section 17.3: a product of hazards."""
    with pm.Model(coords={"month": range(6), "id": range(N)}) as model:
        q = pm.Data("qsmk", T, dims="id")
        b = pm.Normal("b", shape=3)
        time = np.arange(6.0)
        h = pm.Deterministic(
            "h",
            pm.math.invlogit(
                -2 + b[0] * time[None, :] + q[:, None] * (b[1] + b[2] * time[None, :])
            ),
            dims=("id", "month"),
        )
        pm.Deterministic("S", pt.cumprod(1 - h, axis=1), dims=("id", "month"))
        pm.Bernoulli("event", h, observed=RNG.binomial(1, 0.1, (N, 6)), dims=("id", "month"))
    return (
        model,
        None,
        [
            (
                PotentialOutcome("S", do={"qsmk": 1}),
                lambda d: np.repeat(
                    np.cumprod(
                        1
                        - expit(
                            -2 + d["b"][:, [1]] + (d["b"][:, [0]] + d["b"][:, [2]]) * np.arange(6.0)
                        ),
                        axis=1,
                    )[:, None],
                    N,
                    axis=1,
                ),
            ),
        ],
    )


@case
def treatments_over_time() -> Any:
    """What If, chapter 21: two treatments, and what lies between."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a0 = pm.Bernoulli("A0", 0.5, dims="unit")
        l1 = pm.Normal("L1", pm.Normal("l") * a0, 1, dims="unit")
        a1 = pm.Bernoulli("A1", logit_p=l1, dims="unit")
        b = pm.Normal("b", shape=3)
        pm.Normal("Y", b[0] * a0 + b[1] * a1 + b[2] * l1, 1, dims="unit")
    return (
        model,
        pd.DataFrame({"A0": T, "L1": Z, "A1": (G > 1) * 1, "Y": Y}),
        [
            (
                ATE("Y", do={"A0": 1, "A1": 1}, versus={"A0": 0, "A1": 0}),
                lambda d: d["b"][:, 0] + d["b"][:, 1] + d["b"][:, 2] * d["l"],
            ),
            (
                PotentialOutcome(
                    "Y", do={"A0": 1, "A1": policy(lambda v: pt.switch(v["L1"] > 0, 1.0, 0.0))}
                ),
                lambda d: (
                    Y
                    + d["b"][:, [0]] * (1 - T)
                    + d["b"][:, [2]] * d["l"][:, None] * (1 - T)
                    + d["b"][:, [1]] * ((Z + d["l"][:, None] * (1 - T) > 0) - 1.0 * (G > 1))
                ),
            ),
        ],
    )


@case
def the_front_door() -> Any:
    """Primer, section 3.4: all goes through the mediator."""
    with pm.Model(coords={"unit": range(1)}) as model:
        u = pm.Normal("U", dims="unit")
        x = pm.Normal("X", u, 1, dims="unit")
        a = pm.Normal("a")
        mm = pm.Normal("M", a * x, 1, dims="unit")
        b = pm.Normal("b")
        pm.Normal("Y", b * mm + u, 1, dims="unit")
    return (
        model,
        pd.DataFrame({"X": X, "M": Z, "Y": Y}),
        [
            (ATE("Y", do={"X": 1.0}, versus={"X": 0.0}), lambda d: d["a"] * d["b"]),
        ],
    )


@case
def a_conditional_plan() -> Any:
    """Primer, section 3.5: treat those above a threshold."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("Z", dims="unit")
        x = pm.Bernoulli("X", logit_p=z, dims="unit")
        b = pm.Normal("b")
        pm.Normal("Y", b * x + z, 1, dims="unit")
    return (
        model,
        pd.DataFrame({"Z": Z, "X": T, "Y": Y}),
        [
            (
                PotentialOutcome("Y", do={"X": policy(lambda v: 1.0 * (v["Z"] > 0))}),
                lambda d: Y + d["b"][:, None] * ((Z > 0) * 1.0 - T),
            ),
        ],
    )


@case
def the_effect_on_the_treated() -> Any:
    """Primer, section 4.3.1: an effect that differs between units."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("Z", dims="unit")
        x = pm.Normal("X", 0.5, 0.5, dims="unit")
        b = pm.Normal("b")
        g = pm.Normal("g")
        pm.Normal("Y", b * x + g * x * z + z, 1, dims="unit")
    return (
        model,
        pd.DataFrame({"Z": Z, "X": T.astype(float), "Y": Y}),
        [
            (ATT("Y", do={"X": 1}, versus={"X": 0}), lambda d: d["b"] + d["g"] * Z[T == 1].mean()),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)
