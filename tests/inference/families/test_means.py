"""Means of families, against SciPy's sums and integrals."""

import numpy as np
import pymc as pm
import pytest
from pytensor.compile.mode import Mode
from scipy import integrate, stats

from ifonly.inference.families.means import mean_of

PLAIN = Mode(linker="py", optimizer=None)
SUPPORT = np.arange(400)


def _truncated(law, low, high):
    return law.expect(lb=low, ub=high, conditional=True)


def _clipped(law, low, high):
    inside = integrate.quad(lambda v: v * law.pdf(v), low, high, epsabs=1e-12)[0]
    ends = [(low, law.cdf(low)), (high, law.sf(high))]
    return inside + sum(end * chance for end, chance in ends if np.isfinite(end))


def _hurdle(psi, law):
    chances = law.pmf(SUPPORT) / law.sf(0)
    return psi * (SUPPORT[1:] * chances[1:]).sum()


NORMAL = stats.norm(0.5, 1.5)
CASES = {
    "categories": (pm.Categorical.dist([0.2, 0.5, 0.3]), [0.2, 0.5, 0.3]),
    "ordered": (
        pm.OrderedLogistic.dist(eta=0.5, cutpoints=[-1.0, 1.0], compute_p=False),
        np.diff([0, *stats.logistic.cdf(np.array([-1.0, 1.0]) - 0.5), 1]),
    ),
    "hurdle gamma": (pm.HurdleGamma.dist(psi=0.3, alpha=2.0, beta=0.5), 0.3 * 4.0),
    "hurdle lognormal": (
        pm.HurdleLogNormal.dist(psi=0.3, mu=1.0, sigma=0.5), 0.3 * np.exp(1.125)
    ),
    "hurdle Poisson": (
        pm.HurdlePoisson.dist(psi=0.3, mu=0.01), _hurdle(0.3, stats.poisson(0.01))
    ),
    "hurdle negative binomial": (
        pm.HurdleNegativeBinomial.dist(psi=0.3, n=2.0, p=0.4), _hurdle(0.3, stats.nbinom(2.0, 0.4))
    ),
    "inflated": (pm.ZeroInflatedBinomial.dist(0.6, 5, 0.3), 0.9),
    "truncated normal": (
        pm.TruncatedNormal.dist(mu=0.5, sigma=1.5, lower=-1.0, upper=3.0),
        _truncated(NORMAL, -1.0, 3.0),
    ),
    "truncated, far above": (
        pm.TruncatedNormal.dist(mu=0.0, sigma=1.0, lower=40.0),
        stats.truncnorm(40.0, np.inf).mean(),
    ),
    "truncated, one end": (
        pm.Truncated.dist(pm.Normal.dist(0.5, 1.5), lower=None, upper=1.0),
        _truncated(NORMAL, -np.inf, 1.0),
    ),
    "censored normal": (
        pm.Censored.dist(pm.Normal.dist(0.5, 1.5), lower=-1.0, upper=3.0),
        _clipped(NORMAL, -1.0, 3.0),
    ),
    "censored, one end": (
        pm.Censored.dist(pm.Normal.dist(0.5, 1.5), lower=0.0, upper=None),
        _clipped(NORMAL, 0.0, np.inf),
    ),
    "mixture of hurdles": (
        pm.Mixture.dist(
            [0.4, 0.6],
            [pm.TruncatedNormal.dist(mu=0.5, sigma=1.5, lower=0.0), pm.Gamma.dist(2.0, 4.0)],
        ),
        0.4 * _truncated(NORMAL, 0.0, np.inf) + 0.6 * 0.5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_mean_is_that_of_the_definition(name):
    rv, expected = CASES[name]
    assert mean_of(rv).eval(mode=PLAIN) == pytest.approx(expected, rel=1e-6)


def test_a_mean_that_is_not_known():
    with pytest.raises(NotImplementedError):
        mean_of(pm.Censored.dist(pm.Weibull.dist(1.5, 2.0), lower=None, upper=1.0))
