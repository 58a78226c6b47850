"""Case studies and regressions of PyMC's example gallery, restated; answers are held to algebra."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy.special import expit
from scipy.stats import norm

from ifonly.inference import ATE, ITE, Counterfactual, PotentialOutcome, World, scale, shift

from .asked import check_answers

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 12
RNG = np.random.default_rng(22)
X, M, Y = RNG.normal(size=(3, N))
TRIES = np.full(N, 20)
HITS = RNG.binomial(20, 0.4, N)
COUNT = RNG.poisson(3.0, N)
GROUP = np.arange(N) % 3


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


@case
def players_and_a_new_one() -> Any:
    """Hierarchical partial pooling, with one more player as numbers."""
    with pm.Model(coords={"player_names": [f"p{k}" for k in range(N)]}) as model:
        phi = pm.Uniform("phi", lower=0.0, upper=1.0)
        kappa = pm.Deterministic("kappa", pt.exp(pm.Exponential("kappa_log", lam=1.5)))
        # One more, so that no draw of the prior says that what was seen cannot be.
        theta = pm.Beta("theta", 1 + phi * kappa, 1 + (1.0 - phi) * kappa, dims="player_names")
        pm.Binomial("y", n=TRIES, p=theta, dims="player_names", observed=HITS)
        new = pm.Beta("theta_new", alpha=phi * kappa, beta=(1.0 - phi) * kappa)
        pm.Binomial("y_new", n=4, p=new, observed=0)
    return (
        model,
        None,
        [
            (Counterfactual("y", do={"theta": 1.0}), lambda d: 20),
        ],
    )


@case
def putts_by_angle() -> Any:
    """Golf putting: a chance that follows from geometry."""
    feet = np.linspace(2.0, 20.0, N)
    with pm.Model() as model:
        distance = pm.Data("distance", feet, dims="obs_id")
        tries = pm.Data("tries", TRIES, dims="obs_id")
        successes = pm.Data("successes", HITS, dims="obs_id")
        spread = pm.HalfNormal("spread")
        inside = pt.arcsin(0.11 / distance) / spread
        cdf = 0.5 + 0.5 * pt.erf(inside / pt.sqrt(2.0))
        p = pm.Deterministic("p_goes_in", 2 * cdf - 1, dims="obs_id")
        pm.Binomial("success", n=tries, p=p, observed=successes, dims="obs_id")

    def chance(d: Any, at: Any) -> Any:
        return 2 * norm.cdf(np.arcsin(0.11 / at) / d["spread"][:, None]) - 1

    return (
        model,
        None,
        [
            (
                ITE("p_goes_in", do={"distance": scale(2.0)}),
                lambda d: chance(d, 2 * feet) - chance(d, feet),
            ),
            (Counterfactual("success", do={"p_goes_in": 1.0}), lambda d: 20),
        ],
    )


@case
def revenue_of_variants() -> Any:
    """A/B testing of values: who buys at all, and for how much, per variant."""
    with pm.Model() as model:
        theta = pm.Beta("theta", alpha=2.0, beta=2.0, shape=2)
        rate = pm.Gamma("lam", alpha=9.0, beta=3.0, shape=2)
        bought = np.array([40, 52])
        pm.Binomial("converted", n=np.array([100, 100]), p=theta, observed=bought, shape=2)
        pm.Gamma("revenue", alpha=bought, beta=rate, observed=np.array([120.0, 140.0]), shape=2)
        per_visitor = pm.Deterministic("per_visitor", theta * (1 / rate))
        pm.Deterministic("uplift", per_visitor[1] / per_visitor[0] - 1)
    return (
        model,
        None,
        [
            # A gamma keeps its share of the scale.
            (Counterfactual("revenue", do={"lam": scale(2.0)}), lambda d: [60.0, 70.0]),
            (PotentialOutcome("per_visitor", do={"lam": scale(2.0)}),
             lambda d: d["theta"] / d["lam"] / 2),
        ],
    )  # fmt: skip


@case
def steps_of_an_ordinal_predictor() -> Any:
    """Ordinal features: shares of one effect, added up along the levels."""
    with pm.Model(coords={"oid": [f"o{k}" for k in range(N)], "x_nm": ["one"],
                          "levels": ["c0", "c1", "c2"]}) as model:  # fmt: skip
        y = pm.Data("y", Y, dims="oid")
        x = pm.Data("x", np.ones((N, 1)), dims=("oid", "x_nm"))
        level = pm.Data("level", GROUP, dims="oid")
        spread = pm.InverseGamma("beta_sigma", alpha=11, beta=10)
        b = pm.Normal("beta", mu=0, sigma=spread, dims="x_nm")
        whole = pm.Normal("whole", mu=0, sigma=spread)
        share = pm.Dirichlet("share", a=np.ones(3), dims="levels")
        nu = pm.Deterministic("nu", whole * share.cumsum(), dims="levels")
        mean = pt.dot(x, b.T) + nu[level]
        pm.Normal("y_hat", mean, pm.InverseGamma("eps", 11, 10), observed=y, dims="oid")
    return (
        model,
        None,
        [
            (
                ITE("y_hat", do={"level": 2}, versus={"level": 0}),
                lambda d: (d["whole"] * (1 - d["share"][:, 0]))[:, None],
            )
        ],
    )


@case
def bins_of_two_studies() -> Any:
    """Binned data: one draw of counts for each study, over different bins."""
    cuts, counts = (np.array([-1.0, 0.0, 1.0]), np.array([-2.0, 2.0])), ([4, 6, 7, 3], [2, 9, 1])
    with pm.Model() as model:
        sigma, mu = pm.HalfNormal("sigma"), pm.Normal("mu")
        for k, (at, seen) in enumerate(zip(cuts, counts, strict=True)):
            below = pm.math.exp(pm.logcdf(pm.Normal.dist(mu=mu, sigma=sigma), at))
            p = pt.extra_ops.diff(pm.math.concatenate([np.array([0]), below, np.array([1])]))
            p = pm.Deterministic(f"p{k}", p)
            pm.Multinomial(f"counts{k}", p=p, n=sum(seen), observed=np.array(seen))

    return (
        model,
        None,
        [
            (Counterfactual("counts0", do={"mu": -0.5, "sigma": 1e-3}), lambda d: [0, 20, 0, 0]),
            (Counterfactual("counts1", do={"mu": 0.0, "sigma": 1e-3}), lambda d: [0, 12, 0]),
        ],
    )


@case
def accidents_of_neighbours() -> Any:
    """Spatial models: effects of areas that are like their neighbours'."""
    ring = np.roll(np.eye(N), 1, axis=0) + np.roll(np.eye(N), -1, axis=0)
    people = np.log(RNG.uniform(10, 50, N))
    with pm.Model(coords={"area": np.arange(N)}) as model:
        b0, b1 = pm.Normal("b0", 0, 0.1), pm.Normal("b1", 0, 0.1)
        theta = pm.Normal("theta", 0, 1, dims="area")
        rho, sigma = pm.Beta("rho", 0.5, 0.5), pm.HalfNormal("sigma", 0.1)
        phi = pm.CAR("phi", mu=np.zeros(N), tau=2.0, alpha=0.9, W=ring, dims="area")
        mixed = pt.sqrt(1 - rho) * theta + pt.sqrt(rho / 0.7) * phi
        mixed = pm.Deterministic("mixture", mixed, dims="area")
        mu = pt.exp(people + b0 + b1 * X + sigma * mixed)
        pm.Poisson("y", pm.Deterministic("mu", mu, dims="area"), observed=COUNT)
    return (
        model,
        None,
        [
            (PotentialOutcome("mu", do={"sigma": 0.0}),
             lambda d: np.exp(people + d["b0"][:, None] + d["b1"][:, None] * X)),
            (PotentialOutcome("mixture", do={"rho": 1.0}), lambda d: d["phi"] / np.sqrt(0.7)),
        ],
    )  # fmt: skip


