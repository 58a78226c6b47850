r"""Counts as points of a unit-rate Poisson process below their mean, and as thinned trials.

A seed fixes the whole process. Where a count y was seen below a mean m (the anchor), the y points
lie uniformly on [0, m]: fewer are below a smaller mean (thinning), and beyond m the process goes on
afresh, by exponential gaps for `BLOCK` and then by segments of doubling length, each with a Poisson
number of points. Within an interval of more than `FEW` points the number in the left half is
binomial, and so on down. All of it is exact in law and a fixed function of (seed, anchor), so that
any number of worlds share one process, at a cost that grows with the logarithm of the mean. (J. F.
C. Kingman, *Poisson Processes*, 1993, ISBN 978-0-19-853693-2, sections 2.2 and 2.4.)
"""

import math

import numpy as np

from .bits import mix, state, unit
from .gamma import gamma_move, gamma_quantile
from .kernel import compiled, kernel
from .rejection import halved, poisson_count
from .wide import whole

__all__ = [
    "negative_gamma",
    "negative_process",
    "negative_regrown",
    "poisson_process",
    "trials_process",
]

BLOCK = 32.0
FEW = 32.0
SAME = 1e-12


@compiled
def points_within(count: float, part: float, start: np.uint64) -> float:
    """Return how many of `count` uniform points on [0, 1] lie below `part`."""
    if part >= 1.0:
        return count
    total, node = 0.0, start
    while count > FEW:
        left = halved(count, node)
        right = part >= 0.5
        if right:
            total += left
        count = count - left if right else left
        part = 2.0 * part - 1.0 if right else 2.0 * part
        node = mix(node + np.uint64(2 if right else 1))
    for i in range(1, int(count) + 1):
        if unit(node, i) < part:
            total += 1.0
    return total


@compiled
def points_beyond(length: float, start: np.uint64) -> float:
    """Return how many points of a fresh unit-rate process lie within `length` of its start."""
    if length == math.inf:  # no segment would reach so far
        return length
    reach = min(length, BLOCK)
    floor, product, total = math.exp(-reach), unit(start, 0), 0.0
    for i in range(1, 4):  # without a branch, which a processor would guess wrong half of the time
        if product >= floor:
            total += 1.0
        product *= unit(start, i)
    while product >= floor:
        total += 1.0
        product *= unit(start, int(total))
    left, size = length - BLOCK, 2.0 * BLOCK
    node = start
    while left > 0.0:
        node = mix(node + np.uint64(3))
        total += points_within(poisson_count(size, node), left / size, mix(node))
        left -= size
        size *= 2.0
    return total


@compiled
def points(count: float, anchor: float, seed: float, mean: float) -> float:
    """Return how many points lie below `mean`, when `count` were seen below `anchor`."""
    if abs(mean - anchor) <= SAME * anchor:
        return count
    if mean < anchor:
        return points_within(count, mean / anchor, state(seed, 1)) if count > 0.0 else 0.0
    return count + points_beyond(mean - anchor, state(seed, 2))


@compiled
def normal_draw(start: np.uint64, counter: int) -> float:
    """Return a standard normal draw (Box and Muller 1958, doi:10.1214/aoms/1177706645)."""
    radius = math.sqrt(-2.0 * math.log(unit(start, counter)))
    return radius * math.cos(6.283185307179586477 * unit(start, counter + 1))


@compiled
def gamma_draw(shape: float, start: np.uint64) -> float:
    """Return a standard gamma draw (Marsaglia and Tsang 2000, doi:10.1145/358407.358414)."""
    raised = shape if shape >= 1.0 else shape + 1.0
    d = raised - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    value = d
    for i in range(1, 1000):
        x = normal_draw(start, 3 * i)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        u = unit(start, 3 * i + 2)
        if u < 1.0 - 0.0331 * (x * x) * (x * x):
            value = d * v
            break
        if math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
            value = d * v
            break
    if shape < 1.0:
        value *= math.pow(unit(start, 1), 1.0 / shape)
    return value


_gamma_move, _gamma_quantile = gamma_move.scalar, gamma_quantile.scalar


