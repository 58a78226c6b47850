"""Models of McElreath's Statistical Rethinking (2nd ed., 2020), written as PyMC's users write them.

The data are simulated; each question is held against the formula with the same draws.
"""

import warnings
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy.special import expit

from ifonly.inference import ATE, CATE, ITE, NDE, Counterfactual, PotentialOutcome, scale, shift

from .asked import asked, drawn, prior_posterior

pytestmark = pytest.mark.usefixtures("quick_compile")

N = 18
RNG = np.random.default_rng(9)
A, M, D = RNG.normal(size=(3, N))
TWO, THREE = np.arange(N) % 2, np.arange(N) % 3
COUNT = RNG.poisson(3.0, N)


def rows(values: Any) -> Any:
    """Return one row for all units of numbers with one value a draw."""
    return np.repeat(np.asarray(values)[:, None], N, axis=1)


def test_divorce_and_marriage() -> None:
    """Section 5.1: age acts on divorce directly and through marriage (model 5.3_A)."""
    with pm.Model() as model:
        age, b = pm.Data("A", A), {n: pm.Normal(n, 0, 0.5) for n in ("bA", "bM", "bAM")}
        marriage = pm.Normal("M", b["bAM"] * age, pm.Exponential("sigma_M", 1), observed=M)
        mu = pm.Deterministic("mu", b["bA"] * age + b["bM"] * marriage)
        pm.Normal("D", mu, pm.Exponential("sigma", 1), observed=D)
    p = prior_posterior(model)
    b = {n: drawn(p, n) for n in ("bA", "bM", "bAM")}
    total = asked(p, ATE("D", do={"A": 1.0}, versus={"A": 0.0}))
    np.testing.assert_allclose(total, b["bA"] + b["bM"] * b["bAM"])
    direct = asked(p, NDE("D", do={"A": 1.0}, versus={"A": 0.0}, mediators=["M"]))
    np.testing.assert_allclose(direct, b["bA"])
    wed = asked(p, Counterfactual("D", do={"M": 2.0}))
    np.testing.assert_allclose(wed, D + b["bM"][:, None] * (2.0 - M))


def test_milk_by_clade_and_tulips() -> None:
    """Sections 5.3.2 and 8.3: an index variable, and an interaction of two causes."""
    with pm.Model() as milk:
        clade, a = pm.Data("clade", THREE), pm.Normal("a", 0, 0.5, shape=3)
        pm.Normal("K", a[clade], pm.Exponential("sigma", 1), observed=D)
    p = prior_posterior(milk)
    found = asked(p, ATE("K", do={"clade": [0, 1, 2]}, versus={"clade": 0}))
    np.testing.assert_allclose(found, drawn(p, "a") - drawn(p, "a")[:, :1], atol=1e-12)
    water, shade = THREE - 1.0, TWO - 0.5
    with pm.Model() as tulips:
        w, s = pm.Data("water", water), pm.Data("shade", shade)
        b = pm.Normal("b", 0, 0.25, shape=3)
        pm.Normal("blooms", b[0] * w + b[1] * s + b[2] * w * s, 0.1, observed=D)
    p = prior_posterior(tulips)
    found = asked(p, CATE("blooms", do={"shade": 1.0}, versus={"shade": -1.0}, by="water"))
    b = drawn(p, "b")
    np.testing.assert_allclose(found, 2 * (b[:, 1:2] + b[:, 2:] * [-1.0, 0.0, 1.0]), atol=1e-12)


def test_fungus_after_treatment() -> None:
    """Section 6.2: what the treatment does goes through the fungus, which hides it if held."""
    before = 10 + A
    with pm.Model() as model:
        height, treatment = pm.Data("h0", before), pm.Data("treatment", TWO)
        fungus = pm.Bernoulli("fungus", pm.Beta("q", 1, 1, shape=2)[treatment], observed=THREE > 1)
        b = pm.Normal("b", 0, 0.5, shape=2)
        growth = pm.LogNormal("a", 0, 0.2) + b[0] * treatment + b[1] * fungus
        pm.Normal("h1", growth * height, pm.Exponential("sigma", 1), observed=before * 1.3)
    p = prior_posterior(model)
    held = asked(p, NDE("h1", do={"treatment": 1}, versus={"treatment": 0}, mediators=["fungus"]))
    np.testing.assert_allclose(held, drawn(p, "b")[:, 0] * before.mean())
    moved = asked(p, ITE("fungus", do={"treatment": 1}, versus={"treatment": 0}))
    sign = np.sign(np.diff(drawn(p, "q"), axis=1))
    assert (moved * sign >= 0).all()


