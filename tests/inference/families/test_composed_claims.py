"""What composed families claim of one unit in two worlds, against algebra and scipy."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference.families.form import LAWS, structural_form

N = 20_000
PLAIN = pytensor.compile.mode.Mode(linker="py", optimizer=None)


def share_is(found, expected):
    return abs(np.mean(found) - expected) < 4.5 * np.sqrt(expected * (1 - expected) / len(found))


def moved(old, new, value, coupling=None, seed=1):
    """Return what each value, seen under the law of `old`, would have been under that of `new`."""
    form = structural_form.of(old, coupling)
    before, after = form.parameters(old), form.parameters(new)
    width = form.width(*before)
    shape = np.shape(value) if width is None else (*np.shape(value), int(width.eval()))
    draws = pt.constant(LAWS[form.law].sample(np.random.default_rng(seed), shape))
    graph = form.transport(pt.constant(np.asarray(value)), before, after, draws)
    return pytensor.function([], graph, mode=PLAIN)()


def test_a_censored_exponential_has_no_memory():
    """Censored at 2, the time to come has the law it had at 0 (rate 1), and then doubles."""
    old, new = (pm.Censored.dist(pm.Exponential.dist(r), None, u) for r, u in ((1, 2.0), (0.5, 99)))
    latent = moved(old, new, np.full(N, 2.0)) / 2.0
    assert stats.kstest(latent - 2.0, stats.expon.cdf).pvalue > 1e-3


def test_the_time_that_a_limit_hides_is_weibull_beyond_it():
    limit = np.resize([0.5, 1.5, np.inf], N)
    value = np.where(np.isinf(limit), 0.7, limit)
    inner = pm.Weibull.dist(1.7, 2.0)
    old, new = (pm.Censored.dist(inner, None, u) for u in (limit, np.full(N, np.inf)))
    latent, law = moved(old, new, value), stats.weibull_min(1.7, scale=2.0)
    np.testing.assert_array_equal(latent[2::3], 0.7)
    for k in (0, 1):
        beyond = law.sf(latent[k::3]) / law.sf(limit[k])
        assert stats.kstest(beyond, "uniform").pvalue > 1e-3


def test_a_weibull_whose_limit_stands_is_censored_again():
    """Twice the scale, hence the latent time twice; 1 - sf(1.5) / sf(1) of those end before 3."""
    law = stats.weibull_min(1.7, scale=2.0)
    old, new = (pm.Censored.dist(pm.Weibull.dist(1.7, b), None, 3.0) for b in (2.0, 4.0))
    assert (moved(old, new, np.array([1.0, 2.0])) == [2.0, 3.0]).all()
    back = moved(new, old, np.full(N, 3.0))
    assert share_is(back < 2.0, 1.0 - law.sf(2.0) / law.sf(1.5))
    assert back.min() >= 1.5


@pytest.mark.parametrize("coupling", ["process", "monotone", "independent"])
def test_the_count_that_a_limit_hides(coupling):
    old, new = (pm.Censored.dist(pm.Poisson.dist(3.0), None, u) for u in (4, 90))
    latent, law = moved(old, new, np.full(N, 4), coupling), stats.poisson(3.0)
    for k in (4, 5, 6):
        assert share_is(latent == k, law.pmf(k) / law.sf(3))


@pytest.mark.parametrize("far", [30.0, 700.0])
def test_a_limit_far_out_still_hides_finite_times(far):
    old, new = (pm.Censored.dist(pm.Exponential.dist(1.0), None, u) for u in (far, 1e4))
    latent = moved(old, new, np.full(N, far))
    assert stats.kstest(latent - far, stats.expon.cdf).pvalue > 1e-3


@pytest.mark.parametrize("lower", [-np.inf, 0.5])
def test_a_truncated_family_keeps_the_rank_between_its_bounds(lower):
    value = np.linspace(0.6, 1.9, 50)
    old = pm.Truncated.dist(pm.Gamma.dist(2.0, np.array(1.5)), lower=lower, upper=2.0)
    new = pm.Truncated.dist(pm.Gamma.dist(3.0, 1.0), lower=1.0, upper=5.0)
    first, then = stats.gamma(2.0, scale=1 / 1.5), stats.gamma(3.0)
    low = first.cdf(lower)
    rank = (first.cdf(value) - low) / (first.cdf(2.0) - low)
    expected = then.ppf(then.cdf(1.0) + rank * (then.cdf(5.0) - then.cdf(1.0)))
    np.testing.assert_allclose(moved(old, new, value), expected, rtol=1e-9)


def test_a_law_truncated_far_out_goes_there_and_back():
    near, far = (
        pm.Truncated.dist(pm.Laplace.dist(mu, 1.0), lower=900.0, upper=901.0) for mu in (0.0, 3.0)
    )
    value = np.linspace(900.001, 900.999, 9)
    np.testing.assert_allclose(moved(near, far, value), value, rtol=1e-12)
    counts = [pm.Truncated.dist(pm.Poisson.dist(m), lower=40, upper=60) for m in (2.0, 3.0)]
    there = moved(*counts, np.arange(40, 50))
    assert (there >= np.arange(40, 50)).all()


@pytest.mark.parametrize("coupling", ["gumbel_max", "monotone", "independent"])
def test_the_component_behind_a_value(coupling):
    """Normal(0, 1) and Normal(2, 1) in the parts .3 and .7: of 1 as likely, hence .3 of it."""
    old, new = (pm.NormalMixture.dist([0.3, 0.7], [mu, 2.0], 1.0) for mu in (0.0, 10.0))
    there = moved(old, new, np.full(N, 1.0), coupling)
    assert set(np.unique(there)) == {1.0, 11.0}
    assert share_is(there == 11.0, 0.3)


@pytest.mark.parametrize("coupling", ["gumbel_max", "monotone"])
def test_weights_move_a_unit_as_the_coupling_says(coupling):
    """From .7 to .4 for the second: 3 of 7 of its units go over, to the law of the first."""
    old, new = (pm.NormalMixture.dist([1 - w, w], [0.0, 50.0], 1.0) for w in (0.7, 0.4))
    there = moved(old, new, np.full(N, 50.5), coupling)
    stays = there == 50.5
    assert share_is(stays, 4 / 7)
    assert stats.kstest(there[~stays], stats.norm.cdf).pvalue > 1e-3


@pytest.mark.parametrize("coupling", ["process", "switch"])
def test_a_switch_and_a_count(coupling):
    old, new = (pm.ZeroInflatedPoisson.dist(psi, 2.0) for psi in (0.4, 0.7))
    value = np.resize([0, 3], N)
    there = moved(old, new, value, coupling)
    np.testing.assert_array_equal(there[1::2], 3)
    off = 0.6 / (0.6 + 0.4 * np.exp(-2.0))
    assert share_is(there[::2] > 0, off * (0.3 / 0.6) * (1 - np.exp(-2.0)))
    back = moved(new, old, np.full(N, 3), coupling)
    assert set(np.unique(back)) == {0, 3}
    assert share_is(back == 3, 0.4 / 0.7)


def test_a_hurdle_s_zeros_are_a_process_of_their_own():
    old, new = (pm.HurdleGamma.dist(psi, 2.0, 1.0) for psi in (0.8, 0.5))
    there = moved(old, new, np.full(N, 3.25))
    assert set(np.unique(there)) == {0.0, 3.25}
    assert share_is(there > 0, 0.5 / 0.8)
    back = moved(new, old, np.zeros(N))
    assert share_is(back > 0, 0.3 / 0.5)
    assert stats.kstest(back[back > 0], stats.gamma(2.0).cdf).pvalue > 1e-3


def test_a_hurdle_by_rank():
    old, new = (pm.HurdleGamma.dist(psi, 2.0, 1.0) for psi in (0.8, 0.5))
    value, law = np.array([0.2, 1.0, 3.0, 9.0]), stats.gamma(2.0)
    rank = 0.2 + 0.8 * law.cdf(value)
    expected = np.where(rank > 0.5, law.ppf((rank - 0.5) / 0.5), 0.0)
    np.testing.assert_allclose(moved(old, new, value, "monotone"), expected, rtol=1e-9)


def test_ordered_probit_is_a_threshold_model_by_default():
    """The share that rises is that of one latent number and its cut points."""
    cuts, noise = np.array([-1.0, 0.0, 1.0]), np.random.default_rng(3).normal(size=N)
    seen, expected = (np.searchsorted(cuts, eta + noise) for eta in (0.0, 1.5))
    old, new = (pm.OrderedProbit.dist(np.full(N, eta), cuts) for eta in (0.0, 1.5))
    there = moved(old, new, seen)
    assert (there >= seen).all()
    assert abs(np.mean(there > seen) - np.mean(expected > seen)) < 4.5 / np.sqrt(N)


def test_a_custom_dist_keeps_the_noise_of_what_it_is_made_of():
    def shifted(mu, size):
        return pm.math.exp(pm.Normal.dist(mu, 2.0, size=size)) + 1.0

    old, new = (pm.CustomDist.dist(mu, dist=shifted) for mu in (0.0, 0.5))
    value = np.array([1.1, 2.0, 7.0])
    np.testing.assert_allclose(moved(old, new, value), 1 + (value - 1) * np.exp(0.5), rtol=1e-12)