@case
def species_that_are_seen_or_not() -> Any:
    """Occupancy: a site has the species or has it not, and each survey sees it or not."""
    site = np.column_stack([np.ones(N), X])
    survey = np.stack([np.ones((N, 3)), RNG.normal(size=(N, 3))], axis=2)
    seen = RNG.integers(0, 2, size=(N, 3))
    coords = {"detection": range(2), "site": range(2), "quadrats": range(N), "surveys": range(3)}
    with pm.Model(coords=coords) as model:
        beta = pm.Normal("beta", 0, 2, dims="site")
        alpha = pm.Normal("alpha", 0, 2, dims="detection")
        found = pm.math.invlogit(pm.math.dot(survey, alpha))
        z = pm.Bernoulli("z", pm.math.invlogit(pm.math.dot(site, beta)), dims="quadrats")
        p = pm.Deterministic("p", z[:, None] * found, dims=["quadrats", "surveys"])
        pm.Bernoulli("y", p, dims=["quadrats", "surveys"], observed=seen)
    return (
        model,
        None,
        [
            (PotentialOutcome("p", do={"z": 1}),
             lambda d: expit(np.einsum("ijk,dk->dij", survey, d["alpha"]))),
        ],
    )  # fmt: skip


@case
def sticks_whose_lengths_depend() -> Any:
    """Dependent density regression: weights and means of components by the covariate."""
    with pm.Model(coords={"N": np.arange(N), "K": np.arange(3) + 1}) as model:
        alpha, beta = pm.Normal("alpha", 0, 1, dims="K"), pm.Normal("beta", 0, 1, dims="K")
        x = pm.Data("x", X, dims="N")
        v = 0.5 * (1 + pt.erf((alpha + pt.outer(x, beta)) / np.sqrt(2)))
        rest = [pt.ones_like(v[:, :1]), pt.extra_ops.cumprod(1 - v[:, :-1], axis=1)]
        w = pm.Deterministic("w", v * pt.concatenate(rest, axis=1), dims=["N", "K"])
        w = w / w.sum(axis=1, keepdims=True)
        gamma, delta = pm.Normal("gamma", 0, 3, dims="K"), pm.Normal("delta", 0, 3, dims="K")
        mu = pm.Deterministic("mu", gamma + pt.outer(x, delta), dims=("N", "K"))
        y, sigma = pm.Data("y", Y, dims="N"), pm.HalfNormal("sigma", 3, dims="K")
        pm.NormalMixture("obs", w, mu, sigma=sigma, observed=y, dims="N")

    def sticks(d: Any) -> Any:
        v = norm.cdf(d["alpha"][:, None] + (X + 1)[None, :, None] * d["beta"][:, None])
        return v * np.cumprod(np.concatenate([np.ones_like(v[..., :1]), 1 - v[..., :-1]], -1), -1)

    return (
        model,
        None,
        [
            (PotentialOutcome("w", do={"x": shift(1.0)}), sticks),
            (Counterfactual("obs", do={"gamma": shift(1.0)}), lambda d: Y + 1),
        ],
    )


