"""The joint density: what PyMC computes twice is computed once, and is the same."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.traversal import ancestors
from scipy import stats

from ifonly.inference.conditioning.latents.joint_density import (
    bounded_once,
    quick,
    with_constants,
    without_checks,
)


def test_a_binary_outcome_takes_one_logarithm():
    """PyMC computes it for both values of the outcome; the sum is the same, far out too."""
    x, y = pt.vector("x"), pt.vector("y", dtype="int64")
    density = quick(without_checks(pm.logp(pm.Bernoulli.dist(logit_p=x), y)))
    taken = [v.owner.op for v in ancestors([density]) if v.owner]
    assert taken.count(pt.log2) == 1
    assert not {pt.softplus, pt.log, pt.log1p} & set(taken)
    slope = pt.grad(density[:-3].sum(), x)
    at = np.array([-3.0, 0.0, 40.0, -40.0, 2.0, -np.inf, -np.inf])
    seen = np.array([0, 1, 0, 1, 2, 0, 1])
    known = [-np.log1p(np.exp(-3.0)), -np.log(2.0), -40.0, -40.0, -np.inf, 0.0, -np.inf]
    found, steep = pytensor.function([x, y], [density, slope], mode="NUMBA")(at, seen)
    np.testing.assert_allclose(found, known, rtol=1e-12)
    np.testing.assert_allclose(steep[:4], [-1 / (1 + np.exp(3.0)), 0.5, -1.0, 1.0], rtol=1e-12)


def test_what_holds_at_a_bound_is_computed_once():
    """PyMC computes both tails of a censored normal at every value."""
    x, mean = pt.vector("x"), pt.scalar("mean")
    there = pm.Censored.dist(pm.Normal.dist(mean, 2.0), 18.0, 75.0)
    density = bounded_once(without_checks(pm.logp(there, x)))
    columns = [v for v in ancestors([density]) if v.owner and not all(v.type.broadcastable)]
    assert pt.erfc not in {v.owner.op for v in columns}
    at = np.array([17.0, 18.0, 20.0, 75.0, 76.0])
    slope = pt.grad(density[1:-1].sum(), mean)
    found, steep = pytensor.function([x, mean], [density, slope], mode="NUMBA")(at, 19.0)
    norm = stats.norm(19.0, 2.0)
    known = [-np.inf, norm.logcdf(18.0), norm.logpdf(20.0), norm.logsf(75.0), -np.inf]
    np.testing.assert_allclose(found, known, rtol=1e-7)  # PyMC's root of two is of single precision
    ends = [-norm.pdf(18.0) / norm.cdf(18.0), 0.25, norm.pdf(75.0) / norm.sf(75.0)]
    assert steep == pytest.approx(sum(ends), rel=1e-6)


def test_slopes_are_finite_where_a_bound_is_at_infinity():
    """PyMC asks whether a bound is a constant; one that units repeat is not, until it is folded."""
    mean = pt.vector("mean")
    there = with_constants(pm.Truncated.dist(pm.Normal.dist(mean, 1.0), 0.0, None))
    slope = pt.grad(pm.logp(there, np.array([0.1, 0.4, 3.0])).sum(), mean)
    at = np.array([-4.0, 0.0, 7.0])
    beyond = stats.norm.pdf(at) / stats.norm.cdf(at)
    found = slope.eval({mean: at}, mode="NUMBA")
    np.testing.assert_allclose(found, [4.1, 0.4, -4.0] - beyond, rtol=1e-6)
