"""Further models of PyMC's example gallery, restated; answers are held to algebra."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ITE, Counterfactual, PotentialOutcome, condition, scale, shift
from ifonly.inference.errors import DataError, QueryError

from .asked import asked, check_answers, prior_posterior

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 12
RNG = np.random.default_rng(31)
X, Y = np.linspace(0.0, 4.0, N), RNG.normal(size=N)
COUNT = RNG.poisson(3.0, N)


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


@case
def bins_of_studies_that_differ() -> Any:
    """Binned data, hierarchical: each study's bins have a dimension, and no unit has one."""
    cuts, seen = (np.array([-1.0, 1.0]), np.array([0.0])), ([4, 6, 3], [7, 5])
    with pm.Model(coords={"study": [0, 1], "bin0": range(3), "bin1": range(2)}) as model:
        level, spread = pm.Normal("level"), pm.HalfNormal("spread")
        mu = pm.Normal("mu", level, spread, dims="study")
        sigma = pm.Gamma("sigma", alpha=2, beta=1, dims="study")
        for k, at in enumerate(cuts):
            below = pm.math.exp(pm.logcdf(pm.Normal.dist(mu=mu[k], sigma=1 + sigma[k]), at))
            p = pt.extra_ops.diff(pm.math.concatenate([np.array([0]), below, np.array([1])]))
            p = pm.Deterministic(f"p{k}", p, dims=f"bin{k}")
            total, found = sum(seen[k]), np.array(seen[k])
            pm.Multinomial(f"counts{k}", p=p, n=total, observed=found, dims=f"bin{k}")
    return (
        model,
        None,
        [
            (Counterfactual("counts0", do={"mu": -100.0}), lambda d: [13, 0, 0]),
            (Counterfactual("counts1", do={"mu": 100.0}), lambda d: [0, 12]),
        ],
    )


@case
def two_groups_of_other_sizes() -> Any:
    """Estimation in place of the t-test: each group has its own rows; the larger one is asked."""
    with pm.Model() as model:
        mean = [pm.Normal(f"mean{k}", 0.0, 2.0) for k in range(2)]
        sd = [pm.Uniform(f"sd{k}", 0.1, 10.0) for k in range(2)]
        nu = pm.Deterministic("nu", pm.Exponential("nu_minus_one", 1 / 29.0) + 1)
        pm.StudentT("drug", nu=nu, mu=mean[0], lam=sd[0] ** -2, observed=Y)
        pm.StudentT("placebo", nu=nu, mu=mean[1], lam=sd[1] ** -2, observed=Y[:7])
        pm.Deterministic("difference", mean[0] - mean[1])
    return (
        model,
        None,
        [
            (Counterfactual("drug", do={"mean0": shift(1.0)}), lambda d: Y + 1),
            (
                Counterfactual("drug", do={"sd0": 5.0}),
                lambda d: d["mean0"][:, None] + (Y - d["mean0"][:, None]) * 5 / d["sd0"][:, None],
            ),
        ],
    )


@case
def sunspots() -> Any:
    """A Dirichlet process mixture of Poisson counts, cut off after a few components."""
    with pm.Model(coords={"component": range(4), "obs_id": range(N)}) as model:
        beta = pm.Beta("beta", 1, pm.Gamma("alpha", 1.0, 1.0), dims="component")
        rest = pt.concatenate([[1], pt.extra_ops.cumprod(1 - beta)[:-1]])
        w = pm.Deterministic("w", beta * rest, dims="component")
        rate = pm.Gamma("rate", 3.0, 1.0, dims="component")
        pm.Mixture("obs", w, pm.Poisson.dist(rate), observed=COUNT * 1.0, dims="obs_id")
    return (
        model,
        None,
        [
            (Counterfactual("obs", do={"rate": 0.0}), lambda d: 0),
            (Counterfactual("obs", do={"rate": shift(0.0)}), lambda d: COUNT),
        ],
    )


@case
def a_smooth_curve_by_its_basis() -> Any:
    """An approximated Gaussian process: weights of basis functions, and the curve with no dims."""
    with pm.Model(coords={"basis": range(8), "obs_id": range(N)}) as model:
        ell, eta = pm.InverseGamma("ell", mu=1.0, sigma=0.5), pm.Exponential("eta", scale=1.0)
        cov = eta**2 * pm.gp.cov.Matern52(input_dim=1, ls=ell)
        gp = pm.gp.HSGP(m=[8], c=1.5, parametrization="centered", cov_func=cov)
        f = gp.prior("f", X=X[:, None], hsgp_coeffs_dims="basis", gp_dims="obs_id")
        noise = pm.Exponential("sigma", scale=1.0)
        pm.Normal("y", mu=f, sigma=noise, observed=Y, dims="obs_id")
    return (
        model,
        None,
        [
            (Counterfactual("y", do={"f": shift(1.0)}), lambda d: Y + 1),
            (ITE("y", do={"f_hsgp_coeffs": shift(0.0)}), lambda d: 0),
        ],
    )


@case
def one_difference_with_a_bias() -> Any:
    """Sensitivity to what is not measured: one number is observed, an effect plus a bias."""
    with pm.Model() as model:
        tau, bias = pm.Normal("tau", 0.0, 1.0), pm.Normal("bias", 0.0, 0.3)
        effect = pm.Deterministic("observed_effect", tau + bias)
        pm.Normal("d_hat", mu=effect, sigma=0.09, observed=0.82)
    return (
        model,
        None,
        [(Counterfactual("d_hat", do={"bias": 0.0}), lambda d: 0.82 - d["bias"][:, None])],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)


def test_a_likelihood_in_a_potential_is_told_from_what_is_observed() -> None:
    """Outliers by a latent, the density of the data in a Potential: no variable is observed."""
    with pm.Model(coords={"point": range(N)}) as model:
        x = pm.Data("x", X, dims="point")
        outlier = pm.Bernoulli("outlier", p=pm.Uniform("share", 0.0, 0.5), dims="point")
        inside = pm.logp(pm.Normal.dist(pm.Normal("slope") * x, 1.0), Y)
        pm.Potential("likelihood", ((1 - outlier) * inside).sum())
    with pytest.raises(DataError, match=r"give data: .*a likelihood in a Potential \('likelihood'"):
        condition(model)


def test_one_value_of_all_units_is_refused_by_what_it_is_made_of() -> None:
    """A/B tests: the variants are the units, and the uplift is one number of both."""
    with pm.Model() as model:
        p = pm.Beta("p", alpha=100, beta=100, shape=2)
        pm.Binomial("y", n=[1000, 1000], p=p, shape=2, observed=[230, 250])
        pm.Deterministic("uplift", p[1] / p[0] - 1)
    with pytest.raises(QueryError, match=r"'uplift' .* one value of all units; ask about p"):
        asked(prior_posterior(model), PotentialOutcome("uplift", do={"p": scale(0.5)}))
