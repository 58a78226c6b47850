r"""Exact quantile functions of counts, and the noise drawn from inside a count's interval.

Noise is logistic, :math:`z = \log u/(1-u)`, so that both tails keep their relative accuracy. Small
means are searched from zero by the recurrence of the probabilities; larger ones, and far upper
tails, start from a Cornish-Fisher guess beyond the quantile, where the tail is computed once, and
walk back adding probabilities, which never cancels; where the standard deviation exceeds 1e4 the
series itself is exact (`wide`). Values below and above a count are computed
alike in both directions, and noise is kept a 1e-11 part away from the edges of its interval, so
that rounding cannot move a count.
"""

import math

from .beta import beta_constant, beta_tails
from .gamma import gamma_power, gamma_tails, logit, normal_guess, tails
from .kernel import compiled, kernel
from .wide import WIDE, is_wide, whole, wide_quantile, wide_tails

__all__ = ["binomial_noise", "binomial_quantile", "negative_noise", "negative_quantile"]
__all__ += ["poisson_noise", "poisson_quantile"]

POISSON, BINOMIAL, NEGATIVE = 0, 1, 2
SMALL_MEAN = 30.0
UPPER = 0.01
# A mean, or a number of trials, below which no count is wide.
MANY = 1e5


@compiled
def placed(below: float, mass: float, above: float, z: float) -> tuple[float, float]:
    """Return the two tails of the point at fraction `tails(z)` of the interval of a count."""
    v, w = tails(z)
    side = below if below + 0.5 * mass < 0.5 else above
    gap = 1.0 if mass <= 0.0 else 1e-11 * (side + mass) / mass
    gap = min(gap, 0.25)
    if v < gap:
        v, w = gap, 1.0 - gap
    elif w < gap:
        v, w = 1.0 - gap, gap
    return below + v * mass, above + w * mass


@compiled
def inside(below: float, mass: float, above: float, z: float) -> float:
    """Return the logistic noise at fraction `tails(z)` of the interval of a count."""
    p, q = placed(below, mass, above, z)
    return logit(p, q)


@compiled
def moments(kind: int, a: float, b: float) -> tuple[float, float, float]:
    """Return mean, standard deviation and skewness times standard deviation."""
    if kind == POISSON:
        return a, math.sqrt(a), 1.0
    if kind == BINOMIAL:
        return a * b, math.sqrt(a * b * (1.0 - b)), 1.0 - 2.0 * b
    return a * (1.0 - b) / b, math.sqrt(a * (1.0 - b)) / b, (2.0 - b) / b


@compiled
def bend(kind: int, b: float) -> float:
    """Return the excess kurtosis times the variance."""
    if kind == POISSON:
        return 1.0
    if kind == BINOMIAL:
        return 1.0 - 6.0 * b * (1.0 - b)
    return 1.0 + 6.0 * (1.0 - b) / (b * b)


@compiled
def count_tails(kind: int, k: float, a: float, b: float) -> tuple[float, float]:
    """Return P(Y <= k) and P(Y > k); (a, b) is (mean, -), (n, p) or (n, p)."""
    if k < 0.0:
        return 0.0, 1.0
    if a > MANY:
        mean, sd, skew = moments(kind, a, b)
        if is_wide(sd, skew):
            return wide_tails(k, mean, sd, skew, bend(kind, b))
    if kind == POISSON:
        above, below, _ = gamma_tails(k + 1.0, a)
        return below, above
    if kind == BINOMIAL:
        if k >= a:
            return 1.0, 0.0
        above, below, _ = beta_tails(k + 1.0, a - k, b, 1.0 - b, beta_constant(k + 1.0, a - k))
        return below, above
    below, above, _ = beta_tails(a, k + 1.0, b, 1.0 - b, beta_constant(a, k + 1.0))
    return below, above