def test_grandparents_and_a_haunted_graph() -> None:
    """Section 6.3.2: a latent behind parents and children makes no difference to doing."""
    columns = {"G": A, "P": M, "C": D}
    with pm.Model(coords={"unit": range(1)}) as model:
        hidden, g = pm.Bernoulli("U", 0.5, dims="unit"), pm.Normal("G", dims="unit")
        b = {n: pm.Normal(n) for n in ("GP", "GC", "PC", "UP", "UC")}
        parents = pm.Normal("P", b["GP"] * g + b["UP"] * (2 * hidden - 1), 1, dims="unit")
        mean = b["PC"] * parents + b["GC"] * g + b["UC"] * (2 * hidden - 1)
        pm.Normal("C", mean, 1, dims="unit")
    p = prior_posterior(model, columns)
    found = asked(p, ATE("C", do={"G": shift(1.0)}))
    np.testing.assert_allclose(found, drawn(p, "GC") + drawn(p, "PC") * drawn(p, "GP"))


def test_berkeley_admissions() -> None:
    """Sections 11.1.4 and 12.1.1: men and women within departments; more spread than binomial."""
    applied, gender, department = np.full(N, 50), TWO, THREE
    with pm.Model() as model:
        g, a = pm.Data("gid", gender), pm.Normal("a", 0, 1.5, shape=2)
        delta = pm.Normal("delta", 0, 1.5, shape=3)
        p = pm.Deterministic("p", pm.math.invlogit(a[g] + delta[department]))
        pm.Binomial("admit", applied, p, observed=COUNT)
    post = prior_posterior(model)
    a, delta = drawn(post, "a"), drawn(post, "delta")[:, department]
    chance = [expit(a[:, [k]] + delta) for k in (0, 1)]
    found = asked(post, ITE("p", do={"gid": 0}, versus={"gid": 1}))
    np.testing.assert_allclose(found, chance[0] - chance[1], atol=1e-12)
    query = ATE("admit", do={"gid": 0}, versus={"gid": 1}, expectation=True)
    np.testing.assert_allclose(
        asked(post, query), 50 * (chance[0] - chance[1]).mean(axis=1), atol=1e-10
    )
    with pm.Model() as spread:
        g, a = pm.Data("gid", gender), pm.Normal("a", 0, 1.5, shape=2)
        p, theta = pm.math.invlogit(a[g]), 2 + pm.Exponential("phi", 1)
        pm.BetaBinomial("admit", alpha=p * theta, beta=(1 - p) * theta, n=applied, observed=COUNT)
    post = prior_posterior(spread)
    a = drawn(post, "a")
    np.testing.assert_allclose(asked(post, query), 50 * (expit(a[:, 0]) - expit(a[:, 1])))


def test_tools_of_island_societies() -> None:
    """Sections 11.2 and 12.1.2: a scientific model of counts; and overdispersed."""
    people = np.linspace(1.0, 9.0, N)
    with pm.Model() as model:
        population, contact = pm.Data("P", people), pm.Data("contact", TWO)
        a, b, g = pm.Normal("a", 1, 0.3, shape=2), pm.Exponential("b", 1, shape=2), 2.0
        mean = pm.Deterministic("mean", pm.math.exp(a[contact]) * population ** b[contact] / g)
        pm.Poisson("tools", mean, observed=COUNT)
    p = prior_posterior(model)
    a, b = drawn(p, "a")[:, TWO], drawn(p, "b")[:, TWO]
    found = asked(p, ITE("mean", do={"P": scale(2.0)}))
    np.testing.assert_allclose(found, np.exp(a) * people**b * (2**b - 1) / 2, rtol=1e-9)
    assert (asked(p, ITE("tools", do={"P": scale(2.0)})) >= 0).all()
    with pm.Model() as dispersed:
        population, phi = pm.Data("P", people), pm.Exponential("phi", 1)
        pm.NegativeBinomial("tools", mu=population, alpha=1 + phi, observed=COUNT)
    level = asked(
        prior_posterior(dispersed), PotentialOutcome("tools", do={"P": 0.5}, expectation=True)
    )
    np.testing.assert_allclose(level, 0.5)


