"""Families of one shape each, by their two tails and their density: logit of the cdf, and quantile.

The smaller of the two tails is a sum of positive terms, to full relative accuracy; the quantile
takes Newton steps on its logarithm, kept in a bracket. In standard units:

- inverse normal (Wald) of mean one (Seshadri 1999, *The Inverse Gaussian Distribution*,
  doi:10.1007/978-1-4612-1456-4),
- normal plus exponential of rate a (Grushka 1972, doi:10.1021/ac60319a011),
- skew normal of slant a (Azzalini 1985, Scandinavian Journal of Statistics 12:171-178),
- Rice's distance from a centre a away (Rice 1945, doi:10.1002/j.1538-7305.1945.tb00453.x),
- von Mises' angle of concentration a (Mardia and Jupp 2000, doi:10.1002/9780470316979).
"""

import math

from .gamma import logit, normal_guess, tails
from .gauss import (
    FALL,
    NODES,
    PI,
    bessel,
    mills,
    mills_gap,
    normal_density,
    owen,
    reach,
    skew_light,
    upper,
)
from .kernel import compiled, kernel
from .normal import between

__all__ = ["circle_logit", "circle_quantile", "exgauss_logit", "exgauss_quantile", "rice_logit"]
__all__ += ["rice_quantile", "skew_logit", "skew_quantile", "wald_logit", "wald_quantile"]

# The positive families first.
WALD, RICE, EXGAUSS, SKEW, CIRCLE = 0, 1, 2, 3, 4
ENOUGH = 1e-8


@compiled
def wald_tails(y: float, phi: float) -> tuple[float, float, float]:
    """Return both tails and the density of an inverse normal of mean 1 and shape phi."""
    root = math.sqrt(phi / y)
    a, b = root * (y - 1.0), root * (y + 1.0)
    peak = normal_density(a)
    if a < 0.0:
        low = upper(-a) + peak * mills(b)
        if low <= 0.5:
            return low, 1.0 - low, peak * root / y
    high = peak * mills_gap(a, 2.0 * root)
    return 1.0 - high, high, peak * root / y


@compiled
def exgauss_tails(t: float, rate: float) -> tuple[float, float, float]:
    """Return both tails and the density of a standard normal plus an exponential of this rate."""
    if t < rate:
        more = normal_density(t) * mills(rate - t)
    else:
        more = math.exp(rate * (0.5 * rate - t)) * upper(rate - t)
    high = upper(t) + more
    if t > 1.0:
        if high <= 0.5:
            return 1.0 - high, high, rate * more
        low = upper(rate - t) * -math.expm1(rate * (0.5 * rate - t)) + (upper(-t) - upper(rate - t))
        return low, 1.0 - low, rate * more
    low = normal_density(t) * mills_gap(-t, rate)
    return low, high, rate * more


@compiled
def skew_tails(x: float, slant: float) -> tuple[float, float, float]:
    """Return both tails and the density of a skew normal."""
    h, a = abs(x), abs(slant)
    tail = upper(h) + 2.0 * owen(h, a) if (x >= 0.0) == (slant >= 0.0) else skew_light(h, a)
    density = 2.0 * normal_density(x) * upper(-slant * x)
    return (1.0 - tail, tail, density) if x >= 0.0 else (tail, 1.0 - tail, density)


@compiled
def rice_density(x: float, b: float) -> float:
    """Return the density of the distance from the origin of a normal point b away."""
    return x * math.exp(-0.5 * (x - b) * (x - b)) * bessel(x * b)


@compiled
def rice_tails(x: float, b: float) -> tuple[float, float, float]:
    """Return both tails and the density of that distance."""
    above = x * x > b * b + 1.4
    if above:
        start, half = x, 0.5 * reach(x - b)
    else:
        width = min(reach(max(b - x, 0.0)), x)
        start, half = x - width, 0.5 * width
    total = 0.0
    for i in range(24):
        total += NODES[i][1] * rice_density(start + half + half * NODES[i][0], b)
    tail, density = half * total, rice_density(x, b)
    return (1.0 - tail, tail, density) if above else (tail, 1.0 - tail, density)


@compiled
def circle_density(angle: float, kappa: float) -> float:
    """Return the density of von Mises' angle times 2 pi exp(-kappa) I0(kappa)."""
    s = math.sin(0.5 * angle)
    return math.exp(-2.0 * kappa * s * s)


@compiled
def circle_tails(angle: float, kappa: float) -> tuple[float, float, float]:
    """Return both tails, towards -pi and pi, and the density of von Mises' angle."""
    size = abs(angle)
    s = math.sin(0.5 * size)
    end = s * s + 0.5 * FALL / kappa
    half = 0.5 * ((PI if end >= 1.0 else 2.0 * math.asin(math.sqrt(min(end, 1.0)))) - size)
    total = 0.0
    for i in range(24):
        total += NODES[i][1] * circle_density(size + half + half * NODES[i][0], kappa)
    whole = 2.0 * PI * bessel(kappa)
    tail, density = half * total / whole, circle_density(angle, kappa) / whole
    return (tail, 1.0 - tail, density) if angle < 0.0 else (1.0 - tail, tail, density)


