r"""The incomplete gamma function and its inverse, to full relative accuracy in both tails.

Power series and continued fraction (DLMF, https://dlmf.nist.gov/8.11, 8.9.2) times the gamma
density in Loader's form (C. Loader, *Fast and accurate computation of binomial probabilities*,
2000), which does not cancel. The inverse takes Halley steps on the logarithm of the smaller tail
as a function of :math:`\log x`, where it is concave, from the Wilson-Hilferty cube
(doi:10.1073/pnas.17.12.684).
"""

import math

from .kernel import compiled, kernel

__all__ = ["gamma_logit", "gamma_move", "gamma_quantile"]

LOG_ROOT_2PI = 0.9189385332046727418
TWO_PI = 6.283185307179586477
ENOUGH = 1e-15


@compiled
def stirling_error(a: float) -> float:
    """Return log Gamma(a + 1) less Stirling's formula for it."""
    if a < 16.0:
        return math.lgamma(a + 1.0) - (a + 0.5) * math.log(a) + a - LOG_ROOT_2PI
    b = 1.0 / (a * a)
    tail = 1.0 / 1680.0 - b * (1.0 / 1188.0 - b * (691.0 / 360360.0 - b / 156.0))
    return (1.0 / 12.0 - b * (1.0 / 360.0 - b * (1.0 / 1260.0 - b * tail))) / a