def test_tadpoles_and_chimpanzees() -> None:
    """Sections 13.1 and 13.3: varying intercepts, of which each belongs to one row or to many."""
    with pm.Model(coords={"tank": range(N)}) as tanks:
        a = pm.Normal("a", pm.Normal("a_bar", 0, 1.5), pm.Exponential("sigma", 1), dims="tank")
        p = pm.Deterministic("p", pm.math.invlogit(a))
        pm.Binomial("S", n=np.full(N, 10), p=p, observed=COUNT)
    post = prior_posterior(tanks)
    found = asked(post, ITE("p", do={"a_bar": shift(1.0)}))
    a = drawn(post, "a")
    np.testing.assert_allclose(found, expit(a + 1) - expit(a), atol=1e-12)
    treatment = (np.arange(N) // 2) % 4
    with pm.Model() as chimpanzees:
        given, actor = pm.Data("treatment", treatment), pm.Data("actor", THREE)
        b, z = pm.Normal("b", 0, 0.5, shape=4), pm.Normal("z", 0, 1, shape=3)
        logit = b[given] + z[actor] * pm.Exponential("sigma_a", 1)
        p = pm.Deterministic("p", pm.math.invlogit(logit))
        pm.Bernoulli("pulled", p, observed=TWO)
    post = prior_posterior(chimpanzees)
    found = asked(post, CATE("p", do={"treatment": 2}, versus={"treatment": 0}, by="actor"))
    own = drawn(post, "z") * drawn(post, "sigma_a")[:, None]
    b = drawn(post, "b")
    np.testing.assert_allclose(found, expit(b[:, 2:3] + own) - expit(b[:, :1] + own), atol=1e-12)


@pytest.mark.slow
def test_cafes_with_a_covariance() -> None:
    """Section 14.1: waits in the morning and in the afternoon, correlated over cafes."""
    with pm.Model() as model:
        afternoon = pm.Data("afternoon", TWO)
        chol, *_ = pm.LKJCholeskyCov("chol", n=2, eta=2, sd_dist=pm.Exponential.dist(1.0))
        mean = pt.stack([pm.Normal("a", 5, 2), pm.Normal("b", -1, 0.5)])
        cafe = pm.MvNormal("cafe", mu=mean, chol=chol, shape=(3, 2))
        wait = cafe[THREE][:, 0] + cafe[THREE][:, 1] * afternoon
        pm.Normal("wait", wait, pm.Exponential("sigma", 1), observed=D)
    p = prior_posterior(model)
    found = asked(p, ITE("wait", do={"afternoon": 1}, versus={"afternoon": 0}))
    np.testing.assert_allclose(found, drawn(p, "cafe")[:, THREE, 1])


def test_wages_and_education_at_once() -> None:
    """Section 14.3: an instrument, and residuals that are correlated."""
    with pm.Model() as model:
        quarter, b = pm.Data("Q", A), pm.Normal("bEW", 0, 0.5)
        chol, *_ = pm.LKJCholeskyCov("chol", n=2, eta=2, sd_dist=pm.Exponential.dist(1.0))
        mean = pt.stack([b * M, pm.Normal("bQE", 0, 0.5) * quarter], axis=1)
        pm.MvNormal("WE", mu=mean, chol=chol, observed=np.column_stack([D, M]))
    p = prior_posterior(model)
    found = asked(p, ATE("WE", do={"Q": shift(1.0)}))
    np.testing.assert_allclose(found, np.stack([np.zeros(3), drawn(p, "bQE")], 1), atol=1e-12)


def test_primates_on_one_tree() -> None:
    """Section 14.5.2: one normal vector over all species."""
    covariance = np.exp(-np.abs(A[:, None] - A)) + 0.1 * np.eye(N)
    with pm.Model() as model:
        mass, b = pm.Data("M", M), pm.Normal("bM", 0, 0.5)
        sigma = pm.Exponential("sigma", 1)
        pm.MvNormal("B", mu=b * mass, cov=sigma * covariance, observed=D)
    p = prior_posterior(model)
    found = asked(p, Counterfactual("B", do={"M": shift(1.0)}))
    np.testing.assert_allclose(found, D + drawn(p, "bM")[:, None])


def test_measurement_error_and_missing_values() -> None:
    """Chapter 15: divorce rates measured with error; milk with unknown neocortex; cats."""
    with pm.Model() as error:
        age, b = pm.Data("A", A), pm.Normal("b", 0, 0.5, shape=2)
        marriage = pm.Normal("M_true", 0, 1, shape=N)
        pm.Normal("M_obs", marriage, 0.3, observed=M)
        divorce = pm.Normal("D_true", b[0] * age + b[1] * marriage, 1.0, shape=N)
        pm.Normal("D_obs", divorce, 0.2, observed=D)
    p = prior_posterior(error)
    b = drawn(p, "b")
    np.testing.assert_allclose(asked(p, ATE("D_true", do={"A": shift(1.0)})), b[:, 0])
    np.testing.assert_allclose(asked(p, ATE("D_obs", do={"M_true": shift(1.0)})), b[:, 1])
    neocortex = np.where(THREE, M, np.nan)
    cat = np.ma.masked_equal(np.where(THREE, TWO, -9), -9)
    with warnings.catch_warnings(), pm.Model() as missing:
        warnings.simplefilter("ignore", pm.exceptions.ImputationWarning)
        b = pm.Normal("b", 0, 0.5, shape=3)
        brain = pm.Normal("B", pm.Normal("nu", 0, 0.5), 1.0, observed=neocortex)
        here = pm.Bernoulli("cat", pm.Beta("k", 2, 2), observed=cat)
        pm.Normal("K", b[0] * brain + b[1] * A, 1.0, observed=D)
        notes = pm.Deterministic("rate", pm.math.exp(b[2] * here))
        pm.Poisson("notes", notes, observed=COUNT)
    p = prior_posterior(missing)
    b = drawn(p, "b")
    found = asked(p, ITE("K", do={"B": 1.0}, versus={"B": 0.0}))
    np.testing.assert_allclose(found, rows(b[:, 0]))
    found = asked(p, ATE("rate", do={"cat": 1}, versus={"cat": 0}))
    np.testing.assert_allclose(found, np.exp(b[:, 2]) - 1)


@pytest.mark.slow
def test_ordered_predictors_and_zero_inflation() -> None:
    """Sections 12.2 to 12.4: monks, and moral intuitions with education in steps."""
    education = THREE
    with pm.Model() as trolley:
        edu = pm.Data("edu", education)
        delta = pm.Dirichlet("delta", np.repeat(2.0, 2))
        steps = pt.cumsum(pt.concatenate([pt.zeros(1), delta]))
        phi = pm.Deterministic("phi", pm.Normal("bE", 0, 1) * steps[edu])
        cut = pm.Normal(
            "cut", 0, 1.5, shape=3, initval=np.arange(3) - 1.0,
            transform=pm.distributions.transforms.ordered,
        )  # fmt: skip
        pm.OrderedLogistic("response", cutpoints=cut, eta=phi, observed=COUNT % 4, compute_p=False)
    p = prior_posterior(trolley)
    found = asked(p, ITE("phi", do={"edu": 2}))
    steps = np.cumsum(np.column_stack([np.zeros(3), drawn(p, "delta")]), axis=1)
    b = drawn(p, "bE")[:, None]
    np.testing.assert_allclose(found, b * (1 - steps[:, education]), atol=1e-12)
    # A higher place on the scale is never a lower answer.
    assert (asked(p, ITE("response", do={"edu": 2})) * np.sign(b) >= 0).all()
    with pm.Model() as monks:
        drunk, al = pm.Beta("drunk", 2, 2), pm.Normal("al", 1, 0.5)
        pm.ZeroInflatedPoisson("y", 1 - drunk, pm.math.exp(al), observed=COUNT)
    sober = asked(prior_posterior(monks), Counterfactual("y", do={"drunk": 0.0}))
    working = COUNT > 0
    np.testing.assert_array_equal(sober[:, working], np.tile(COUNT[working], (3, 1)))


def test_heights_and_rugged_lands() -> None:
    """Sections 4.4 and 8.1, and the second lecture series: sex, height and weight."""
    height = 150 + 10 * A
    with pm.Model() as people:
        sex = pm.Bernoulli("S", pm.Beta("p", 1, 1), observed=TWO)
        h = pm.Normal("h", 160, 10, shape=2)
        tall = pm.Normal("H", h[sex], pm.Exponential("tau", 1), observed=height)
        a, b = pm.Normal("a", 60, 10, shape=2), pm.LogNormal("b", 0, 1, shape=2)
        pm.Normal("W", a[sex] + b[sex] * (tall - 150.0), 1.0, observed=60 + M)
    p = prior_posterior(people)
    h, a, b = drawn(p, "h"), drawn(p, "a"), drawn(p, "b")
    # Each person's own distance from the mean height is kept.
    own = height - h[:, TWO]
    weight = [a[:, [s]] + b[:, [s]] * (h[:, [s]] + own - 150.0) for s in (0, 1)]
    found = asked(p, ITE("W", do={"S": 1}, versus={"S": 0}))
    np.testing.assert_allclose(found, weight[1] - weight[0])
    with pm.Model() as lands:
        rugged, africa = pm.Data("rugged", A), pm.Data("cont", TWO)
        b = pm.Normal("b", 0, 0.3, shape=2)
        pm.Normal("gdp", b[africa] * (rugged - 0.2), 1.0, observed=D)
    p = prior_posterior(lands)
    found = asked(p, ITE("gdp", do={"rugged": shift(1.0)}))
    np.testing.assert_allclose(found, drawn(p, "b")[:, TWO])


@pytest.mark.slow
def test_adoptions_careers_and_dyads() -> None:
    """Sections 11.3, 11.4 and 14.4: what is cut off, chosen, or shared by two."""
    days, adopted = 30.0 + np.arange(N), TWO == 1
    with pm.Model() as cats:
        color, a = pm.Data("color", THREE % 2), pm.Normal("a", 0, 1, shape=2)
        law = pm.Exponential.dist(lam=pm.math.exp(-a[color]))
        until = np.where(adopted, np.inf, days)
        pm.Censored("days", law, lower=None, upper=until, observed=days)
    p = prior_posterior(cats)
    found = asked(p, Counterfactual("days", do={"color": 0}))
    a = drawn(p, "a")
    expected = days * np.exp(a[:, :1] - a[:, THREE % 2])
    np.testing.assert_allclose(found[:, adopted], expected[:, adopted])
    with pm.Model() as careers:
        a, b = pm.Normal("a", 0, 1, shape=2), pm.HalfNormal("b", 0.5)
        score = pt.stack([a[0] + b, a[1] + 2 * b, 0.0])
        p = pm.Deterministic("p", pm.math.softmax(score))
        pm.Categorical("career", p=p, observed=THREE)
    p = prior_posterior(careers)
    same = asked(p, Counterfactual("career", do={"b": shift(0.0)}))
    np.testing.assert_array_equal(same, np.tile(THREE, (3, 1)))
    with pm.Model() as dyads:
        a, z = pm.Normal("a", 0, 0.3), pm.Normal("z", 0, 0.3, shape=(2, N))
        pm.Poisson("to", pm.math.exp(a + z[0]), observed=COUNT)
        pm.Poisson("fro", pm.math.exp(a + z[1]), observed=COUNT)
    none = asked(prior_posterior(dyads), Counterfactual("fro", do={"a": -60.0}))
    np.testing.assert_array_equal(none, 0)


@pytest.mark.slow
def test_lynx_and_hares_in_a_loop() -> None:
    """Section 16.4: two populations that a loop carries from year to year."""
    years = 6
    with pm.Model() as model:
        rate = pm.TruncatedNormal("rate", mu=[0.5, 0.05, 0.05, 0.5], sigma=0.1, lower=0, shape=4)
        hares, lynx = [pm.LogNormal("hares_0", 1.0, 0.1)], [pm.LogNormal("lynx_0", 0.7, 0.1)]
        for _ in range(years - 1):
            h, l_ = hares[-1], lynx[-1]
            hares.append(h * (1 + 0.1 * (rate[0] - rate[1] * l_)))
            lynx.append(l_ * (1 + 0.1 * (rate[2] * h - rate[3])))
        mean = pm.Deterministic("mean", pt.log(pt.stack(hares)))
        pm.LogNormal("pelts", mean, 0.2, observed=np.full(years, 3.0))
    p = prior_posterior(model)
    assert p.state.equations["mean"].dims == ("unit",)

    def path(rate: Any, h: float, l_: float) -> list[float]:
        hares = [h]
        for _ in range(years - 1):
            h, l_ = (
                h * (1 + 0.1 * (rate[0] - rate[1] * l_)),
                l_ * (1 + 0.1 * (rate[2] * h - rate[3])),
            )
            hares.append(h)
        return hares

    found = asked(p, Counterfactual("pelts", do={"lynx_0": 0.0}))
    for k in range(3):
        rates, h, l_ = drawn(p, "rate")[k], drawn(p, "hares_0")[k], drawn(p, "lynx_0")[k]
        np.testing.assert_allclose(
            found[k], 3.0 * np.divide(path(rates, h, 0.0), path(rates, h, l_))
        )
