"""Further models of McElreath's Statistical Rethinking (2nd ed., 2020).

The models are written as PyMC's users write them, with invented data; each answer is held against
what algebra makes of the same draws.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy.special import expit

from ifonly.inference import ATE, ITE, scale, shift

from .asked import check_answers

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 20
RNG = np.random.default_rng(11)
X, Z, Y = RNG.normal(size=(3, N))
T, G, C, POS = np.arange(N) % 2, np.arange(N) % 4, RNG.poisson(3, N), np.exp(Y)
BASIS = np.abs(RNG.normal(size=(N, 5)))


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


def own_effects(d: Any) -> Any:
    """Return each chimpanzee's effect of the second treatment, against the first."""
    found = []
    for packed, z, g in zip(d["chol"], d["z"], d["g"], strict=True):
        factor = np.zeros((4, 4))
        factor[np.tril_indices(4)] = packed
        logit = g + (factor @ z).T[G]
        found.append(expit(logit[:, 1]) - expit(logit[:, 0]))
    return found


@case
def cherry_blossoms() -> Any:
    """Statistical Rethinking, section 4.5: a spline."""
    with pm.Model(coords={"splines": range(5)}) as model:
        a = pm.Normal("a", 100, 10)
        w = pm.Normal("w", 0, 10, dims="splines")
        mu = pm.Deterministic("mu", a + pm.math.dot(BASIS, w))
        pm.Normal("D", mu, pm.Exponential("sigma", 1), observed=Y + 100)
    return (
        model,
        None,
        [
            (ITE("D", do={"w": shift(np.ones(5))}), lambda d: np.repeat(BASIS.sum(1)[None], 3, 0)),
        ],
    )


@case
def judges_and_wines() -> Any:
    """Statistical Rethinking, lectures on wine: a matrix by judge and origin."""
    with pm.Model(coords={"judge": range(4), "o": range(2)}) as model:
        j = pm.Data("j", G)
        o = pm.Data("origin", T)
        b = pm.Normal("b", 0, 1, dims=("judge", "o"))
        pm.Normal("S", b[j, o], pm.Exponential("sigma", 1), observed=Y)
    return (
        model,
        None,
        [
            (
                ATE("S", do={"origin": 1}, versus={"origin": 0}),
                lambda d: (d["b"][:, G, 1] - d["b"][:, G, 0]).mean(1),
            ),
        ],
    )


@case
def priors_that_learn() -> Any:
    """Statistical Rethinking, section 13.3.2: actors and treatments."""
    with pm.Model(coords={"actor": range(4), "trt": ["R/N", "L/N", "R/P", "L/P"]}) as model:
        tr = pm.Data("treatment", np.arange(N) % 4)
        a = pm.Normal("a", pm.Normal("a_bar", 0, 1.5), pm.Exponential("sa", 1), dims="actor")
        b = pm.Normal("b", 0, pm.Exponential("sb", 1), dims="trt")
        p = pm.Deterministic("p", pm.math.invlogit(a[G] + b[tr]))
        pm.Bernoulli("pulled", p, observed=T)
    return (
        model,
        None,
        [
            (
                ITE("p", do={"treatment": 3}),
                lambda d: (
                    expit(d["a"][:, G] + d["b"][:, [3]])
                    - expit(d["a"][:, G] + d["b"][:, np.arange(N) % 4])
                ),
            ),
        ],
    )


@case
def correlated_treatments() -> Any:
    """Statistical Rethinking, section 14.2: four effects of each actor, correlated."""
    with pm.Model(coords={"actor": range(4), "trt": range(4)}) as model:
        tr = pm.Data("treatment", np.arange(N) % 4)
        chol, _, _ = pm.LKJCholeskyCov(
            "chol", n=4, eta=4, sd_dist=pm.Exponential.dist(1.0, shape=4)
        )
        z = pm.Normal("z", 0, 1, dims=("trt", "actor"))
        al = pm.Deterministic("alpha", pt.dot(chol, z).T, dims=("actor", "trt"))
        g = pm.Normal("g", 0, 1, dims="trt")
        p = pm.Deterministic("p", pm.math.invlogit(g[tr] + al[G, tr]))
        pm.Bernoulli("pulled", p, observed=T)
    return (
        model,
        None,
        [
            (ITE("p", do={"treatment": 1}, versus={"treatment": 0}), lambda d: own_effects(d)),
        ],
    )


@case
def a_law_of_its_own() -> Any:
    """Statistical Rethinking, section 15.3: a likelihood that its author writes."""
    with pm.Model() as model:
        x = pm.Data("x", X)
        b = pm.Normal("b")
        pm.CustomDist(
            "y", b * x, dist=lambda mu, size: pm.Normal.dist(mu, 1.0, size=size), observed=Y
        )
    return (
        model,
        None,
        [
            (ATE("y", do={"x": shift(1.0)}), lambda d: d["b"]),
        ],
    )


@case
def geometric_people() -> Any:
    """Statistical Rethinking, section 16.1: cylinders."""
    with pm.Model() as model:
        h = pm.Data("h", POS)
        p = pm.Beta("p", 2, 18)
        k = pm.Exponential("k", 0.5)
        s = pm.Exponential("sigma", 1)
        mu = pm.math.log(3.1416 * k * p**2 * h**3)
        pm.LogNormal("w", mu, s, observed=POS)
    return (
        model,
        None,
        [
            (
                ITE("w", do={"h": scale(1.1)}, expectation=True),
                lambda d: (
                    (1.1**3 - 1)
                    * np.exp(np.log(3.1416 * d["k"] * d["p"] ** 2)[:, None] + 3 * np.log(POS) + 0.0)
                    * np.exp(d["sigma"][:, None] ** 2 / 2)
                ),
            ),
        ],
    )


@case
def hidden_minds() -> Any:
    """Statistical Rethinking, section 16.2: a mixture of strategies."""
    with pm.Model() as model:
        mf = pm.Data("majority_first", T)
        p = pm.Dirichlet("p", np.ones(3))
        w = pt.stack([p[0] + 0 * mf, p[1] * mf, p[1] * (1 - mf) + p[2]], axis=-1)
        pm.Categorical("y", p=w / w.sum(-1, keepdims=True), observed=np.arange(N) % 3)
    return (
        model,
        None,
        [
            (
                ATE("y", do={"majority_first": 1}, versus={"majority_first": 0}, expectation=True),
                lambda d: d["p"][:, [1]] * [0.0, 1.0, -1.0],
            ),
        ],
    )


@case
def ordinary_nuts() -> Any:
    """Statistical Rethinking, section 16.3: a rate that grows with age."""
    with pm.Model() as model:
        age = pm.Data("age", np.abs(Z))
        sec = pm.Data("seconds", POS)
        phi = pm.LogNormal("phi", 0, 0.1)
        k = pm.LogNormal("k", np.log(2), 0.25)
        th = pm.LogNormal("th", np.log(5), 0.25)
        pm.Poisson("n", sec * phi * (1 - pm.math.exp(-k * age)) ** th, observed=C)
    return (
        model,
        None,
        [
            (
                ITE("n", do={"age": shift(0.1)}, expectation=True),
                lambda d: (
                    POS
                    * d["phi"][:, None]
                    * (
                        (1 - np.exp(-d["k"][:, None] * (np.abs(Z) + 0.1))) ** d["th"][:, None]
                        - (1 - np.exp(-d["k"][:, None] * np.abs(Z))) ** d["th"][:, None]
                    )
                ),
            ),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)