@compiled
def count_mass(kind: int, k: float, a: float, b: float) -> float:
    """Return P(Y = k)."""
    if kind == POISSON:
        if k == 0.0 or a == 0.0:
            return math.exp(-a) if k == 0.0 else 0.0
        return gamma_power(k, a)
    if kind == BINOMIAL:
        if k == 0.0:
            return math.exp(a * math.log1p(-b))
        if k == a:
            return math.exp(a * math.log(b))
        c = beta_constant(k, a - k)
        _, _, slope = beta_tails(k, a - k, b, 1.0 - b, c)
        return slope * a / (k * (a - k))
    if k == 0.0:
        return math.exp(a * math.log(b))
    _, _, slope = beta_tails(a, k, b, 1.0 - b, beta_constant(a, k))
    return slope / k


@compiled
def ratio(kind: int, k: float, a: float, b: float) -> float:
    """Return P(Y = k + 1) / P(Y = k)."""
    if kind == POISSON:
        return a / (k + 1.0)
    if kind == BINOMIAL:
        return (a - k) / (k + 1.0) * (b / (1.0 - b))
    return (a + k) / (k + 1.0) * (1.0 - b)


@compiled
def from_zero(kind: int, p: float, a: float, b: float) -> float:
    """Return the least k with P(Y <= k) >= p, counted up from zero."""
    mass = count_mass(kind, 0.0, a, b)
    total, k = mass, 0.0
    while total < p:
        mass *= ratio(kind, k, a, b)
        k += 1.0
        total += mass
        if mass < 1e-18 * total:
            break
    return k


@compiled
def lower_search(kind: int, p: float, a: float, b: float, guess: float) -> float:
    """Return the least k with P(Y <= k) >= p, from below."""
    k, step = max(guess, 0.0), 2.0
    below, _ = count_tails(kind, k - 1.0, a, b)
    while below >= p and k > 0.0:
        k = max(k - step, 0.0)
        step *= 2.0
        below, _ = count_tails(kind, k - 1.0, a, b)
    mass = count_mass(kind, k, a, b)
    while below + mass < p:
        below += mass
        mass *= ratio(kind, k, a, b)
        k += 1.0
        if mass <= 0.0 and below > 0.0:
            break
    return k


@compiled
def upper_search(kind: int, q: float, a: float, b: float, guess: float) -> float:
    """Return the least k with P(Y > k) <= q, from above."""
    k, step = max(guess, 0.0), 2.0
    _, above = count_tails(kind, k, a, b)
    while above > q:
        k += step
        step *= 2.0
        _, above = count_tails(kind, k, a, b)
    mass = count_mass(kind, k, a, b)
    while k > 0.0 and above + mass <= q:
        above += mass
        k -= 1.0
        mass /= ratio(kind, k, a, b)
        if not mass > 0.0:
            mass = count_mass(kind, k, a, b)
            if mass == 0.0:
                k = math.floor(k * 0.75)
                _, above = count_tails(kind, k, a, b)
                if above > q:
                    return upper_search_slow(kind, q, a, b, k)
                mass = count_mass(kind, k, a, b)
    return k


@compiled
def upper_search_slow(kind: int, q: float, a: float, b: float, low: float) -> float:
    """Return the least k with P(Y > k) <= q by bisection, given P(Y > low) > q."""
    step = 1.0
    while count_tails(kind, low + step, a, b)[1] > q:
        step *= 2.0
    while step > 1.0:
        step *= 0.5
        if count_tails(kind, low + step, a, b)[1] > q:
            low += step
    return low + 1.0


@compiled
def search(kind: int, p: float, q: float, a: float, b: float) -> float:
    """Return the least k with P(Y <= k) >= p, where q = 1 - p."""
    mean, sd, skew = moments(kind, a, b)
    start = -a * math.log(b) if kind == NEGATIVE else mean
    if q >= UPPER and mean <= SMALL_MEAN and start < 600.0:
        return from_zero(kind, p if p < 0.5 else 1.0 - q, a, b)
    if not q > 0.0:
        return a if kind == BINOMIAL else math.inf
    if a > MANY and is_wide(sd, skew):
        return wide_quantile(p, q, mean, sd, skew, bend(kind, b))
    if sd > WIDE:  # and skewed: a walk from the guess would take as many steps
        return upper_search_slow(kind, q, a, b, -1.0)
    t = normal_guess(p, q)
    guess = math.floor(mean + sd * t + skew * (t * t - 1.0) / 6.0)
    if p < q:
        return lower_search(kind, p, a, b, guess - 1.0)
    return upper_search(kind, q, a, b, min(guess + 2.0, a) if kind == BINOMIAL else guess + 2.0)


