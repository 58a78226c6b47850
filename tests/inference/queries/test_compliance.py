"""Principal strata and the effect on compliers against numerical integration and NumPy."""

import json

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from ifonly.inference import (
    ATE,
    LATE,
    AssumptionWarning,
    PrincipalStrata,
    QueryError,
    World,
)

UNITS = 3000
STRATA = ["complier", "always-taker", "never-taker", "defier"]
ROLES = {"treatment": "t", "instrument": "z"}
TRUTH = {"push": 1.4, "base": 1.0, "varies": 0.8}


def make_model() -> pm.Model:
    """u drives who takes t, and how much it does: the effect on compliers is not the ATE."""
    with pm.Model(coords={"unit": range(1)}) as model:
        push, base, varies = (pm.Normal(n) for n in TRUTH)
        u = pm.Normal("u", dims="unit")
        z = pm.Bernoulli("z", 0.5, dims="unit")
        t = pm.Bernoulli("t", logit_p=-0.4 + push * z + 1.1 * u, dims="unit")
        pm.Normal("y", (base + varies * u) * t + u, 0.5, dims="unit")
    return model


def chance(u, z):
    return expit(-0.4 + TRUTH["push"] * z + 1.1 * u)


def integral(f):
    return quad(lambda u: f(u) * norm.pdf(u), -9, 9, epsabs=1e-11)[0]


# A threshold on one logistic noise: who takes it without z takes it with z.
COMPLIERS = integral(lambda u: chance(u, 1) - chance(u, 0))
SHARES = [COMPLIERS, integral(lambda u: chance(u, 0)), integral(lambda u: 1 - chance(u, 1)), 0.0]
EFFECT = integral(lambda u: (1.0 + 0.8 * u) * (chance(u, 1) - chance(u, 0))) / COMPLIERS
# Drawn anew for each chance: takes it with z and takes it without are independent given u.
INDEPENDENT = [
    integral(lambda u: chance(u, 1) * (1 - chance(u, 0))),
    integral(lambda u: chance(u, 1) * chance(u, 0)),
    integral(lambda u: (1 - chance(u, 1)) * (1 - chance(u, 0))),
    integral(lambda u: (1 - chance(u, 1)) * chance(u, 0)),
]


@pytest.fixture(scope="module")
def simulated(quickly):
    with quickly():
        return World.simulate(make_model(), TRUTH, units=UNITS, seed=3)


@pytest.fixture(scope="module")
def posterior(simulated, posterior_by_hand):
    """All draws are the truth: what varies is the noise drawn given the evidence."""
    draws = {n: np.full((2, 4), v) for n, v in TRUTH.items()}
    return posterior_by_hand(make_model(), simulated.data, draws)


def test_the_integrals_tell_compliers_from_everybody():
    assert sum(SHARES) == pytest.approx(1.0, abs=1e-9)
    assert abs(EFFECT - 1.0) > 0.05, "the effect on compliers is not the average one"


@pytest.mark.usefixtures("quick_compile")
def test_new_units_against_integration(simulated):
    shares = simulated.ask(PrincipalStrata(**ROLES, units="new"))
    assert shares.dims == ("stratum",)
    assert shares["stratum"].to_numpy().tolist() == STRATA
    size = shares.attrs["n_units"]
    error = np.sqrt(np.multiply(SHARES, np.subtract(1, SHARES)) / size)
    assert (abs(shares - SHARES) <= 4.5 * error).all()
    assert float(shares.sel(stratum="defier")) == 0
    effect = simulated.ask(LATE("y", **ROLES, units="new"))
    error = effect.attrs["monte_carlo_error"]
    # The effect varies with sd 0.8 at most, over the compliers among 100,000.
    assert 0 < error < 0.8 / np.sqrt(0.9 * COMPLIERS * size)
    assert abs(float(effect) - EFFECT) < 4.5 * error
    assert (effect.attrs["rung"], effect.attrs["units"]) == (3, "new")
    assert json.loads(effect.attrs["coupling"]) == {"t": "monotone"}


