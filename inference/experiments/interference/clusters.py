"""Cluster randomisation: whole groups share an arm, and the analysis counts groups, not units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, t

from ...errors import DataError
from ...inputs.arrays import numbers, plain, shown
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.scalars import are_finite, checked_number, checked_probability
from ..assignment import assign
from ..inputs import labels_of, together

__all__ = ["assign_clusters", "cluster_test", "design_effect", "intraclass", "naive_size"]


def assign_clusters(
    cluster: ArrayLike, *, seed: int, shares: Sequence[float] = (0.5, 0.5)
) -> NDArray[np.int64]:
    """Return the arm of each unit, the same for all units of a cluster.

    Parameters
    ----------
    cluster : array of shape (unit,)
        Labels.
    seed : int
        Of all random numbers: the same seed gives the same result.
    shares : sequence of float
        Each arm's share of the clusters.

    Returns
    -------
    ndarray of shape (unit,)

    Raises
    ------
    DataError
        If a unit has no cluster (NaN), there are fewer clusters than arms, or shares are none.
    QueryError
        If `seed` is no whole number from 0 to 2**63 - 1.

    Examples
    --------
    >>> assign_clusters(["a", "a", "b", "b"], seed=1).sum().item()
    2
    """
    codes, number = _clusters(cluster)
    if number < (arms := plain(shares).size):
        raise DataError(f"{number} clusters cannot fill {arms} arms; make smaller clusters")
    return assign(number, seed=seed, shares=shares)[codes]


def design_effect(size: ArrayLike, correlation: float) -> float:
    r"""Return how many times the variance of a mean is that of independent units.

    .. math:: 1 + \left(\frac{\sum_c m_c^2}{\sum_c m_c} - 1\right) \rho

    Parameters
    ----------
    size : number or array of shape (cluster,)
        Units in each cluster, m; one number where all are equal, which gives 1 + (m - 1) rho.
        Unequal clusters count more.
    correlation : float
        Between two units of a cluster, rho, from -1 / (m - 1) to 1.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If sizes are not at least 1, or there is no such correlation.

    Notes
    -----
    Kish (1965), Survey Sampling; unequal sizes: Eldridge, Ashby and Kerry (2006),
    doi:10.1093/ije/dyl129.

    Examples
    --------
    >>> round(design_effect(50, 0.05), 2)
    3.45
    """
    m = numbers(size)
    if m is None or not m.size or not are_finite(m) or (m < 1).any():
        raise DataError(
            f"size is the number of units in each cluster, 1 or more, not {shown(size)}"
        )
    correlation = checked_number("correlation", correlation, DataError, least=-1, most=1)
    effect = 1 + ((m.astype(float) ** 2).sum() / m.sum() - 1) * correlation
    if effect < 0:
        raise DataError(
            f"no clusters of that size have a correlation of {correlation!r}; it is between "
            "-1 / (size - 1) and 1"
        )
    return float(effect)


def naive_size(effect: float, alpha: float = 0.05) -> float:
    """Return how often a test that takes units for independent rejects where nothing is true.

    Parameters
    ----------
    effect : float
        The design effect.
    alpha : float
        The size that the test claims, two-sided.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If `effect` is not above 0, or `alpha` no probability.

    Examples
    --------
    >>> round(naive_size(3.45), 2)
    0.29
    """
    alpha = checked_probability("alpha", alpha, DataError)
    effect = checked_number("the design effect", effect, DataError, above=0)
    return float(2 * norm.sf(norm.isf(alpha / 2) / np.sqrt(effect)))


def intraclass(outcome: ArrayLike, cluster: ArrayLike) -> float:
    """Return the correlation of two units of a cluster, by the analysis of variance.

    Parameters
    ----------
    outcome, cluster : array of shape (unit,)
        Within one arm, or after its effect was taken off.

    Returns
    -------
    float
        May be below 0.

    Raises
    ------
    DataError
        If there are fewer than two clusters, none has two units, or the outcome does not vary.

    Notes
    -----
    Donner (1986), doi:10.2307/1403259.

    Examples
    --------
    >>> round(intraclass([0.0, 1.0, 4.0, 5.0], [0, 0, 1, 1]), 4)
    0.9394
    """
    y, codes, number = _read(*together(outcome=outcome, cluster=cluster))
    m = np.bincount(codes)
    if number < 2 or m.max() < 2:
        raise DataError("a correlation needs two clusters or more, and one with two units or more")
    mean = np.bincount(codes, y) / m
    between = (m * (mean - y.mean()) ** 2).sum() / (number - 1)
    within = ((y - mean[codes]) ** 2).sum() / (len(y) - number)
    typical = (len(y) - (m**2).sum() / len(y)) / (number - 1)
    if between == 0 and within == 0:
        raise DataError("the outcome is the same for all units, so nothing correlates")
    return float((between - within) / (between + (typical - 1) * within))


@takes_ci_prob
def cluster_test(
    outcome: ArrayLike, arm: ArrayLike, cluster: ArrayLike, *, ci_prob: float = 0.95
) -> pd.DataFrame:
    """Return the difference of two arms, tested by clusters and, for comparison, by units.

    Parameters
    ----------
    outcome, arm, cluster : array of shape (unit,)
        The arm is 0 or 1, and the same for all units of a cluster.
    ci_prob : float
        Probability of the intervals.

    Returns
    -------
    pandas.DataFrame
        ``clusters``: the difference of the means over units, with the error of the clusters'
        totals around it and a t distribution, which holds for unequal clusters too; ``cluster
        means``: that of the means of clusters, each counted once; ``units``: the naive test,
        whose error is too small. Columns: ``value``, ``se``, ``df``, ``low``, ``high``, ``p``.

    Raises
    ------
    DataError
        If a cluster is in both arms, an arm has fewer than two clusters, the outcome does not vary
        between clusters, or arrays do not fit.

    Notes
    -----
    With equal clusters the first two are the same. Where clusters differ in size, the first is
    about the mean unit and the second about the mean cluster; they differ if effects go with
    size. Imai, King and Nall (2009), doi:10.1214/08-STS274.

    Examples
    --------
    >>> table = cluster_test(
    ...     [1, 2, 3, 5, 2, 2, 4, 9], [0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 2, 2, 3, 3]
    ... )
    >>> table.loc["clusters", "value"].item()
    1.5
    """
    share = checked_probability("ci_prob", ci_prob)
    outcome, arm, cluster = together(outcome=outcome, arm=arm, cluster=cluster)
    y, codes, number = _read(outcome, cluster)
    group = numbers(arm)
    if group is None or group.shape != y.shape or not np.isin(group, (0, 1)).all():
        raise DataError("arm is 0 or 1 for each unit")
    m = np.bincount(codes)
    treated = np.bincount(codes, group) / m
    if (mixed := (treated > 0) & (treated < 1)).any():
        raise DataError(
            f"{int(mixed.sum())} of {number} clusters have units in both arms; this test is for "
            "arms that whole clusters share"
        )
    for k in (0, 1):
        if (treated == k).sum() < 2:
            raise DataError(
                f"arm {k} has {int((treated == k).sum())} clusters; two or more in each arm tell "
                "how much clusters differ"
            )
    total = np.bincount(codes, y)
    rows = {
        "clusters": _difference(total, m.astype(float), treated, number),
        "cluster means": _difference(total / m, np.ones(number), treated, number),
        "units": _difference(y, np.ones(len(y)), group, len(y)),
    }
    table = pd.DataFrame(rows, index=["value", "se", "df"]).T
    if not rows["clusters"][1] > 0:
        raise DataError(
            "the outcome does not vary between clusters of an arm; nothing can be tested"
        )
    reach = t.ppf((1 + share) / 2, table["df"]) * table["se"]
    table["low"], table["high"] = table["value"] - reach, table["value"] + reach
    with np.errstate(divide="ignore"):
        table["p"] = 2 * t.sf(np.abs(table["value"] / table["se"]), table["df"])
    return table


def _difference(
    total: NDArray[np.float64], size: NDArray[np.float64], arm: NDArray[np.float64], number: int
) -> tuple[float, float, float]:
    """Return the difference of two ratios of totals to sizes, its error, and degrees of freedom."""
    value, variance = 0.0, 0.0
    for k, sign in ((0, -1.0), (1, 1.0)):
        mine = arm == k
        mean = total[mine].sum() / size[mine].sum()
        apart = total[mine] - mean * size[mine]
        n = int(mine.sum())
        value += sign * mean
        variance += n / (n - 1) * (apart**2).sum() / size[mine].sum() ** 2
    return value, float(np.sqrt(variance)), number - 2.0


def _read(
    outcome: ArrayLike, cluster: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int64], int]:
    codes, number = _clusters(cluster)
    y = numbers(outcome)
    if y is None or y.shape != codes.shape or not are_finite(y):
        raise DataError(
            f"outcome is a finite number for each unit, and cluster has {len(codes)} units; got "
            f"{shown(outcome)}"
        )
    return y.astype(float), codes, number


def _clusters(cluster: ArrayLike) -> tuple[NDArray[np.int64], int]:
    codes, levels = labels_of(cluster, "cluster")
    if not len(codes):
        raise DataError("cluster is one label for each unit, and there is no unit")
    return codes, len(levels)
