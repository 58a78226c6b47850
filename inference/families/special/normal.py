"""The truncated normal: logit of its cdf and quantiles, between any two bounds."""

import math

from .gamma import ENOUGH, fifth_order, logit, normal_guess, tails
from .kernel import compiled, kernel

__all__ = ["truncated_logit", "truncated_move", "truncated_quantile"]

ROOT_2 = 1.4142135623730950488
ROOT_PI = 1.7724538509055160273
NODES = (0.2386191860831969086, 0.6612093864662645136, 0.9324695142031520278)
WEIGHTS = (0.4679139345726910473, 0.3607615730481386076, 0.1713244923791703450)


@compiled
def erfcx(x: float) -> float:
    """Return exp(x^2) erfc(x) for x >= 0 (beyond 12 by its asymptotic series, DLMF 7.12.1)."""
    if x < 12.0:
        return math.exp(x * x) * math.erfc(x)
    if x == math.inf:
        return 0.0
    s, term, total = 0.5 / (x * x), 1.0, 1.0
    for k in range(1, 14):
        term *= -(2.0 * k - 1.0) * s
        total += term
    return total / (x * ROOT_PI)


@compiled
def mass(a: float, b: float, shift: float) -> float:
    """Return exp(shift) times the integral of exp(-t^2 / 2) from a to b, a <= b."""
    if not b > a:
        return 0.0
    if b < 0.0:
        a, b = -b, -a
    h, m = 0.5 * (b - a), 0.5 * (a + b)
    if h * (1.0 + abs(m)) < 0.5:
        total = 0.0
        for i in range(3):
            t = h * NODES[i]
            even = math.exp(-0.5 * t * t) * math.cosh(m * t)
            total += 2.0 * WEIGHTS[i] * even
        return h * math.exp(shift - 0.5 * m * m) * total
    scale = 0.5 * ROOT_2 * ROOT_PI
    if a > 0.0:
        near = math.exp(shift - 0.5 * a * a) * erfcx(a / ROOT_2)
        far = math.exp(shift - 0.5 * b * b) * erfcx(b / ROOT_2) if b < math.inf else 0.0
        return scale * (near - far)
    return scale * math.exp(shift) * (math.erf(b / ROOT_2) + math.erf(-a / ROOT_2))


@compiled
def peak(a: float, b: float) -> float:
    """Return half the squared distance of the interval [a, b] from zero."""
    if a > 0.0:
        return 0.5 * a * a
    return 0.5 * b * b if b < 0.0 else 0.0


@compiled
def truncated_tails(x: float, a: float, b: float) -> tuple[float, float, float]:
    """Return P(X <= x), P(X > x) and the density at x of a standard normal kept to [a, b]."""
    shift = peak(a, b)
    low, high = mass(a, x, shift), mass(x, b, shift)
    whole = low + high
    return low / whole, high / whole, math.exp(shift - 0.5 * x * x) / whole


@compiled
def truncated_solve(p: float, q: float, a: float, b: float) -> float:
    """Return x in [a, b] with lower tail p and upper tail q, by Newton steps kept in a bracket."""
    if not p > 0.0:
        return a
    if not q > 0.0:
        return b
    low, high, lower = a, b, p < q
    x = start(p, q, a, b)
    for _ in range(200):
        below, above, density = truncated_tails(x, a, b)
        g = math.log(below / p) if lower else math.log(q / above)
        h = density / below if lower else density / above
        if g > 0.0:
            high = x
        else:
            low = x
        newton = -g / h
        step, rest = fifth_order(newton, h if lower else -h, -x, -1.0, 0.0)
        near = min(abs(x - a), abs(b - x), 1.0)
        if rest < ENOUGH * near and abs(step) < 0.1 * near:
            return x + step
        bend = 1.0 - 0.5 * newton * (x + h) if lower else 1.0 - 0.5 * newton * (x - h)
        step = newton / min(max(bend, 0.5), 2.0)
        if abs(step) <= 1e-6 * near:
            x += step
            break
        new = x + step
        if not (new > low and new < high):
            new = x + newton
        if not (new > low and new < high):
            new = between(low, high)
        if new == x:
            break
        x = new
    return min(max(x, a), b)


@compiled
def between(low: float, high: float) -> float:
    """Return a point inside (low, high), either of which may be infinite."""
    if low == -math.inf and high == math.inf:
        return 0.0
    if low == -math.inf:
        return min(2.0 * high, high - 1.0)
    if high == math.inf:
        return max(2.0 * low, low + 1.0)
    return low + 0.5 * (high - low)


@compiled
def start(p: float, q: float, a: float, b: float) -> float:
    """Return a first guess of the truncated quantile."""
    first = 0.5 * math.erfc(-a / ROOT_2)
    last = 0.5 * math.erfc(b / ROOT_2)
    inner = 1.0 - first - last
    u, v = first + p * inner, last + q * inner
    x = normal_guess(u, v) if inner > 1e-8 else a
    if a > 3.0 and inner < 1e-2:
        x = math.sqrt(a * a - 2.0 * math.log(q + p * math.exp(peak(a, b) - 0.5 * b * b)))
    elif b < -3.0 and inner < 1e-2:
        x = -math.sqrt(b * b - 2.0 * math.log(p + q * math.exp(peak(a, b) - 0.5 * a * a)))
    if x > a and x < b:
        return x
    if a > -math.inf and b < math.inf:
        return a + p * (b - a)
    return between(a, b)


@kernel()
def truncated_logit(x: float, a: float, b: float) -> float:
    """Return the logit of the cdf at x of a standard normal kept to [a, b].

    Parameters
    ----------
    x : float
        The value.
    a : float
        First shape, or lower end.
    b : float
        Second shape, or upper end.
    """
    p, q, _ = truncated_tails(x, a, b)
    return logit(p, q)


@kernel()
def truncated_quantile(z: float, a: float, b: float) -> float:
    """Return the x at which that logit is z.

    Parameters
    ----------
    z : float
        Logistic noise: the logit of a probability.
    a : float
        First shape, or lower end.
    b : float
        Second shape, or upper end.
    """
    p, q = tails(z)
    return truncated_solve(p, q, a, b)


@kernel()
def truncated_move(x: float, a: float, b: float, c: float, d: float) -> float:
    """Return the quantile between c and d of the probability that x has between a and b.

    Parameters
    ----------
    x : float
        The value.
    a : float
        First shape, or lower end.
    b : float
        Second shape, or upper end.
    c : float
        The new first shape, or lower end.
    d : float
        The new second shape, or upper end.
    """
    if a == c and b == d:
        return x
    p, q, _ = truncated_tails(x, a, b)
    return truncated_solve(p, q, c, d)