@compiled
def interval(kind: int, k: float, a: float, b: float) -> tuple[float, float, float]:
    """Return P(Y < k), P(Y = k), P(Y > k)."""
    mean, _, _ = moments(kind, a, b)
    start = -a * math.log(b) if kind == NEGATIVE else mean
    if mean <= SMALL_MEAN and k <= 4.0 * SMALL_MEAN and start < 600.0:
        mass = count_mass(kind, 0.0, a, b)
        below, i = 0.0, 0.0
        while i < k:
            below += mass
            mass *= ratio(kind, i, a, b)
            i += 1.0
        if 1.0 - below - mass >= UPPER:
            return below, mass, 1.0 - below - mass
    below, above = count_tails(kind, k, a, b)
    mass = count_mass(kind, k, a, b)
    if above > 0.5:
        below, _ = count_tails(kind, k - 1.0, a, b)
    else:
        below = max(1.0 - above - mass, 0.0)
    return below, mass, above


@compiled
def settled(kind: int, y: float, a: float, b: float, draw: float) -> float:
    """Return logistic noise of y, checked against the search where rounding could matter."""
    below, mass, above = interval(kind, y, a, b)
    z = inside(below, mass, above, draw)
    if (y < 1000.0 and min(below, above) > 1e-9) or not abs(z) < math.inf or y > 1e12:
        return z
    for _ in range(60):
        p, q = tails(z)
        found = search(kind, p, q, a, b)
        if found == y or not p * q > 0.0:
            break
        z += math.copysign(min(0.5 * mass / (p * q), 1e-3 + 1e-3 * abs(z)), y - found)
    return z


@kernel("int64")
def poisson_quantile(z: float, mean: float) -> int:
    """Return the Poisson count at logistic noise z."""
    p, q = tails(z)
    return whole(search(POISSON, p, q, mean, 0.0))


@kernel()
def poisson_noise(y: float, mean: float, draw: float) -> float:
    """Return logistic noise of the Poisson count y."""
    return settled(POISSON, y, mean, 0.0, draw)


@compiled
def binomial_search(low: float, high: float, n: float, p: float) -> float:
    """Return the binomial count with these tails, searched among the rarer outcome's."""
    rare = p <= 0.5
    count = search(
        BINOMIAL, low if rare else high, high if rare else low, n, p if rare else 1.0 - p
    )
    return count if rare else n - count


@kernel("int64")
def binomial_quantile(z: float, n: float, p: float) -> int:
    """Return the binomial count at logistic noise z.

    Parameters
    ----------
    z : float
        Logistic noise: the logit of a probability.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    """
    low, high = tails(z)
    return int(binomial_search(low, high, n, p))


@kernel()
def binomial_noise(y: float, n: float, p: float, draw: float) -> float:
    """Return logistic noise of the binomial count y.

    Parameters
    ----------
    y : float
        The count.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    draw : float
        Logistic noise that chooses within the step of the cdf.
    """
    rare = p <= 0.5
    noise = settled(
        BINOMIAL, y if rare else n - y, n, p if rare else 1.0 - p, draw if rare else -draw
    )
    return noise if rare else -noise


@kernel("int64")
def negative_quantile(z: float, n: float, p: float) -> int:
    """Return the negative binomial count at logistic noise z.

    Parameters
    ----------
    z : float
        Logistic noise: the logit of a probability.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    """
    low, high = tails(z)
    return whole(search(NEGATIVE, low, high, n, p))


@kernel()
def negative_noise(y: float, n: float, p: float, draw: float) -> float:
    """Return logistic noise of the negative binomial count y.

    Parameters
    ----------
    y : float
        The count.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    draw : float
        Logistic noise that chooses within the step of the cdf.
    """
    return settled(NEGATIVE, y, n, p, draw)
