"""Models of Gelman et al., Bayesian Data Analysis (3rd ed., 2013).

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

from ifonly.inference import ATE, ITE, PotentialOutcome, scale, shift

from .asked import check_answers

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 20
RNG = np.random.default_rng(11)
X, Z, Y = RNG.normal(size=(3, N))
T, G, C, POS = np.arange(N) % 2, np.arange(N) % 4, RNG.poisson(3, N), np.exp(Y)
DOSE = np.array([-0.86, -0.3, -0.05, 0.73])


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


def rows(values: Any) -> Any:
    """Return one row for all units of numbers with one value a draw."""
    return np.repeat(np.asarray(values)[:, None], N, axis=1)


@case
def bioassay() -> Any:
    """BDA, section 3.7: four doses, and a normal prior of two numbers at once."""
    with pm.Model() as model:
        x = pm.Data("x", DOSE)
        ab = pm.MvNormal("ab", mu=np.array([0, 10]), cov=np.array([[4, 12], [12, 100]]))
        th = pm.Deterministic("theta", pm.math.invlogit(ab[0] + ab[1] * x))
        pm.Binomial("y", n=5, p=th, observed=np.array([0, 1, 3, 5]))
    return (
        model,
        None,
        [
            (
                PotentialOutcome("theta", do={"x": 0.0}),
                lambda d: np.repeat(expit(d["ab"][:, [0]]), 4, 1),
            ),
        ],
    )


@case
def slopes_of_counties() -> Any:
    """BDA, section 15.1: slopes in units of their spread."""
    with pm.Model(coords={"county": range(4)}) as model:
        ba = pm.Data("basement", T)
        mb = pm.Normal("mu_b")
        sb = pm.HalfCauchy("sb", 1)
        zb = pm.Normal("zb", dims="county")
        b = pm.Deterministic("b", mb + sb * zb, dims="county")
        pm.Normal("y", b[G] * ba, 1, observed=Y)
    return (
        model,
        None,
        [
            (
                ITE("y", do={"basement": 1}, versus={"basement": 0}),
                lambda d: d["mu_b"][:, None] + d["sb"][:, None] * d["zb"][:, G],
            ),
        ],
    )


@case
def police_stops() -> Any:
    """BDA, section 16.4: an exposure, two groupings and more spread than Poisson."""
    with pm.Model(coords={"eth_": range(3), "precinct": range(4), "obs": range(N)}) as model:
        e = pm.Data("eth", np.arange(N) % 3, dims="obs")
        ex = pm.Data("arrests", POS, dims="obs")
        a = pm.Normal("alpha", dims="eth_")
        be = pm.Normal("beta", 0, pm.HalfNormal("sb"), dims="precinct")
        eps = pm.Normal("eps", 0, pm.HalfNormal("se"), dims="obs")
        pm.Poisson("stops", ex * pm.math.exp(a[e] + be[G] + eps), observed=C, dims="obs")
    return (
        model,
        None,
        [
            (
                ATE("stops", do={"eth": 1}, versus={"eth": 0}, expectation=True),
                lambda d: (
                    (np.exp(d["alpha"][:, [1]]) - np.exp(d["alpha"][:, [0]]))
                    * POS
                    * np.exp(d["beta"][:, G] + d["eps"])
                ).mean(1),
            ),
        ],
    )


@case
def a_mixture_of_scales() -> Any:
    """BDA, section 17.2: Student's t as a mixture of normals."""
    with pm.Model(coords={"obs": range(N)}) as model:
        x = pm.Data("x", X, dims="obs")
        b = pm.Normal("b")
        nu = 4.0
        V = pm.InverseGamma("V", nu / 2, nu / 2, dims="obs")
        pm.Normal("y", b * x, pm.math.sqrt(V), observed=Y, dims="obs")
    return (
        model,
        None,
        [
            (ITE("y", do={"x": shift(1.0)}), lambda d: rows(d["b"])),
        ],
    )


@case
def latent_strata() -> Any:
    """BDA, section 8.6: who takes a vitamin if offered."""
    with pm.Model(coords={"unit": range(1), "type": ["never", "complier"]}) as model:
        z = pm.Bernoulli("z", 0.5, dims="unit")
        w = pm.Beta("w", 1, 1)
        c = pm.Bernoulli("c", w, dims="unit")
        d = pm.Bernoulli("d", 0.001 + 0.998 * z * c, dims="unit")
        p = pm.Beta("p", 1, 1, shape=(2, 2))
        pm.Bernoulli("y", p[c, d], dims="unit")
    return (
        model,
        pd.DataFrame({"z": T, "d": T * (G > 1), "y": (Y > 0) * 1}),
        [
            (
                ATE("d", do={"z": 1}, versus={"z": 0}, expectation=True),
                lambda d: 0.998 * d["c"].mean(1),
            ),
        ],
    )