@case
def columns_that_impute_each_other() -> Any:
    """Imputation by chained equations: a column with gaps stands in the model twice."""
    climate = np.where(GROUP == 2, np.nan, M)
    male = np.arange(N) % 2
    with warnings.catch_warnings(), pm.Model(coords={"b": list("abc")}) as model:
        warnings.simplefilter("ignore", pm.exceptions.ImputationWarning)
        beta = pm.Normal("beta", 0, 1, dims="b")
        sigma = pm.HalfNormal("sigma", 5, shape=2)
        pred = pm.Normal("climate_pred", 0.0, 1.0, observed=climate)
        pm.Normal("climate", beta[0] * male, sigma[0], observed=climate)
        pm.Normal("empower", beta[1] * male + beta[2] * pred, sigma[1], observed=Y)
    return (
        model,
        None,
        [(ITE("empower", do={"climate_pred": shift(1.0)}), lambda d: d["beta"][:, 2:])],
    )


@case
def groups_of_two_factors() -> Any:
    """Sums to zero: effects of groups, and of pairs of groups."""
    other = np.arange(N) // 6
    with pm.Model(coords={"group": list("abc"), "time": list("uv")}) as model:
        g, t = pm.Data("g", GROUP, dims="obs"), pm.Data("t", other, dims="obs")
        of_g = pm.ZeroSumNormal("of_g", sigma=2, dims="group")
        of_pair = pm.ZeroSumNormal("of_pair", sigma=2, dims=("group", "time"), n_zerosum_axes=2)
        mean = pm.Normal("level", 0, 5) + of_g[g] + of_pair[g, t]
        pm.Normal("y", mean, pm.HalfNormal("sd", 2), observed=Y, dims="obs")
    row = np.arange(N)
    return (
        model,
        None,
        [
            (
                ITE("y", do={"g": 0}),
                lambda d: d["of_g"][:, :1] - d["of_g"][:, GROUP]
                + d["of_pair"][:, 0, other] - d["of_pair"][:, GROUP[row], other],
            )
        ],
    )  # fmt: skip


