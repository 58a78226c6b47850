"""Group-sequential tests: critical values that hold the error of all looks together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ...errors import QueryError
from ...inputs.scalars import checked_choice, checked_number, checked_probability, positive_whole
from .passage import first_passage
from .rule import StoppingRule, checked_times

__all__ = ["KINDS", "Kind", "bounds", "group_sequential", "size"]

Kind = Literal["pocock", "obrien_fleming", "lan_demets_obrien_fleming", "lan_demets_pocock"]
KINDS = ("pocock", "obrien_fleming", "lan_demets_obrien_fleming", "lan_demets_pocock")
# No look spends less than this; its bound is then beyond 8.
LEAST = 1e-16
HIGHEST = 40.0
# 1.96 to all its digits: one look with it has a size of 0.05.
USUAL = 1.959963984540054


def bounds(
    looks: int,
    kind: Kind,
    alpha: float = 0.05,
    *,
    times: Sequence[float] | None = None,
    sides: Literal[1, 2] = 2,
) -> NDArray[np.float64]:
    r"""Return the critical value of the z-statistic at each look.

    Parameters
    ----------
    looks : int
        How many there are, the last one included.
    kind : {"pocock", "obrien_fleming", "lan_demets_obrien_fleming", "lan_demets_pocock"}
        The same value at each look; one that falls with the information as :math:`1/\sqrt{t}`; or
        what spends, by time `t`, the error of either side that
        :math:`2 - 2\Phi(z_{a/2}/\sqrt{t})` or :math:`a \ln(1 + (e - 1) t)` says.
    alpha : float
        The probability that any look rejects where there is no effect; over both sides together.
    times : sequence of float, optional
        Information at each look, as a share of the last one's; by default the looks are equally
        far apart. A Lan-DeMets bound does not depend on when later looks are, or on their number.
    sides : {1, 2}
        1 tests for a positive effect alone.

    Returns
    -------
    ndarray of shape (looks,)

    Raises
    ------
    QueryError
        If there is no such kind, `alpha` is no probability, or the times do not rise to 1.

    Notes
    -----
    Pocock (1977, doi:10.1093/biomet/64.2.191), O'Brien and Fleming (1979, doi:10.2307/2530245),
    Lan and DeMets (1983, doi:10.1093/biomet/70.3.659). Computed by recursive integration, to more
    than the four digits of published tables.

    Examples
    --------
    >>> bounds(5, "obrien_fleming").round(4).tolist()
    [4.5617, 3.2256, 2.6337, 2.2809, 2.0401]
    """
    looks = positive_whole("looks", looks)
    checked_choice("kind", kind, KINDS)
    checked_probability("alpha", alpha)
    checked_choice("sides", sides, (1, 2))
    time = checked_times(np.arange(1, looks + 1) / looks if times is None else times)
    if len(time) != looks:
        raise QueryError(f"times has {len(time)} values for {looks} looks")
    if kind.startswith("lan_demets"):
        return _spent(time, SPENDING[kind], alpha, sides)
    shape = np.ones(looks) if kind == "pocock" else 1 / np.sqrt(time)
    return shape * _root(lambda c: _error(time, c * shape, sides).sum() - alpha, HIGHEST)


def size(looks: int, bound: float = USUAL) -> float:
    """Return the probability that some look rejects, two-sided, where there is no effect.

    Parameters
    ----------
    looks : int
        Each with as many new units as the others.
    bound : float
        Critical value of each look; by default 1.96, to all its digits.

    Returns
    -------
    float

    Raises
    ------
    QueryError
        If `looks` is no count, or the bound is not positive.

    Notes
    -----
    Armitage, McPherson and Rowe (1969, doi:10.2307/2343787).

    Examples
    --------
    >>> round(size(10), 4)
    0.1934
    """
    looks = positive_whole("looks", looks)
    bound = checked_number("bound, a critical value,", bound, above=0, endless=True)
    return float(_error(np.arange(1, looks + 1) / looks, np.full(looks, float(bound)), 2).sum())


def group_sequential(
    looks: int,
    kind: Kind,
    alpha: float = 0.05,
    *,
    times: Sequence[float] | None = None,
    sides: Literal[1, 2] = 2,
) -> StoppingRule:
    """Return the stopping rule with these bounds.

    Parameters
    ----------
    looks, kind, alpha, times, sides
        As for `bounds`.

    Returns
    -------
    StoppingRule

    Examples
    --------
    >>> rule = group_sequential(5, "obrien_fleming")
    >>> round(rule.size, 4), round(rule.inflation(0.8), 3)
    (0.05, 1.028)
    """
    upper = bounds(looks, kind, alpha, times=times, sides=sides)
    time = np.arange(1, looks + 1) / looks if times is None else np.asarray(times, dtype=float)
    lower = -upper if sides == 2 else np.full(looks, -np.inf)
    return StoppingRule(tuple(time), tuple(upper), tuple(lower))


def _error(time: NDArray[Any], upper: NDArray[Any], sides: int) -> NDArray[np.float64]:
    """Return the error that each look adds."""
    lower = -upper if sides == 2 else np.full(len(upper), -np.inf)
    regions = [[pair] for pair in zip(lower.tolist(), upper.tolist(), strict=True)]
    return first_passage(time.tolist(), regions, 0.0)[:, :2].sum(axis=1)


def _root(excess: Callable[[float], float], end: float) -> float:
    return float(brentq(excess, 1e-6, end, xtol=1e-12))


def _spent(
    time: NDArray[Any], spending: Callable[..., Any], alpha: float, sides: int
) -> NDArray[np.float64]:
    """Return the bounds that spend the error, one look after the other."""
    due = np.diff(sides * spending(time, alpha / sides), prepend=0.0)
    found: list[float] = []
    for k in range(len(time)):
        if due[k] < LEAST:
            found.append(np.inf)
            continue

        def excess(c: float, k: int = k) -> float:
            upper = np.array([*found, c])
            return float(_error(time[: k + 1], upper, sides)[-1] - due[k])

        found.append(_root(excess, HIGHEST))
    return np.array(found)


def _like_obrien_fleming(time: NDArray[Any], a: float) -> Any:
    return 2 * ndtr(ndtri(a / 2) / np.sqrt(time))


def _like_pocock(time: NDArray[Any], a: float) -> Any:
    return a * np.log1p((math.e - 1) * time)


SPENDING: dict[str, Callable[..., Any]] = {
    "lan_demets_obrien_fleming": _like_obrien_fleming,
    "lan_demets_pocock": _like_pocock,
}