@case
def births_by_day() -> Any:
    """BDA, section 21.2: a smooth trend and days of the week."""
    with pm.Model(coords={"dow_": range(7), "obs": range(N)}) as model:
        t = np.linspace(-1, 1, N)[:, None]
        dow = pm.Data("dow", np.arange(N) % 7, dims="obs")
        day = pm.ZeroSumNormal("day", 1, dims="dow_")
        gp = pm.gp.HSGP(
            m=[6],
            c=2.0,
            cov_func=pm.HalfNormal("eta") ** 2
            * pm.gp.cov.ExpQuad(1, ls=pm.InverseGamma("ls", 5, 2)),
        )
        f_ = gp.prior("f", X=t, dims="obs")
        pm.Normal("births", f_ + day[dow], 1, observed=Y, dims="obs")
    return (
        model,
        None,
        [
            (
                ITE("births", do={"dow": 0}),
                lambda d: d["day"][:, [0] * N] - d["day"][:, np.arange(N) % 7],
            ),
        ],
    )


@case
def reaction_times() -> Any:
    """BDA, section 22.2: some responses of schizophrenics are delayed."""
    with pm.Model(coords={"subj": range(4), "obs": range(N)}) as model:
        S = pm.Data("S", T, dims="obs")
        al = pm.Normal("alpha", 0, 1, dims="subj")
        lam = pm.Beta("lam", 1, 1)
        tau = pm.HalfNormal("tau")
        be = pm.Normal("beta")
        mu = al[G] + be * S
        w = pt.stack([1 - lam * S, lam * S], axis=-1)
        pm.NormalMixture(
            "y", w=w, mu=pt.stack([mu, mu + tau], axis=-1), sigma=0.5, observed=Y, dims="obs"
        )
    return (
        model,
        None,
        [
            (
                ATE("y", do={"S": 1}, versus={"S": 0}, expectation=True),
                lambda d: d["beta"] + d["lam"] * d["tau"],
            ),
        ],
    )


@case
def a_dilution_assay() -> Any:
    """BDA, section 19.2: a logistic curve of four parameters."""
    with pm.Model() as model:
        x = pm.Data("dose", POS)
        b = pm.Normal("b", shape=4)
        mu = pm.Deterministic(
            "mu", b[0] + b[1] / (1 + (x / pm.math.exp(b[2])) ** (-pm.math.exp(b[3])))
        )
        s = pm.HalfNormal("s")
        pm.Normal("y", mu, s * pm.math.abs(mu) ** 0.5 + 0.01, observed=Y)
    return (
        model,
        None,
        [
            (
                ITE("mu", do={"dose": scale(2.0)}),
                lambda d: (
                    d["b"][:, 1:2]
                    / (1 + (2 * POS / np.exp(d["b"][:, 2:3])) ** (-np.exp(d["b"][:, 3:4])))
                    - d["b"][:, 1:2]
                    / (1 + (POS / np.exp(d["b"][:, 2:3])) ** (-np.exp(d["b"][:, 3:4])))
                ),
            ),
        ],
    )


@case
def bioassay_in_numbers() -> Any:
    """BDA, section 3.7: how many more had died at half a unit more."""
    with pm.Model() as model:
        x = pm.Data("x", DOSE)
        al = pm.Normal("alpha", 0, 2)
        be = pm.Normal("beta", 10, 10)
        th = pm.Deterministic("theta", pm.math.invlogit(al + be * x))
        pm.Binomial("y", n=np.array([5, 5, 5, 5]), p=th, observed=np.array([0, 1, 3, 5]))
    return (
        model,
        None,
        [
            (
                ITE("y", do={"x": shift(0.5)}, expectation=True),
                lambda d: (
                    5
                    * (
                        expit(d["alpha"][:, None] + d["beta"][:, None] * (DOSE + 0.5))
                        - expit(d["alpha"][:, None] + d["beta"][:, None] * DOSE)
                    )
                ),
            ),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)