@pytest.mark.usefixtures("quick_compile")
def test_known_noise_against_numpy(simulated):
    """Who complies is known to the unit, by the thresholds of the logistic noise."""
    u = simulated.everything["u"].to_numpy()
    noise = simulated.noise["t"].to_numpy()
    on, off = (noise > -(-0.4 + TRUTH["push"] * z + 1.1 * u) for z in (1, 0))
    effect = 1.0 + 0.8 * u
    complier = on & ~off
    strata = simulated.ask(PrincipalStrata(**ROLES, by="unit"))
    assert strata.dims == ("unit", "stratum")
    expected = np.stack([complier, on & off, ~on & ~off, ~on & off], -1)
    np.testing.assert_array_equal(strata, expected)
    assert (strata.sum("stratum") == 1).all()
    np.testing.assert_allclose(
        simulated.ask(LATE("y", **ROLES)), effect[complier].mean(), rtol=1e-10
    )
    alone = simulated.ask(LATE("y", **ROLES, by="unit"))
    np.testing.assert_allclose(alone, np.where(complier, effect, np.nan), rtol=1e-9)
    some = simulated.ask(LATE("y", **ROLES, where=lambda v: v["u"] > 0))
    np.testing.assert_allclose(some, effect[complier & (u > 0)].mean(), rtol=1e-10)
    assert "compliers among those that `where` selects" in some.attrs["estimand"]
    shares = simulated.ask(PrincipalStrata(**ROLES, where=u > 0))
    np.testing.assert_allclose(shares, expected[u > 0].mean(0), rtol=1e-12)
    mean = simulated.ask(LATE("y", **ROLES, expectation=True))
    np.testing.assert_allclose(mean, effect[complier].mean(), rtol=1e-10)


@pytest.mark.usefixtures("quick_compile")
def test_a_posterior_draws_each_unit_s_stratum_given_what_it_did(posterior, simulated):
    """Seen t = 0 with z = 1, nobody complies; seen t = 1 there, some do, by their chances."""
    v = {n: simulated.data[n].to_numpy() for n in "uzt"}
    strata = posterior.ask(PrincipalStrata(**ROLES, by="unit"))
    assert strata.dims == ("chain", "draw", "unit", "stratum")
    complier = strata.sel(stratum="complier").to_numpy()
    assert (complier[..., (v["z"] == 1) & (v["t"] == 0)] == 0).all()
    assert (complier[..., (v["z"] == 0) & (v["t"] == 1)] == 0).all()
    seen = (v["z"] == 1) & (v["t"] == 1)
    expected = 1 - chance(v["u"][seen], 0) / chance(v["u"][seen], 1)
    error = np.sqrt((expected * (1 - expected)).sum() / 8)
    assert abs(complier[..., seen].mean((0, 1)).sum() - expected.sum()) < 4.5 * error
    assert strata.attrs["rung"] == 3
    effect = posterior.ask(LATE("y", **ROLES))
    assert effect.dims == ("chain", "draw")
    share = complier.mean((0, 1))
    by_hand = ((1 + 0.8 * v["u"]) * complier).sum(-1) / complier.sum(-1)
    np.testing.assert_allclose(effect, by_hand, rtol=1e-10)
    assert 0 < share.mean() < 1


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("coupling", ["monotone", "independent"])
def test_the_coupling_decides_on_defiers(posterior, coupling):
    """Given u, the two treatments are one threshold's, or independent."""
    query = PrincipalStrata(**ROLES, units="new", size=20_000, coupling=coupling)
    shares = posterior.ask(query)
    expected = np.array(SHARES if coupling == "monotone" else INDEPENDENT)
    error = np.sqrt(expected * (1 - expected) / 20_000)
    assert (abs(shares - expected) <= 5 * error).all()
    assert json.loads(shares.attrs["coupling"]) == {"t": coupling}


