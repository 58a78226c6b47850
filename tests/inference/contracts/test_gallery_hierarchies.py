"""Hierarchies, mixtures and latents as PyMC's example gallery writes them, restated."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ATE, ITE, Counterfactual, PotentialOutcome, shift

from .asked import asked, drawn, prior_posterior

pytestmark = pytest.mark.usefixtures("quick_compile")

N = 16
RNG = np.random.default_rng(8)
X, Y = RNG.normal(size=(2, N))
FLAG = np.arange(N) % 2
GROUP = (np.arange(N) * 7) % 4


def test_eight_schools_as_numbers() -> None:
    effect = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
    error = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
    with pm.Model() as model:
        eta, mu = pm.Normal("eta", 0, 1, shape=8), pm.Normal("mu", 0, sigma=1e6)
        tau = pm.HalfCauchy("tau", 25)
        pm.Normal("obs", mu + tau * eta, sigma=error, observed=effect)
    p = prior_posterior(model)
    assert p.state.equations.mechanisms == ("eta", "obs")
    found = asked(p, Counterfactual("obs", do={"eta": 0.0}))  # each school the average one
    tau, eta = drawn(p, "tau"), drawn(p, "eta")
    np.testing.assert_allclose(found, effect - tau[:, None] * eta)


def test_rats_with_a_potential_on_parameters() -> None:
    sick, rats = RNG.binomial(20, 0.2, N), np.full(N, 20)
    with pm.Model(coords={"obs_id": np.arange(N), "param": ["alpha", "beta"]}) as model:
        count, ab = pm.Data("count", rats), pm.HalfNormal("ab", sigma=10, dims="param")
        pm.Potential("p(a, b)", -2.5 * pt.log(pt.sum(ab)))
        pm.Deterministic("X", pt.log(ab[0] / ab[1]))
        theta = pm.Beta("theta", alpha=ab[0], beta=ab[1], dims="obs_id")
        pm.Binomial("y", p=theta, n=count, observed=sick)
    p = prior_posterior(model)
    assert p.state.unit == "obs_id"
    none = asked(p, Counterfactual("y", do={"theta": 0.0}))
    np.testing.assert_array_equal(none, np.zeros((3, N)))
    twice = asked(p, Counterfactual("y", do={"theta": 1.0, "count": 2 * rats}))
    np.testing.assert_array_equal(twice, np.full((3, N), 40))


def test_varying_slopes_with_a_covariance() -> None:
    coords = {"param": ["alpha", "beta"], "param_too": ["alpha", "beta"], "county": list("abcd")}
    with pm.Model(coords=coords) as model:
        floor = pm.Data("floor_idx", FLAG, dims="obs_id")
        county = pm.Data("county_idx", GROUP, dims="obs_id")
        chol, corr, _ = pm.LKJCholeskyCov("chol", n=2, eta=2.0, sd_dist=pm.Exponential.dist(0.5))
        mean = pm.Normal("mean", mu=0.0, sigma=5.0, dims="param")
        z = pm.Normal("z", 0.0, 1.0, dims=("param", "county"))
        own = pm.Deterministic("own", pt.dot(chol, z).T, dims=("county", "param"))
        theta = mean[0] + own[county, 0] + (mean[1] + own[county, 1]) * floor
        pm.Normal("y", theta, sigma=pm.Exponential("sigma", 1.0), observed=Y, dims="obs_id")
        pm.Deterministic("Rho", corr, dims=("param", "param_too"))
    p = prior_posterior(model)
    found = asked(p, ITE("y", do={"floor_idx": 1}, versus={"floor_idx": 0}))
    chol, z = np.zeros((3, 2, 2)), drawn(p, "z")
    chol[:, *np.tril_indices(2)] = drawn(p, "chol")
    slope = drawn(p, "mean")[:, 1:] + np.einsum("dij,djc->dic", chol, z)[:, 1]
    np.testing.assert_allclose(found, slope[:, GROUP])


def test_a_predictor_of_groups() -> None:
    with pm.Model(coords={"county": list("abcd")}) as model:
        floor = pm.Data("floor", FLAG, dims="obs_id")
        county = pm.Data("county_idx", GROUP, dims="obs_id")
        uranium, g = pm.Data("uranium", np.arange(4.0), dims="county"), pm.Normal("g", shape=2)
        mean = pm.Deterministic("mean", g[0] + g[1] * uranium, dims="county")
        a = pm.Deterministic("a", mean + pm.Normal("z", dims="county"), dims="county")
        pm.Normal("y", a[county] + pm.Normal("b") * floor, 1.0, observed=Y, dims="obs_id")
    p = prior_posterior(model)
    found = asked(p, ITE("y", do={"uranium": 0.0}))
    np.testing.assert_allclose(found, -drawn(p, "g")[:, 1:] * GROUP, atol=1e-12)


def test_matches_of_teams() -> None:
    away = (GROUP + 1 + FLAG) % 4
    points = RNG.poisson(20, (2, N))
    with pm.Model(coords={"team": list("ABCD")}) as model:
        pm.Data("home_team", GROUP, dims="match")  # read by nothing
        home, attack = pm.Normal("home", 0, 0.1), pm.Normal("attack", 0, 0.1, dims="team")
        atts = pm.Deterministic("atts", attack - pt.mean(attack), dims="team")
        rate = pt.exp(3 + home + atts[GROUP] - atts[away])
        pm.Poisson("home_points", rate, observed=points[0], dims=("match"))
        pm.Poisson("away_points", pt.exp(3 + atts[away]), observed=points[1], dims=("match"))
    p = prior_posterior(model)
    # All teams better alike: their mean goes along, and nothing changes.
    found = asked(p, ITE("home_points", do={"attack": shift(1.0)}))
    np.testing.assert_array_equal(found, np.zeros((3, N)))
    less = asked(p, ITE("home_points", do={"home": shift(-0.5)}))
    assert (less <= 0).all()
    assert (less < 0).any()


def test_item_responses() -> None:
    with pm.Model(coords={"player": range(4), "obs": range(N)}) as model:
        seen, z = pm.Data("seen", FLAG, dims="obs"), pm.Normal("z", dims="player")
        theta = pm.Deterministic("theta", 2.0 * z + pm.Normal("mu"), dims="player")
        eta = pm.Deterministic("eta", theta[GROUP] - theta[(GROUP + 1) % 4], dims="obs")
        pm.Bernoulli("foul", logit_p=eta, observed=seen)
    p = prior_posterior(model)
    assert p.state.unit == "obs"
    better = np.array([1.0, 0.0, 0.0, 0.0])
    found = asked(p, ITE("eta", do={"theta": shift(better)}))
    moved = better[GROUP] - better[(GROUP + 1) % 4]
    np.testing.assert_allclose(found, np.tile(moved, (3, 1)), atol=1e-12)


def ordered_means(count: int) -> Any:
    return pm.Normal(
        "mu",
        mu=0,
        sigma=5,
        initval=np.arange(float(count)),
        transform=pm.distributions.transforms.ordered,
        dims="cluster",
    )


@pytest.mark.slow
def test_a_mixture_and_its_latent_components() -> None:
    with pm.Model(coords={"cluster": range(2)}) as model:
        w, sigma = pm.Dirichlet("w", np.ones(2)), pm.HalfNormal("sigma", 1, dims="cluster")
        pm.NormalMixture("y", w=w, mu=ordered_means(2), sigma=sigma, observed=Y)
    found = asked(prior_posterior(model), Counterfactual("y", do={"mu": shift(1.0)}))
    np.testing.assert_allclose(found, np.tile(Y + 1, (3, 1)))
    with pm.Model(coords={"cluster": np.arange(3), "obs_id": np.arange(N)}) as model:
        mu, sigma = ordered_means(3), pm.HalfNormal("sigma", sigma=1, dims="cluster")
        which = pm.Categorical("which", p=pm.Dirichlet("w", np.ones(3)), dims="obs_id")
        pm.Normal("y", mu=mu[which], sigma=sigma[which], observed=Y, dims="obs_id")
    p = prior_posterior(model)
    found = asked(p, Counterfactual("y", do={"which": 1}))
    mu, sigma, which = drawn(p, "mu"), drawn(p, "sigma"), drawn(p, "which")
    row = np.arange(3)[:, None]
    standard = (Y - mu[row, which]) / sigma[row, which]
    np.testing.assert_allclose(found, mu[:, 1:2] + sigma[:, 1:2] * standard)


def test_outliers_told_by_a_latent() -> None:
    with pm.Model(coords={"coefs": ["intercept", "slope"], "point": range(N)}) as model:
        x, b = pm.Data("x", X, dims="point"), pm.Normal("beta", sigma=10.0, dims="coefs")
        mean = b[0] + b[1] * x
        pm.Deterministic("line", mean, dims="point")
        out = pm.Bernoulli("out", p=pm.Uniform("share", 0.0, 0.5), dims="point", initval=FLAG)
        far = pm.HalfNormal("far", sigma=10.0, initval=np.float64(1.0))
        pm.Normal(
            "y", pt.switch(out, 0.0, mean), pt.switch(out, far, 0.3), observed=Y, dims="point"
        )
    p = prior_posterior(model)
    found = asked(p, ITE("y", do={"x": shift(1.0)}))
    inside = 1 - drawn(p, "out")
    np.testing.assert_allclose(found, inside * drawn(p, "beta")[:, 1:], atol=1e-12)


@pytest.mark.slow
def test_counts_of_a_whole() -> None:
    counts = RNG.multinomial(50, [0.4, 0.3, 0.2, 0.1], size=5)
    with pm.Model(coords={"tree": list("abcd"), "forest": range(5)}) as model:
        share = pm.Dirichlet("share", a=np.ones(4), dims="tree")
        conc = pm.LogNormal("conc", mu=1, sigma=1)
        pm.DirichletMultinomial(
            "counts", n=50, a=share * conc, observed=counts, dims=("forest", "tree")
        )
    p = prior_posterior(model)
    assert p.state.unit == "forest"
    found = asked(p, Counterfactual("counts", do={"share": np.full(4, 0.25)}))
    assert found.shape == (3, 5, 4)
    np.testing.assert_array_equal(found.sum(axis=2), 50)
    same = asked(p, Counterfactual("counts", do={"conc": shift(0.0)}))
    np.testing.assert_array_equal(same, np.tile(counts, (3, 1, 1)))


def test_indicators_of_factors() -> None:
    table = np.stack([X, Y, X + Y]).T
    with pm.Model(coords={"obs": range(N), "item": list("abc"), "latent": ["F1", "F2"]}) as model:
        load, level = pm.Normal("load", 1, 10, dims="item"), pm.Normal("level", dims="item")
        chol, *_ = pm.LKJCholeskyCov("chol", n=2, eta=1, sd_dist=pm.Exponential.dist(1.0))
        factor = pm.MvNormal("factor", np.zeros(2), chol=chol, dims=("obs", "latent"))
        mean = [level[k] + load[k] * factor[:, j] for k, j in enumerate((0, 0, 1))]
        pm.Normal("seen", pt.stack(mean, axis=1), 1.0, observed=table, dims=("obs", "item"))
    p = prior_posterior(model)
    found = asked(p, ATE("seen", do={"factor": shift(np.array([1.0, 0.0]))}))
    np.testing.assert_allclose(found, drawn(p, "load") * [1.0, 1.0, 0.0], atol=1e-12)
    columns_first = pm.Model(coords={"column": range(3), "factor": range(2), "row": range(N)})
    with columns_first:
        w, f = pm.Normal("w", dims=("column", "factor")), pm.Normal("f", dims=("factor", "row"))
        pm.Normal("seen", w @ f, 1.0, observed=table.T, dims=("column", "row"))
    p = prior_posterior(columns_first)
    assert p.state.unit == "column"  # the first: what its author calls the units comes first
    found = asked(p, ITE("seen", do={"f": shift(1.0)}))
    expected = drawn(p, "w").sum(axis=2)[..., None]
    np.testing.assert_allclose(found, np.broadcast_to(expected, (3, 3, N)))


def test_growth_of_subjects() -> None:
    subject = np.repeat(np.arange(4), 4)
    with pm.Model(coords={"ids": range(4)}) as model:
        age, parent = pm.Data("age", np.tile(np.arange(4.0), 4)), pm.Data("parent", FLAG)
        b = pm.Normal("b", shape=4)
        own = pm.Normal("own", 0, pm.HalfNormal("spread", 5), dims="ids")
        growth = b[0] + own[subject] + b[1] * parent + b[2] * (parent * age) + b[3] * age
        growth = pm.Deterministic("growth", growth)
        pm.Normal("use", growth, pm.HalfStudentT("sigma", 1, 3), observed=Y)
    p = prior_posterior(model)
    found = asked(p, ATE("use", do={"parent": 1}, versus={"parent": 0}))
    b = drawn(p, "b")
    np.testing.assert_allclose(found, b[:, 1] + 1.5 * b[:, 2])


def test_a_smooth_latent_function() -> None:
    with pm.Model() as model:
        covariance = pm.HalfNormal("eta", 5.0) ** 2 * pm.gp.cov.ExpQuad(1, pm.Gamma("ell", 2, 1))
        f = pm.gp.Latent(cov_func=covariance).prior("f", X=np.arange(N)[:, None] / 5.0)
        pm.StudentT("y", mu=f, lam=2.0, nu=1 + pm.Gamma("nu", 2, 0.1), observed=Y)
    found = asked(prior_posterior(model), Counterfactual("y", do={"f": shift(1.0)}))
    np.testing.assert_allclose(found, np.tile(Y + 1, (3, 1)))


def test_two_variants_and_a_single_number() -> None:
    with pm.Model() as variants:
        p = pm.Beta("p", alpha=100, beta=100, shape=2)
        pm.Binomial("y", n=np.array([100, 100]), p=p, shape=2, observed=np.array([23, 25]))
        pm.Deterministic("uplift", p[1] / p[0] - 1)
    post = prior_posterior(variants)
    np.testing.assert_array_equal(
        asked(post, Counterfactual("y", do={"p": 1.0})), np.full((3, 2), 100)
    )
    with pm.Model() as single:
        tau, bias = pm.Normal("tau", 0, 1), pm.Normal("bias", 0, 0.3)
        pm.Normal("found", pm.Deterministic("sum", tau + bias), 0.1, observed=0.8)
    post = prior_posterior(single)
    found = asked(post, Counterfactual("found", do={"bias": 0.0}))
    np.testing.assert_allclose(found, 0.8 - drawn(post, "bias")[:, None])
    with pm.Model() as coin:
        p = pm.Uniform("p", 0, 1)
        pm.Binomial("water", n=9, p=p, observed=6)
    post = prior_posterior(coin)
    np.testing.assert_array_equal(asked(post, PotentialOutcome("water", do={"p": 1.0})), 9)