@compiled
def smooth_tails(kind: int, x: float, a: float) -> tuple[float, float, float]:
    """Return both tails and the density at x of the family of this kind and shape."""
    if kind == WALD:
        return wald_tails(x, a)
    if kind == EXGAUSS:
        return exgauss_tails(x, a)
    if kind == SKEW:
        return skew_tails(x, a)
    if kind == RICE:
        return rice_tails(x, a)
    return circle_tails(x, a)


@compiled
def smooth_start(kind: int, p: float, q: float, a: float) -> float:
    """Return a first guess of the quantile; of its logarithm for the positive families."""
    t = normal_guess(p, q)
    if kind == WALD:
        spread = math.log1p(1.0 / a)
        return math.sqrt(spread) * t - 0.5 * spread
    if kind == EXGAUSS:
        if q < 0.5 and a < 1.0:
            return 0.5 * a - math.log(max(q, 1e-300)) / a
        return 1.0 / a + math.sqrt(1.0 + 1.0 / (a * a)) * t if a > 1.0 else t
    if kind == SKEW:
        return t
    if kind == RICE:
        small = 0.5 * math.log(-2.0 * math.log(max(q, 1e-300)) + 1e-300)
        return math.log(a + t) if a > 3.0 and a + t > 0.1 else max(small, -700.0)
    return min(max(t / math.sqrt(a), -3.0), 3.0) if a > 2.0 else PI * (p - q)


@compiled
def smooth_solve(kind: int, p: float, q: float, a: float) -> float:
    """Return the point whose lower tail is p and upper tail q."""
    positive, lower = kind <= RICE, p < q
    low, high = (-PI, PI) if kind == CIRCLE else (-math.inf, math.inf)
    if not p > 0.0:
        return 0.0 if positive else low
    if not q > 0.0:
        return high
    u = smooth_start(kind, p, q, a)
    for _ in range(200):
        x = math.exp(u) if positive else u
        below, above, density = smooth_tails(kind, x, a)
        g = math.log(below / p) if lower else math.log(q / above)
        h = (density * x if positive else density) / (below if lower else above)
        if g > 0.0:
            high = u
        else:
            low = u
        new = u - g / h
        if abs(g) < ENOUGH:
            u = new
            break
        if not (new > low and new < high):
            new = between(low, high)
        if new == u:
            break
        u = new
    return math.exp(u) if positive else u


@compiled
def smooth_logit(kind: int, x: float, a: float) -> float:
    """Return the logit of the cdf."""
    p, q, _ = smooth_tails(kind, x, a)
    return logit(p, q)


@compiled
def smooth_quantile(kind: int, z: float, a: float) -> float:
    """Return the point at which that logit is z."""
    p, q = tails(z)
    return smooth_solve(kind, p, q, a)


@kernel()
def wald_logit(y: float, phi: float) -> float:
    """Return the logit of the cdf of an inverse normal of mean 1 and shape phi."""
    return smooth_logit(WALD, y, phi)


@kernel()
def wald_quantile(z: float, phi: float) -> float:
    """Return the y at which that logit is z."""
    return smooth_quantile(WALD, z, phi)


@kernel()
def exgauss_logit(t: float, rate: float) -> float:
    """Return the logit of the cdf of a standard normal plus an exponential of this rate.

    Parameters
    ----------
    t : float
        The standardised value.
    rate : float
        Of the exponential.
    """
    return smooth_logit(EXGAUSS, t, rate)


@kernel()
def exgauss_quantile(z: float, rate: float) -> float:
    """Return the t at which that logit is z.

    Parameters
    ----------
    z : float
        Logistic noise: the logit of a probability.
    rate : float
        Of the exponential.
    """
    return smooth_quantile(EXGAUSS, z, rate)


@kernel()
def skew_logit(x: float, slant: float) -> float:
    """Return the logit of the cdf of a skew normal."""
    return smooth_logit(SKEW, x, slant)


@kernel()
def skew_quantile(z: float, slant: float) -> float:
    """Return the x at which that logit is z."""
    return smooth_quantile(SKEW, z, slant)


@kernel()
def rice_logit(x: float, b: float) -> float:
    """Return the logit of the cdf of the distance of a normal point b away.

    Parameters
    ----------
    x : float
        The value.
    b : float
        Distance of the centre.
    """
    return smooth_logit(RICE, x, b)


@kernel()
def rice_quantile(z: float, b: float) -> float:
    """Return the x at which that logit is z."""
    return smooth_quantile(RICE, z, b)


@kernel()
def circle_logit(angle: float, kappa: float) -> float:
    """Return the logit of the cdf, from -pi on, of von Mises' angle about zero.

    Parameters
    ----------
    angle : float
        In radians.
    kappa : float
        Concentration.
    """
    return smooth_logit(CIRCLE, angle, kappa)


@kernel()
def circle_quantile(z: float, kappa: float) -> float:
    """Return the angle at which that logit is z.

    Parameters
    ----------
    z : float
        Logistic noise: the logit of a probability.
    kappa : float
        Concentration.
    """
    return smooth_quantile(CIRCLE, z, kappa)
