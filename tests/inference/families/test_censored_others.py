"""Any family censored or truncated, against algebra and scipy."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from .one_family import (
    moved,
    share_is,
)

N = 20_000


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