@compiled
def log_ratio(r: float, d: float) -> float:
    """Return log(r) - d for r = 1 + d, without cancellation where d is small."""
    if d < -0.4 or d > 0.6:
        return math.log(r) - d
    w = d / (2.0 + d)
    s = w * w
    if s > 0.01:
        return math.log1p(d) - d
    total = 1.0 / 19.0
    for k in (17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        total = 1.0 / k + s * total
    return w * (2.0 * s * total - d)


@compiled
def gamma_power(a: float, x: float) -> float:
    """Return x^a exp(-x) / Gamma(a + 1)."""
    if a < 16.0:
        return math.exp(a * math.log(x) - x - math.lgamma(a + 1.0))
    exponent = a * log_ratio(x / a, (x - a) / a) - stirling_error(a)
    return math.exp(exponent) / math.sqrt(TWO_PI * a)


@compiled
def _series(a: float, x: float) -> float:
    """Return P(a, x) / gamma_power(a, x)."""
    term, total, n = 1.0, 1.0, a
    for _ in range(100_000):
        n += 1.0
        term *= x / n
        total += term
        if term < 5e-17 * total:
            break
    return total


@compiled
def _fraction(a: float, x: float) -> float:
    """Return Q(a, x) / (a gamma_power(a, x)) by the continued fraction of DLMF 8.9.2."""
    b = x + 1.0 - a
    p0, q0, p1, q1 = 0.0, 1.0, 1.0, b
    old = p1 / q1 if q1 != 0.0 else 0.0
    for i in range(1, 100_000):
        b += 2.0
        c = -i * (i - a)
        p0, p1 = p1, b * p1 + c * p0
        q0, q1 = q1, b * q1 + c * q0
        if q1 != 0.0:
            new = p1 / q1
            if abs(new - old) <= 1e-16 * abs(new):
                return new
            old = new
        if abs(q1) > 1e200:
            p0, q0, p1, q1 = p0 * 1e-200, q0 * 1e-200, p1 * 1e-200, q1 * 1e-200
    return old


@compiled
def _small_upper(a: float, x: float) -> float:
    """Return Q(a, x) for a and x below about one, where 1 - P would cancel."""
    power = a * math.log(x) - math.lgamma(1.0 + a)
    term, total = 1.0, 0.0
    for k in range(1, 60):
        term *= -x / k
        total += term / (a + k)
        if abs(term) < 1e-17 * abs(total):
            break
    return -math.expm1(power) - math.exp(power) * a * total


@compiled
def gamma_tails(a: float, x: float) -> tuple[float, float, float]:
    """Return P(a, x), Q(a, x) and x times the density at x."""
    if not x > 0.0:
        return 0.0, 1.0, 0.0
    if x == math.inf:
        return 1.0, 0.0, 0.0
    power = gamma_power(a, x)
    if x < a + 1.0:
        p = power * _series(a, x)
        if p > 0.9 and a < 1.0:
            return p, _small_upper(a, x), power * a
        return p, 1.0 - p, power * a
    q = power * a * _fraction(a, x)
    return 1.0 - q, q, power * a


@compiled
def logit(p: float, q: float) -> float:
    """Return log(p / q) from two tails that sum to one, by way of the smaller."""
    if p < q:
        return math.log(p) - math.log1p(-p) if p > 0.0 else -math.inf
    return math.log1p(-q) - math.log(q) if q > 0.0 else math.inf


@compiled
def tails(z: float) -> tuple[float, float]:
    """Return the two tails whose `logit` is z."""
    if z < 0.0:
        e = math.exp(z)
        return e / (1.0 + e), 1.0 / (1.0 + e)
    e = math.exp(-z)
    return 1.0 / (1.0 + e), e / (1.0 + e)


@compiled
def normal_guess(p: float, q: float) -> float:
    """Return the normal quantile to 5e-4 (Abramowitz and Stegun 26.2.23)."""
    small = min(p, q)
    if not small > 0.0:
        small = 1e-308
    t = math.sqrt(-2.0 * math.log(small))
    top = 2.515517 + t * (0.802853 + t * 0.010328)
    bottom = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    x = t - top / bottom
    return -x if p < q else x


@compiled
def fifth_order(t: float, h: float, s: float, s1: float, s2: float) -> tuple[float, float]:
    """Return the step of fifth order to a root of L, and a bound of what it leaves.

    L is the logarithm of a tail, t its Newton step, h its derivative; s is the logarithmic
    derivative of the density, s1 and s2 those of s. The step is the inverse series (Abramowitz and
    Stegun 3.6.25).
    """
    d = s - h
    d1 = s1 - h * d
    e = d * d + d1
    e1 = 2.0 * d * d1 + s2 - h * d * d - h * d1
    r2, r3, r4 = 0.5 * d, e / 6.0, (d * e + e1) / 24.0
    cubic = 2.0 * r2 * r2 - r3
    quartic = 5.0 * r2 * (r3 - r2 * r2) - r4
    step = t * (1.0 + t * (-r2 + t * (cubic + t * quartic)))
    rate = t * t * (d * d + abs(s1) + abs(h * d))
    return step, rate * rate * abs(t) if abs(t) < 0.5 else math.inf


@compiled
def gamma_solve(p: float, q: float, a: float, start: float) -> float:
    """Return x with P(a, x) = p and Q(a, x) = q, from the positive guess `start`."""
    if not p > 0.0:
        return 0.0
    if not q > 0.0:
        return math.inf
    u = math.log(start)
    lower = p < q
    for _ in range(100):
        x = math.exp(u)
        low, high, slope = gamma_tails(a, x)
        h = slope / low if lower else -slope / high
        g = math.log(low / p) if lower else math.log(high / q)
        if not (h != 0.0 and abs(h) < math.inf and abs(g) < math.inf):
            u += 0.5 if x < a else -0.5
            continue
        newton = -g / h
        step, rest = fifth_order(newton, h, a - x, -x, -x)
        if rest < ENOUGH:
            return x * math.exp(step)
        bend = 1.0 + 0.5 * newton * (a - x - h)
        step = newton / min(max(bend, 0.5), 2.0)
        u += min(max(step, -2.0), 2.0)
        if abs(step) < 2e-6:
            break
    return math.exp(u)


@compiled
def gamma_start(p: float, q: float, a: float, t: float) -> float:
    """Return a first guess of the gamma quantile; t is the normal quantile of p."""
    c = 1.0 / (9.0 * a)
    w = 1.0 - c + t * math.sqrt(c)
    if w > 0.3 and a > 0.3:
        return a * w * w * w
    low = (math.log(p) + math.lgamma(a + 1.0)) / a
    if low < -700.0:
        return 0.0
    if p < 0.7:
        return math.exp(low)
    return max(math.exp(low) if low < 0.0 else 1.0, -math.log(q) * 0.5)


@kernel()
def gamma_logit(x: float, a: float) -> float:
    """Return log P(a, x) - log Q(a, x).

    Parameters
    ----------
    x : float
        The value.
    a : float
        The shape.
    """
    p, q, _ = gamma_tails(a, x)
    return logit(p, q)


@kernel(by_numpy=True)
def gamma_quantile(z: float, a: float) -> float:
    """Return the x at which log P(a, x) - log Q(a, x) is z.

    Parameters
    ----------
    z : float
        Logistic noise: the logit of a probability.
    a : float
        The shape.
    """
    p, q = tails(z)
    start = gamma_start(p, q, a, normal_guess(p, q))
    if start <= 1e-18 * a:
        return start
    return gamma_solve(p, q, a, start)


@kernel()
def gamma_move(x: float, a: float, b: float) -> float:
    """Return the quantile under shape b of the probability that x has under shape a.

    Parameters
    ----------
    x : float
        The value.
    a : float
        The shape.
    b : float
        The new shape.
    """
    if a == b:
        return x
    p, q, _ = gamma_tails(a, x)
    c = 1.0 / (9.0 * a)
    t = (math.pow(x / a, 1.0 / 3.0) - 1.0 + c) / math.sqrt(c)
    if not p > 0.0:
        return 0.0
    start = gamma_start(p, q, b, t)
    if start <= 1e-18 * b:
        return start
    return gamma_solve(p, q, b, start)