@case
def ratings_of_films() -> Any:
    """Matrix factorisation: ratings in pairs, of users and films with features."""
    user, film = np.arange(N) % 4, np.arange(N) // 4
    with pm.Model(coords={"users": range(4), "films": range(3), "latent": range(2)}) as model:
        u = pm.MvNormal("U", mu=np.zeros(2), tau=np.eye(2), dims=("users", "latent"))
        v = pm.MvNormal("V", mu=np.zeros(2), tau=np.eye(2), dims=("films", "latent"))
        mean = (u @ v.T)[user, film]
        pm.Normal("R", mu=mean, tau=2.0, observed=Y)
    return (
        model,
        None,
        [(Counterfactual("R", do={"U": 0.0}),
          lambda d: Y - (d["U"] @ np.swapaxes(d["V"], 1, 2))[:, user, film])],
    )  # fmt: skip


@case
def cases_that_grow() -> Any:
    """A workflow for an epidemic: logistic growth, counted with overdispersion."""
    with pm.Model(coords={"country": ["G"]}) as model:
        t = pm.Data("t", np.arange(float(N)))
        a, b = pm.Normal("intercept", 10, 1), pm.Normal("growth", 0.3, 0.05)
        cap = pm.Normal("capacity", 300, 10)
        mean = pm.Deterministic("mean", cap / (1 + a * pm.math.exp(-b * t)))
        pm.NegativeBinomial("cases", mean, alpha=pm.Gamma("alpha", 6, 1), observed=COUNT * 20)

    def grown(d: Any, t: Any) -> Any:
        a, b, cap = (d[n][:, None] for n in ("intercept", "growth", "capacity"))
        return cap / (1 + a * np.exp(-b * t))

    at = np.arange(float(N))
    return (
        model,
        None,
        [
            (ITE("mean", do={"t": shift(7.0)}), lambda d: grown(d, at + 7) - grown(d, at)),
            (Counterfactual("cases", do={"capacity": 1e-9}), lambda d: 0),
        ],
    )


@case
def correlated_values_of_subjects() -> Any:
    """LKJ: a covariance of observed vectors, and a mean for each entry."""
    table = RNG.normal(size=(N, 2))
    with pm.Model(coords={"axis": ["y", "z"], "obs": np.arange(N)}) as model:
        chol, *_ = pm.LKJCholeskyCov(
            "chol", n=2, eta=2.0, sd_dist=pm.Exponential.dist(1.0, shape=2)
        )
        pm.Deterministic("cov", chol.dot(chol.T))
        μ = pm.Normal("μ", 0.0, sigma=1.5, dims="axis")
        pm.MvNormal("obs_", μ, chol=chol, observed=table, dims=("obs", "axis"))
    return (
        model,
        None,
        [(Counterfactual("obs_", do={"μ": 0.0}), lambda d: table - d["μ"][:, None])],
    )  # fmt: skip


@case
def winners_of_pairs() -> Any:
    """A table of pandas in the model: categories of codes, and a column of it observed."""
    frame = pd.DataFrame({"kind": pd.Categorical(["a", "b", "c"] * 4), "y": Y})
    codes, names = pd.factorize(frame["kind"])
    with pm.Model(coords={"kind": names}) as model:
        level = pm.Normal("level", pm.Normal("mu"), pm.HalfNormal("tau"), dims="kind")
        pm.Laplace("y", mu=level[codes], b=0.5 / (1 + np.abs(X)), observed=frame["y"])
    return (
        model,
        None,
        [
            (ATE("y", do={"level": shift(np.array([3.0, 0.0, 0.0]))}), lambda d: 1.0),
            (Counterfactual("y", do={"level": 0.0}), lambda d: Y - d["level"][:, codes]),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)


def test_three_graphs_of_one_distribution() -> None:
    """Interventional distributions: numbers without units, and y computed."""
    with pm.Model() as forward:
        x, rest = pm.Normal("x"), pm.Normal("rest")
        pm.Deterministic("y", x + 1 + np.sqrt(3) * rest)
    with pm.Model() as backward:
        y, rest = pm.Normal("y", mu=1, sigma=2), pm.Normal("rest")
        pm.Deterministic("x", (y - 1) / 4 + np.sqrt(3) * rest / 2)
    for model, effect in ((forward, 1.5), (backward, 0.0)):
        world = World.simulate(model, {}, units=1, seed=3)
        seen = float(world.everything["x"].item())
        query = ITE("y", do={"x": seen + 1.5})
        if effect:
            assert world.ask(query).item() == pytest.approx(effect)
        else:
            with pytest.warns(UserWarning, match="does not act on 'y'"):
                assert world.ask(query).item() == 0.0
