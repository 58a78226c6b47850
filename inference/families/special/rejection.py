"""Counts drawn exactly, by transformed rejection, as fixed functions of a stream of numbers.

W. Hörmann, The transformed rejection method for generating Poisson random variables, 1993,
doi:10.1016/0167-6687(93)90997-4, and The generation of binomial random variates, 1993,
doi:10.1080/00949659308811496: two numbers a try, and nine tries in ten end with the first or the
second of two comparisons. The masses keep their relative accuracy, however large the counts.
"""

import math

import numpy as np

from .bits import unit
from .gamma import gamma_power
from .kernel import compiled

__all__ = ["halved", "poisson_count"]

TRIES = 1000
# Above it machine code has no whole number for a count, whose spread is then nothing beside it.
COUNTED = 9e18


@compiled
def halves(k: float, count: float) -> float:
    """Return the mass at k of `count` trials of chance one half, up to a factor.

    By Poisson counts: two of the same mean, given their sum, are binomial.
    """
    return gamma_power(k, 0.5 * count) * gamma_power(count - k, 0.5 * count)


@compiled
def halved(count: float, start: np.uint64) -> float:
    """Return how many of `count` trials of chance one half succeed, for 20 trials or more.

    Parameters
    ----------
    count : float
        Trials.
    start : uint64
        Of the stream of uniform numbers.
    """
    if not count < COUNTED:
        return 0.5 * count
    sd = 0.5 * math.sqrt(count)
    b = 1.15 + 2.53 * sd
    a = 0.0248 * b - 0.0823
    scale, sure, middle = (2.83 + 5.1 / b) * sd, 0.92 - 4.2 / b, 0.5 * count + 0.5
    k = middle
    for i in range(1, TRIES):
        u, v = unit(start, 2 * i) - 0.5, unit(start, 2 * i + 1)
        edge = 0.5 - abs(u)
        k = math.floor((2.0 * a / edge + b) * u + middle)
        if edge >= 0.07 and v <= sure:
            break
        if k < 0.0 or k > count:
            continue
        most = halves(float(math.floor(middle)), count)
        if v * scale * most <= (a / (edge * edge) + b) * halves(k, count):
            break
    return k


@compiled
def poisson_count(mean: float, start: np.uint64) -> float:
    """Return a Poisson count, for a mean of 10 or more.

    Parameters
    ----------
    mean : float
        Of the count.
    start : uint64
        Of the stream of uniform numbers.
    """
    if not mean < COUNTED:
        return mean
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = 0.02483 * b - 0.059
    scale, sure = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2.0)
    k = mean
    for i in range(1, TRIES):
        u, v = unit(start, 2 * i) - 0.5, unit(start, 2 * i + 1)
        edge = 0.5 - abs(u)
        k = math.floor((2.0 * a / edge + b) * u + mean + 0.43)
        if edge >= 0.07 and v <= sure:
            break
        if k >= 0.0 and v * scale <= (a / (edge * edge) + b) * gamma_power(k, mean):
            break
    return k