@compiled
def moved_gamma(gamma: float, shape: float, new: float) -> float:
    """Return the standard gamma of shape `new` at the rank that `gamma` has under `shape`."""
    if abs(new - shape) <= SAME * shape:
        return gamma
    return _gamma_move(gamma, shape, new)


@kernel("int64", by_numpy=True)
def poisson_process(count: float, anchor: float, seed: float, mean: float) -> int:
    """Return the Poisson count at `mean` of the process seen as `count` below `anchor`.

    Parameters
    ----------
    count : float
        Points that were seen.
    anchor : float
        Mean, or chance, at which they were seen.
    seed : float
        Of the stream of uniform numbers.
    mean : float
        Of the count.
    """
    return whole(points(count, anchor, seed, mean))


@compiled
def behind(y: float, n: float, p: float, seed: float) -> float:
    """Return the standard gamma behind the negative binomial count y, drawn given y."""
    return max(gamma_draw(n + y, state(seed, 4)) * p, 1e-300)


@kernel()
def negative_gamma(y: float, n: float, p: float, seed: float) -> float:
    """Return the standard gamma behind the negative binomial count y, drawn given y.

    Parameters
    ----------
    y : float
        The count.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    seed : float
        Of the stream of uniform numbers.
    """
    return behind(y, n, p, seed)


@kernel("int64")
def negative_regrown(y: float, n: float, p: float, seed: float, m: float, q: float) -> int:
    """Return the count at (m, q) of the process seen as y at (n, p).

    The same as `negative_gamma` and `negative_process` in turn; with a common n a smaller mean
    thins the same points whatever the gamma, which then is not drawn.

    Parameters
    ----------
    y : float
        The count.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    seed : float
        Of the stream of uniform numbers.
    m : float
        The new n.
    q : float
        The new p.
    """
    if n == m and p == q:
        return int(y)
    old, new = (1.0 - p) / p, (1.0 - q) / q
    common = abs(m - n) <= SAME * n
    if common and new <= old * (1.0 + SAME):
        return whole(points(y, old, seed, new))
    gamma = behind(y, n, p, seed)
    return whole(points(y, gamma * old, seed, moved_gamma(gamma, n, m) * new))


@kernel("int64")
def negative_process(
    gamma: float, shape: float, count: float, anchor: float, seed: float, n: float, p: float
) -> int:
    """Return the negative binomial count at (n, p); a zero `shape` means nothing was seen.

    Parameters
    ----------
    gamma : float
        Standard gamma behind the count.
    shape : float
        Of `gamma`; zero where nothing was seen.
    count : float
        Points that were seen.
    anchor : float
        Mean, or chance, at which they were seen.
    seed : float
        Of the stream of uniform numbers.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    """
    if shape == 0.0:
        u = unit(state(seed, 4), 0)
        gamma = _gamma_quantile(math.log(u) - math.log1p(-u), n)
    else:
        gamma = moved_gamma(gamma, shape, n)
    mean = gamma * ((1.0 - p) / p)
    return whole(points(count, anchor, seed, mean))


@kernel("int64")
def trials_process(
    count: float, trials: float, anchor: float, seed: float, n: float, p: float
) -> int:
    """Return the successes among n trials at chance p, when `count` of `trials` had `anchor`.

    Parameters
    ----------
    count : float
        Points that were seen.
    trials : float
        Of which `count` succeeded.
    anchor : float
        Mean, or chance, at which they were seen.
    seed : float
        Of the stream of uniform numbers.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    """
    if abs(p - anchor) <= SAME * anchor:
        p = anchor
    start = state(seed, 6)
    left, total = count, 0
    for i in range(int(n)):
        chance = p
        if i < trials:
            hit = unit(start, 2 * i) * (trials - i) < left
            if hit:
                left -= 1.0
                chance = p / anchor if p < anchor else 1.0
            else:
                chance = (p - anchor) / (1.0 - anchor) if p > anchor else 0.0
        if unit(start, 2 * i + 1) < chance:
            total += 1
    return total
