r"""The incomplete beta function and its inverse, to full relative accuracy in both tails.

The continued fraction is that of Didonato and Morris (doi:10.1145/131766.131776, equation 9), times
the beta density in Loader's form. The inverse takes Halley steps on the logarithm of the smaller
tail as a function of :math:`\log x/(1-x)`, where it is concave; it starts from Abramowitz and
Stegun 26.5.22, from the leading power of the tail, or for Student's t from its normal score (D. L.
Wallace 1959, Annals of Mathematical Statistics 30:1121-1130).
"""

import math

from .gamma import (
    ENOUGH,
    TWO_PI,
    fifth_order,
    log_ratio,
    logit,
    normal_guess,
    stirling_error,
    tails,
)
from .kernel import compiled, kernel

__all__ = ["beta_logit", "beta_move", "beta_odds", "beta_quantile", "beta_rank"]
__all__ += ["t_logit", "t_move", "t_quantile"]


@compiled
def beta_constant(a: float, b: float) -> float:
    """Return what `beta_power` needs of the shapes alone."""
    n = a + b
    errors = stirling_error(n) - stirling_error(a) - stirling_error(b)
    return math.exp(errors) * math.sqrt(a / n * b / TWO_PI)


@compiled
def beta_power(a: float, b: float, x: float, y: float, constant: float) -> float:
    """Return x^a y^b / B(a, b) for y = 1 - x."""
    n = a + b
    e = x * b - y * a
    exponent = a * log_ratio(x * n / a, e / a) + b * log_ratio(y * n / b, -e / b)
    return math.exp(exponent) * constant


@compiled
def _fraction(a: float, b: float, x: float, y: float) -> float:
    """Return the fraction by which x^a y^b / B(a, b) is divided to give I_x(a, b)."""
    start = a * y - b * x + 1.0
    inverse = 1.0 / (a + 1.0)
    p0, q0, p1, q1 = 1.0, 0.0, a * start * inverse, 1.0
    old, n = p1, a + b
    for i in range(1, 100_000):
        m = float(i)
        turn = m * (b - m) * x
        top = (a + m - 1.0) * (n + m - 1.0) * turn * x * inverse * inverse
        bottom = m + turn * inverse
        inverse = 1.0 / (a + 2.0 * m + 1.0)
        bottom += (a + m) * (start + m * (1.0 + y)) * inverse
        p0, p1 = p1, bottom * p1 + top * p0
        q0, q1 = q1, bottom * q1 + top * q0
        new = p1 / q1
        if abs(new - old) <= 2e-16 * abs(new):
            return new
        old = new
        if abs(q1) > 1e100 or abs(p1) > 1e100:
            p0, q0, p1, q1 = p0 * 1e-100, q0 * 1e-100, p1 * 1e-100, q1 * 1e-100
    return old


@compiled
def beta_tails(
    a: float, b: float, x: float, y: float, constant: float
) -> tuple[float, float, float]:
    """Return I_x(a, b), its complement and x y times the density, for y = 1 - x."""
    if not x > 0.0:
        return 0.0, 1.0, 0.0
    if not y > 0.0:
        return 1.0, 0.0, 0.0
    power = beta_power(a, b, x, y, constant)
    if x * b <= y * a:
        p = power / _fraction(a, b, x, y)
        return p, 1.0 - p, power
    q = power / _fraction(b, a, y, x)
    return 1.0 - q, q, power


@compiled
def _start(p: float, q: float, a: float, b: float) -> float:
    """Return a first guess of the logit of the beta quantile."""
    if a >= 1.0 and b >= 1.0:
        t = normal_guess(p, q)
        r, s = 1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0)
        k, h = (t * t - 3.0) / 6.0, 2.0 / (r + s)
        w = -t * math.sqrt(max(k + h, 1e-3)) / h - (s - r) * (k + 5.0 / 6.0 - 2.0 / (3.0 * h))
        return math.log(a / b) - 2.0 * w
    left = math.exp(a * math.log(a / (a + b))) / a
    right = math.exp(b * math.log(b / (a + b))) / b
    whole = left + right
    if p < left / whole:
        return math.log(a * whole * p) / a
    return -math.log(b * whole * q) / b