@pytest.mark.usefixtures("quick_compile")
def test_other_levels_of_the_instrument(posterior_by_hand):
    """A numeric instrument: its two levels are named; turned round, compliers are defiers."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("z", dims="unit")
        t = pm.Bernoulli("t", logit_p=z, dims="unit")
        pm.Normal("y", 2.0 * t, 1.0, dims="unit")
    world = World.simulate(model, {}, units=20, seed=1)
    shares = world.ask(
        PrincipalStrata(treatment="t", instrument="z", levels=(-1.0, 2.0), units="new")
    )
    size = shares.attrs["n_units"]
    expected = expit(2.0) - expit(-1.0)
    bound = 4.5 * np.sqrt(0.25 / size)
    assert abs(float(shares.sel(stratum="complier")) - expected) < bound
    turned = world.ask(
        PrincipalStrata(treatment="t", instrument="z", levels=(2.0, -1.0), units="new")
    )
    assert float(turned.sel(stratum="defier")) == float(shares.sel(stratum="complier"))
    assert "from -1.0 to 2.0" in shares.attrs["estimand"]


@pytest.mark.usefixtures("quick_compile")
def test_no_effect_is_exactly_none_and_no_complier_is_said(posterior_by_hand):
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Bernoulli("z", 0.5, dims="unit")
        t = pm.Bernoulli("t", logit_p=60.0 * (z - 0.5), dims="unit")
        y = pm.Normal("y", 0.3 * z, 1.0, dims="unit")
        pm.Normal("w", y * t, 1.0, dims="unit")
    world = World.simulate(model, {}, units=30, seed=1)
    assert float(world.ask(LATE("y", **ROLES))) == 0
    assert float(world.ask(PrincipalStrata(**ROLES)).sel(stratum="complier")) == 1
    with pytest.warns(AssumptionWarning, match="the very values"):  # nobody but compliers
        everybody = world.ask(ATE("w", {"t": 1}, {"t": 0}))
    np.testing.assert_allclose(world.ask(LATE("w", **ROLES)), everybody, rtol=1e-13)
    with pytest.raises(QueryError, match="over no unit"):
        world.ask(LATE("w", **ROLES, levels=(1, 0)))


WRONG = [
    (lambda: LATE("y", treatment="tt", instrument="z"), "the treatment is 'tt'.*did you mean 't'"),
    (lambda: LATE("y", treatment="t", instrument="zz"), "the instrument is 'zz'.*mean 'z'"),
    (lambda: LATE("y", treatment="u", instrument="z"), "'u', which is Normal, not binary"),
    (lambda: LATE("y", treatment="t", instrument="y"), "'y' does not act on the treatment 't'"),
    (lambda: LATE("y", treatment="t", instrument="t"), "both 't'"),
    (lambda: LATE("y", treatment=3, instrument="z"), "names of variables"),
    (lambda: LATE("y", **ROLES, levels=(1, 1)), "levels are two values"),
    (lambda: LATE("y", **ROLES, levels=2), "levels are two values"),
    (lambda: LATE("y", **ROLES, levels=[[1], [2, 3]]), "levels are two values"),
    (lambda: LATE("y", **ROLES, levels=xr.Dataset()), "levels are two values"),
    (lambda: LATE("y", **ROLES, by="z"), "by='unit'"),
    (lambda: PrincipalStrata(**ROLES, expectation=True), "treatments taken, not an expectation"),
]


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("case", WRONG, ids=lambda c: c[1][:24])
def test_mistakes_get_one_line(simulated, case):
    make, message = case
    with pytest.raises(QueryError, match=message) as caught:
        simulated.ask(make())
    assert "\n" not in str(caught.value)


@pytest.mark.slow  # compiles for half a minute; a scenario's LATE agrees in the quick tests
def test_backends_agree(posterior, quickly):
    query = LATE("y", **ROLES)
    found = [posterior.ask(query, backend=b) for b in ("numba", "jax")]
    posterior.state.computer._compiled.clear()
    with quickly():
        found.append(posterior.ask(query))
    posterior.state.computer._compiled.clear()
    for answer in found[:2]:
        np.testing.assert_allclose(answer, found[2], rtol=1e-10)
