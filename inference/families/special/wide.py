r"""Counts so spread out that their lattice no longer matters: the Cornish-Fisher series.

With standard deviation s and skewness of order 1 / s the series of the quantile to third order
(Cornish and Fisher 1938, doi:10.2307/1400905; Abramowitz and Stegun 26.2.49) leaves an error of
order 1 / s^2 counts, which beyond `WIDE` is far below one; and it takes the same time however large
the mean. The continued fractions take ever more steps there, and then no longer converge.
"""

import math

from .gamma import normal_guess
from .kernel import compiled

__all__ = ["is_wide", "whole", "wide_quantile", "wide_tails"]

WIDE = 1e4
ROOT_2 = 1.4142135623730950488
ROOT_2PI = 2.5066282746310005024
# The greatest double below 2^63.
GREATEST = 9223372036854774784.0


@compiled
def is_wide(sd: float, skew: float) -> bool:
    """Return whether the series does; `skew` is the skewness times the standard deviation.

    Parameters
    ----------
    sd : float
        Standard deviation.
    skew : float
        Skewness times the standard deviation.
    """
    return sd > WIDE and abs(skew) ** 3 < 1e-5 * sd * sd


@compiled
def normal_quantile(p: float, q: float) -> float:
    """Return the standard normal quantile of lower tail p and upper tail q = 1 - p."""
    small = min(p, q)
    t = abs(normal_guess(p, q))
    for _ in range(4):
        tail = 0.5 * math.erfc(t / ROOT_2)
        if not (tail > 0.0 and small > 0.0):
            break
        t += math.log(tail / small) * tail * ROOT_2PI * math.exp(0.5 * t * t)
    return -t if p < q else t


@compiled
def series(t: float, sd: float, skew: float, bend: float) -> tuple[float, float]:
    """Return the quantile at normal score t, less the mean, and its slope."""
    a, b = skew / 6.0, bend / (24.0 * sd)
    c = skew * skew / (36.0 * sd)
    value = t * sd + a * (t * t - 1.0) + b * (t * t - 3.0) * t - c * (2.0 * t * t - 5.0) * t
    slope = sd + 2.0 * a * t + b * (3.0 * t * t - 3.0) - c * (6.0 * t * t - 5.0)
    return value, slope


@compiled
def wide_quantile(p: float, q: float, mean: float, sd: float, skew: float, bend: float) -> float:
    """Return the least k with P(Y <= k) >= p; `bend` is the excess kurtosis times the variance.

    Parameters
    ----------
    p : float
        Lower tail.
    q : float
        Upper tail.
    mean : float
        Of the count.
    sd : float
        Standard deviation.
    skew : float
        Skewness times the standard deviation.
    bend : float
        Excess kurtosis times the variance.
    """
    value, _ = series(normal_quantile(p, q), sd, skew, bend)
    edge = mean + (value - 0.5)
    if not edge < GREATEST:  # above, machine code has no whole number
        return edge
    return max(math.ceil(edge), 0.0)


@compiled
def wide_tails(k: float, mean: float, sd: float, skew: float, bend: float) -> tuple[float, float]:
    """Return P(Y <= k) and P(Y > k).

    Parameters
    ----------
    k : float
        The count.
    mean : float
        Of the count.
    sd : float
        Standard deviation.
    skew : float
        Skewness times the standard deviation.
    bend : float
        Excess kurtosis times the variance.
    """
    target = (k - mean) + 0.5
    t = min(max(target / sd, -50.0), 50.0)
    for _ in range(4):
        value, slope = series(t, sd, skew, bend)
        t = min(max(t - (value - target) / slope, -50.0), 50.0)
    return 0.5 * math.erfc(-t / ROOT_2), 0.5 * math.erfc(t / ROOT_2)


@compiled
def whole(count: float) -> int:
    """Return `count` as an integer, or the greatest that a float and 64 bits hold."""
    return int(count) if count < GREATEST else int(GREATEST)