@compiled
def beta_solve(p: float, q: float, a: float, b: float, start: float) -> float:
    """Return log x / (1 - x) where I_x(a, b) = p and its complement is q, from a guess of it."""
    if not p > 0.0:
        return -math.inf
    if not q > 0.0:
        return math.inf
    constant = beta_constant(a, b)
    lower = p < q
    u = start
    for _ in range(100):
        x, y = tails(u)
        low, high, slope = beta_tails(a, b, x, y, constant)
        h = slope / low if lower else -slope / high
        g = math.log(low / p) if lower else math.log(high / q)
        if not (h != 0.0 and abs(h) < math.inf and abs(g) < math.inf):
            if abs(u) > 740.0:
                break
            u += 0.5 if x * b < y * a else -0.5
            continue
        newton = -g / h
        step, rest = fifth_order(
            newton, h, a * y - b * x, -(a + b) * x * y, (a + b) * x * y * (x - y)
        )
        if rest < ENOUGH:
            return u + step
        bend = 1.0 + 0.5 * newton * (a * y - b * x - h)
        step = newton / min(max(bend, 0.5), 2.0)
        bound = 2.0 + 0.5 * abs(u)
        u += min(max(step, -bound), bound)
        if abs(step) < 2e-6 * (1.0 + abs(u) * 1e-3):
            break
    return u


@kernel()
def beta_logit(x: float, a: float, b: float) -> float:
    """Return the logit of I_x(a, b).

    Parameters
    ----------
    x : float
        The value.
    a : float
        First shape, or lower end.
    b : float
        Second shape, or upper end.
    """
    p, q, _ = beta_tails(a, b, x, 1.0 - x, beta_constant(a, b))
    return logit(p, q)


@kernel()
def beta_quantile(z: float, a: float, b: float) -> float:
    """Return the x at which the logit of I_x(a, b) is z.

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
    x, _ = tails(beta_solve(p, q, a, b, _start(p, q, a, b)))
    return x


@kernel()
def beta_move(x: float, a: float, b: float, c: float, d: float) -> float:
    """Return the quantile under shapes c, d of the probability that x has under a, b.

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
    p, q, _ = beta_tails(a, b, x, 1.0 - x, beta_constant(a, b))
    moved, _ = tails(beta_solve(p, q, c, d, _start(p, q, c, d)))
    return moved


@kernel()
def beta_rank(u: float, a: float, b: float) -> float:
    """Return the logit of I_x(a, b) at log x / (1 - x) = u, which holds what x itself loses.

    Parameters
    ----------
    u : float
        Log odds of the value.
    a : float
        First shape, or lower end.
    b : float
        Second shape, or upper end.
    """
    x, y = tails(u)
    p, q, _ = beta_tails(a, b, x, y, beta_constant(a, b))
    return logit(p, q)


@kernel()
def beta_odds(z: float, a: float, b: float) -> float:
    """Return log x / (1 - x) at which the logit of I_x(a, b) is z.

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
    return beta_solve(p, q, a, b, _start(p, q, a, b))


@compiled
def t_tails(t: float, nu: float) -> tuple[float, float]:
    """Return the two tails of Student's t with nu degrees of freedom."""
    a, r = 0.5 * nu, t * t / nu
    x, y = (1.0 / (1.0 + r), r / (1.0 + r)) if r < 1e300 else (1.0 / r, 1.0)
    p, _, _ = beta_tails(a, 0.5, x, y, beta_constant(a, 0.5))
    p *= 0.5
    return (p, 1.0 - p) if t < 0.0 else (1.0 - p, p)


@compiled
def t_score(t: float, nu: float) -> float:
    """Return the square of the normal score that t has, nearly (Wallace 1959)."""
    shrink = (8.0 * nu + 1.0) / (8.0 * nu + 3.0)
    return shrink * shrink * nu * math.log1p(t * t / nu)


@compiled
def t_solve(p: float, q: float, nu: float, score: float) -> float:
    """Return Student's t quantile; `score` is the square of the normal one, nearly."""
    half = 2.0 * min(p, q)
    stretch = (8.0 * nu + 3.0) / (8.0 * nu + 1.0)
    e = stretch * stretch * score / nu
    if nu > 1.0 and e > 1e-300 and e < 5.0:
        start = -math.log(math.expm1(e))
    else:
        start = _start(half, 1.0 - half, 0.5 * nu, 0.5)
    size = math.sqrt(nu) * math.exp(-0.5 * beta_solve(half, 1.0 - half, 0.5 * nu, 0.5, start))
    return -size if p < q else size


@kernel()
def t_logit(t: float, nu: float) -> float:
    """Return the logit of Student's cdf."""
    p, q = t_tails(t, nu)
    return logit(p, q)


@kernel()
def t_quantile(z: float, nu: float) -> float:
    """Return the t at which the logit of Student's cdf is z."""
    p, q = tails(z)
    score = normal_guess(p, q)
    return t_solve(p, q, nu, score * score)


@kernel()
def t_move(t: float, nu: float, new: float) -> float:
    """Return the quantile under `new` degrees of freedom of what t is under nu."""
    if nu == new:
        return t
    p, q = t_tails(t, nu)
    return t_solve(p, q, new, t_score(t, nu))
