"""Counts between two ends, by the ratios of their probabilities: beta-binomial, hypergeometric.

Weights are one at the mode and walked to both ends, or to where they fall below 1e-290 of it; each
tail is summed from its own end, the small terms first, so that both keep their relative accuracy.
The time grows with the spread of the count.
"""

import math

from .counts import inside
from .gamma import tails
from .kernel import compiled, kernel

__all__ = ["betabinomial_noise", "betabinomial_quantile"]
__all__ += ["hypergeometric_noise", "hypergeometric_quantile"]

# (a, b, c) is (n, alpha, beta), or (good, bad, number drawn).
BETA_BINOMIAL, HYPERGEOMETRIC = 0, 1
LEAST = 1e-290


@compiled
def first(kind: int, a: float, b: float, c: float) -> float:
    """Return the least count."""
    return 0.0 if kind == BETA_BINOMIAL else max(0.0, c - b)


@compiled
def last(kind: int, a: float, b: float, c: float) -> float:
    """Return the greatest count."""
    return a if kind == BETA_BINOMIAL else min(a, c)


@compiled
def mode(kind: int, a: float, b: float, c: float) -> float:
    """Return a count of greatest probability, or an end where that lies at an end."""
    if kind == HYPERGEOMETRIC:
        k = math.floor((c + 1.0) * (a + 1.0) / (a + b + 2.0))
        return min(max(k, first(kind, a, b, c)), last(kind, a, b, c))
    if b > 1.0 and c > 1.0:
        return min(math.floor((a + 1.0) * (b - 1.0) / (b + c - 2.0)), a)
    return a if b > c else 0.0


@compiled
def ratio(kind: int, k: float, a: float, b: float, c: float) -> float:
    """Return P(Y = k + 1) / P(Y = k)."""
    if kind == BETA_BINOMIAL:
        return (a - k) / (k + 1.0) * ((b + k) / (c + a - k - 1.0))
    return (a - k) / (k + 1.0) * ((c - k) / (b - c + k + 1.0))


@compiled
def lowest(kind: int, a: float, b: float, c: float) -> tuple[float, float]:
    """Return the least count that matters, and its weight."""
    k, weight, end = mode(kind, a, b, c), 1.0, first(kind, a, b, c)
    while k > end and weight > LEAST:
        k -= 1.0
        weight /= ratio(kind, k, a, b, c)
    return k, weight


@compiled
def highest(kind: int, a: float, b: float, c: float) -> tuple[float, float]:
    """Return the greatest count that matters, and its weight."""
    k, weight, end = mode(kind, a, b, c), 1.0, last(kind, a, b, c)
    while k < end and weight > LEAST:
        weight *= ratio(kind, k, a, b, c)
        k += 1.0
    return k, weight


@compiled
def below(kind: int, y: float, a: float, b: float, c: float) -> tuple[float, float]:
    """Return the weights of all counts below y together, and that of y."""
    k, weight = lowest(kind, a, b, c)
    total = 0.0
    while k < y:
        total += weight
        weight *= ratio(kind, k, a, b, c)
        k += 1.0
    return total, weight


@compiled
def above(kind: int, y: float, a: float, b: float, c: float) -> float:
    """Return the weights of all counts above y together."""
    k, weight = highest(kind, a, b, c)
    total = 0.0
    while k > y:
        total += weight
        k -= 1.0
        weight /= ratio(kind, k, a, b, c)
    return total


@compiled
def all_weights(kind: int, a: float, b: float, c: float) -> float:
    """Return the weights of all counts together."""
    top, _ = highest(kind, a, b, c)
    rest, weight = below(kind, top, a, b, c)
    return rest + weight


@compiled
def lattice_noise(kind: int, y: float, a: float, b: float, c: float, draw: float) -> float:
    """Return logistic noise of the count y."""
    less, mass = below(kind, y, a, b, c)
    more, whole = above(kind, y, a, b, c), all_weights(kind, a, b, c)
    return inside(less / whole, mass / whole, more / whole, draw)


@compiled
def lattice_quantile(kind: int, z: float, a: float, b: float, c: float) -> int:
    """Return the count at logistic noise z."""
    p, q = tails(z)
    whole = all_weights(kind, a, b, c)
    low, start = lowest(kind, a, b, c)
    high, weight = highest(kind, a, b, c)
    if p < q:
        k, total = low, start
        while total < p * whole and k < high:
            start *= ratio(kind, k, a, b, c)
            k += 1.0
            total += start
        return int(k)
    k, total = high, weight
    while total <= q * whole and k > low:
        k -= 1.0
        weight /= ratio(kind, k, a, b, c)
        total += weight
    return int(k)


@kernel()
def betabinomial_noise(y: float, n: float, alpha: float, beta: float, draw: float) -> float:
    """Return logistic noise of the beta-binomial count y.

    Parameters
    ----------
    y : float
        The count.
    n : float
        Trials, or the shape of the negative binomial.
    alpha : float
        First shape.
    beta : float
        Second shape.
    draw : float
        Logistic noise that chooses within the step of the cdf.
    """
    return lattice_noise(BETA_BINOMIAL, y, n, alpha, beta, draw)


@kernel("int64")
def betabinomial_quantile(z: float, n: float, alpha: float, beta: float) -> int:
    """Return the beta-binomial count at logistic noise z.

    Parameters
    ----------
    z : float
        Logistic noise: the logit of a probability.
    n : float
        Trials, or the shape of the negative binomial.
    alpha : float
        First shape.
    beta : float
        Second shape.
    """
    return lattice_quantile(BETA_BINOMIAL, z, n, alpha, beta)


@kernel()
def hypergeometric_noise(y: float, good: float, bad: float, n: float, draw: float) -> float:
    """Return logistic noise of the hypergeometric count y."""
    return lattice_noise(HYPERGEOMETRIC, y, good, bad, n, draw)


@kernel("int64")
def hypergeometric_quantile(z: float, good: float, bad: float, n: float) -> int:
    """Return the hypergeometric count at logistic noise z."""
    return lattice_quantile(HYPERGEOMETRIC, z, good, bad, n)
