"""Counts moved from one law to another at once: a point of the count's interval, and its quantile.

The same answer as the noise of `counts` and its quantile in turn, without the logit between them.
"""

from .counts import BINOMIAL, NEGATIVE, POISSON, binomial_search, interval, placed, search, settled
from .gamma import tails
from .kernel import compiled, kernel

__all__ = ["binomial_move", "negative_move", "poisson_move"]

FAR = 1e-9


@compiled
def carried(kind: int, y: float, a: float, b: float, draw: float) -> tuple[float, float]:
    """Return the two tails of the point that `draw` takes in the interval of y."""
    below, mass, above = interval(kind, y, a, b)
    first, last = y == 0.0, kind == BINOMIAL and y == a
    if y < 1000.0 and (first or below > FAR) and (last or above > FAR) and mass > FAR:
        return placed(below, mass, above, draw)
    return tails(settled(kind, y, a, b, draw))


@compiled
def binomial_carried(y: float, n: float, p: float, draw: float) -> tuple[float, float]:
    """Return the tails of a binomial count, computed for the rarer outcome."""
    rare = p <= 0.5
    low, high = carried(
        BINOMIAL, y if rare else n - y, n, p if rare else 1.0 - p, draw if rare else -draw
    )
    return (low, high) if rare else (high, low)


@kernel("int64")
def poisson_move(y: float, mean: float, new: float, draw: float) -> int:
    """Return the Poisson count at `new` mean of the rank that y has at `mean`.

    Parameters
    ----------
    y : float
        The count.
    mean : float
        Of the count.
    new : float
        The new mean.
    draw : float
        Logistic noise that chooses within the step of the cdf.
    """
    if mean == new:
        return int(y)
    low, high = carried(POISSON, y, mean, 0.0, draw)
    return int(search(POISSON, low, high, new, 0.0))


@kernel("int64")
def binomial_move(y: float, n: float, p: float, m: float, q: float, draw: float) -> int:
    """Return the binomial count under (m, q) of the rank that y has under (n, p).

    Parameters
    ----------
    y : float
        The count.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    m : float
        The new n.
    q : float
        The new p.
    draw : float
        Logistic noise that chooses within the step of the cdf.
    """
    if n == m and p == q:
        return int(y)
    low, high = binomial_carried(y, n, p, draw)
    return int(binomial_search(low, high, m, q))


@kernel("int64")
def negative_move(y: float, n: float, p: float, m: float, q: float, draw: float) -> int:
    """Return the negative binomial count under (m, q) of the rank that y has under (n, p).

    Parameters
    ----------
    y : float
        The count.
    n : float
        Trials, or the shape of the negative binomial.
    p : float
        Chance of success.
    m : float
        The new n.
    q : float
        The new p.
    draw : float
        Logistic noise that chooses within the step of the cdf.
    """
    if n == m and p == q:
        return int(y)
    low, high = carried(NEGATIVE, y, n, p, draw)
    return int(search(NEGATIVE, low, high, m, q))
