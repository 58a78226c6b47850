"""Laws of families for the tests of forms: PyMC's arguments in two worlds, the law in scipy."""

import numpy as np
from scipy import special, stats


def given(**arguments):
    return arguments


class Mapped:
    """An increasing function of a scipy variable."""

    def __init__(self, plain, there, back):
        self.plain, self.there, self.back = plain, there, back

    def cdf(self, x):
        return self.plain.cdf(self.back(x))

    def sf(self, x):
        return self.plain.sf(self.back(x))

    def ppf(self, p):
        return self.there(self.plain.ppf(p))

    def isf(self, q):
        return self.there(self.plain.isf(q))

    def median(self):
        return self.ppf(0.5)


class Searched:
    """A scipy law whose quantiles are found by bisection of its cdf, all at once."""

    def __init__(self, plain, low, high):
        self.plain, self.low, self.high = plain, low, high

    def cdf(self, x):
        return self.plain.cdf(x)

    def sf(self, x):
        return self.plain.sf(x)

    def _find(self, target, beyond):
        low, high = np.full(target.shape, self.low), np.full(target.shape, self.high)
        for _ in range(80):
            middle = 0.5 * (low + high)
            up = beyond(middle)
            low, high = np.where(up, middle, low), np.where(up, high, middle)
        return 0.5 * (low + high)[()]

    def ppf(self, p):
        p = np.asarray(p)
        return self._find(p, lambda x: self.cdf(x) < p)

    def isf(self, q):
        q = np.asarray(q)
        return self._find(q, lambda x: self.sf(x) > q)

    def median(self):
        return self.ppf(0.5)


class WeibullCount:
    """DiscreteWeibull, from its definition: P(Y > k) = q^((k + 1)^beta)."""

    def __init__(self, q, beta):
        self.q, self.beta = q, beta

    def cdf(self, k):
        return -np.expm1(np.log(self.q) * (np.floor(k) + 1.0) ** self.beta)

    def ppf(self, p):
        return np.ceil((np.log1p(-p) / np.log(self.q)) ** (1.0 / self.beta)) - 1.0

    def isf(self, p):
        return np.ceil((np.log(p) / np.log(self.q)) ** (1.0 / self.beta)) - 1.0


CASES = {
    "SkewNormal": (given(alpha=3.0, mu=1.0, sigma=2.0), given(alpha=-1.2, mu=0.5, sigma=1.5)),
    "ExGaussian": (given(mu=1.0, sigma=2.0, nu=1.5), given(mu=0.5, sigma=1.0, nu=4.0)),
    "Wald": (given(mu=2.0, lam=3.0, alpha=0.5), given(mu=1.0, lam=5.0, alpha=0.2)),
    "Rice": (given(nu=3.0, sigma=2.0), given(nu=1.0, sigma=1.5)),
    "AsymmetricLaplace": (given(kappa=1.5, mu=1.0, b=2.0), given(kappa=0.6, mu=0.5, b=1.0)),
    "Moyal": (given(mu=1.0, sigma=2.0), given(mu=0.5, sigma=1.0)),
    "HalfStudentT": (given(nu=3.5, sigma=2.0), given(nu=6.0, sigma=1.0)),
    "SkewStudentT": (
        given(a=2.0, b=3.5, mu=1.0, sigma=2.0),
        given(a=4.0, b=1.5, mu=0.5, sigma=1.0),
    ),
    "VonMises": (given(mu=0.0, kappa=1.5), given(mu=0.0, kappa=4.0)),
    "LogitNormal": (given(mu=0.3, sigma=0.8), given(mu=-0.2, sigma=1.2)),
    "Kumaraswamy": (given(a=2.0, b=3.5), given(a=0.6, b=1.5)),
    "BetaBinomial": (given(alpha=2.0, beta=3.5, n=12), given(alpha=0.7, beta=0.9, n=15)),
    "HyperGeometric": (given(N=40, k=15, n=12), given(N=45, k=25, n=14)),
    "DiscreteWeibull": (given(q=0.8, beta=1.3), given(q=0.7, beta=0.9)),
}
SCIPY = {
    "SkewNormal": lambda a, m, s: Searched(stats.skewnorm(a, m, s), m - 40 * s, m + 40 * s),
    "ExGaussian": lambda m, s, nu: Searched(stats.exponnorm(nu / s, m, s), m - 40, m + 400),
    "Wald": lambda m, lam, a: stats.invgauss(m / lam, a, lam),
    "Rice": lambda nu, sigma: stats.rice(nu / sigma, 0, sigma),
    "AsymmetricLaplace": lambda k, m, b: stats.laplace_asymmetric(k, m, 1 / b),
    "Moyal": stats.moyal,
    "HalfStudentT": lambda nu, s: Mapped(
        stats.f(1, nu), lambda y: s * np.sqrt(y), lambda x: (x / s) ** 2
    ),
    "SkewStudentT": stats.jf_skew_t,
    "VonMises": lambda _, kappa: Searched(stats.vonmises(kappa), -np.pi, np.pi),
    "LogitNormal": lambda m, s: Mapped(stats.norm(m, s), special.expit, special.logit),
    "Kumaraswamy": lambda a, b: Mapped(stats.beta(1, b), lambda y: y ** (1 / a), lambda x: x**a),
    "BetaBinomial": lambda a, b, n: stats.betabinom(n, a, b),
    "HyperGeometric": stats.hypergeom,
    "DiscreteWeibull": WeibullCount,
}
