"""The difference in means between two arms, with or without clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from ...errors import DataError
from ...inputs.arrays import numbers
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.scalars import are_finite, checked_probability, settle
from ..inputs import labels_of, together

__all__ = ["ArmEffect", "checked_arms", "checked_column", "cluster_codes", "difference"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ArmEffect:
    """The effect of an arm on an outcome's mean.

    Attributes
    ----------
    estimate, se : float
    df : float
        Degrees of freedom of the t-test.
    units : int
        What the estimate is of.
    variance_left : float
        Variance of the estimate over that of the plain difference in means; 1 for that itself.

    Examples
    --------
    >>> effect = ArmEffect(1.0, 0.5, df=np.inf, units=100)
    >>> round(effect.p, 4), [round(e, 2) for e in effect.interval()]
    (0.0455, [0.02, 1.98])
    """

    estimate: float
    se: float
    df: float
    units: int
    variance_left: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no effect is, such as one that overflowed."""
        positive = {"above": 0.0}
        settle(self, DataError, estimate={}, se=positive, variance_left=positive)
        settle(self, DataError, df={"above": 0.0, "endless": True})

    @property
    def p(self) -> float:
        """Two-sided, of no effect."""
        return float(2 * student.sf(abs(self.estimate / self.se), self.df))

    @property
    def users_factor(self) -> float:
        """How many times the units the plain difference would need for the same error."""
        return 1 / self.variance_left

    @takes_ci_prob
    def interval(self, ci_prob: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval."""
        half = float(
            student.ppf((1 + checked_probability("ci_prob", ci_prob)) / 2, self.df) * self.se
        )
        return self.estimate - half, self.estimate + half


def difference(
    outcome: ArrayLike, arm: ArrayLike, *, cluster: ArrayLike | None = None
) -> ArmEffect:
    r"""Return the difference in means between two arms, by Welch's test.

    Parameters
    ----------
    outcome : array of shape (unit,)
        What is missing (NaN) is refused: leaving it out may undo the randomisation.
    arm : array of shape (unit,)
        0 or 1.
    cluster : array of shape (unit,), optional
        Labels of what was assigned as a whole, of any sizes. The errors are then those of the
        clusters' totals, with as many degrees of freedom as clusters less two.

    Returns
    -------
    ArmEffect

    Raises
    ------
    DataError
        If a value is missing, an arm has fewer than two units or clusters, the outcome does not
        vary, or a cluster is in both arms.

    Notes
    -----
    With clusters, the residuals' totals by cluster :math:`e_g` give the variance
    :math:`\sum_g e_g^2 / n_a^2 \cdot G_a / (G_a - 1)` of an arm's mean (Liang and Zeger, 1986,
    doi:10.1093/biomet/73.1.13), whatever the clusters' sizes.

    Examples
    --------
    >>> effect = difference([1.0, 3.0, 2.0, 4.0], [0, 0, 1, 1])
    >>> round(effect.estimate, 2), round(effect.se, 4)
    (1.0, 1.4142)
    """
    outcome, arm, cluster = together(outcome=outcome, arm=arm, cluster=cluster)
    y, group = checked_column(outcome, "the outcome"), checked_arms(arm)
    if len(y) != len(group):
        raise DataError(f"the outcome has {len(y)} values, and the arms are of {len(group)} units")
    if cluster is not None:
        return _of_clusters(y, group, cluster_codes(cluster, group))
    n = np.bincount(group)
    if n.min() < 2:
        raise DataError("an arm has one unit, whose variance nobody knows; two at least")
    means = np.bincount(group, y) / n
    parts = np.bincount(group, (y - means[group]) ** 2) / (n - 1) / n
    if parts.sum() <= 0:
        raise DataError("the outcome does not vary within the arms, so there is nothing to test")
    df = parts.sum() ** 2 / (parts**2 / (n - 1)).sum()
    return ArmEffect(float(means[1] - means[0]), float(np.sqrt(parts.sum())), float(df), len(y))


def _of_clusters(y: Floats, group: NDArray[np.int64], codes: NDArray[np.int64]) -> ArmEffect:
    n = np.bincount(group)
    means = np.bincount(group, y) / n
    totals = np.bincount(codes, y - means[group])
    of = np.zeros(len(totals), dtype=int)
    of[codes] = group
    count = np.bincount(of, minlength=2)
    if count.min() < 2:
        raise DataError("an arm has one cluster, whose variance nobody knows; two at least")
    parts = np.bincount(of, totals**2) / n**2 * count / (count - 1)
    if parts.sum() <= 0:
        raise DataError("the outcome does not vary between clusters; there is nothing to test")
    effect = float(means[1] - means[0])
    return ArmEffect(effect, float(np.sqrt(parts.sum())), float(count.sum() - 2), len(y))


def checked_column(values: ArrayLike, name: str) -> Floats:
    """Return a finite number a unit, or raise a `DataError`.

    Parameters
    ----------
    values : array_like
    name : str
    """
    found: Any = numbers(values)
    if found is None or found.ndim != 1 or not len(found):
        raise DataError(f"{name} is one number for each unit")
    column: Floats = found.astype(float)
    if bad := int((~np.isfinite(column)).sum()):
        raise DataError(
            f"{name} is missing or infinite for {bad} of {len(column)} units; say what they are "
            "worth, since leaving them out may undo the randomisation"
        )
    if not are_finite(column):
        raise DataError(f"{name} is so large that its square is infinite; give it in another unit")
    return column


def checked_arms(arm: ArrayLike) -> NDArray[np.int64]:
    """Return the arms, 0 and 1, with units in both, or raise a `DataError`."""
    found: Any = numbers(arm)
    if found is None or found.ndim != 1 or not set(np.unique(found).tolist()) <= {0, 1}:
        raise DataError("arm is 0 or 1 for each unit")
    codes = found.astype(np.int64)
    if len(np.unique(codes)) < 2:
        raise DataError("all units are in one arm; there is nothing to compare with")
    return codes


def cluster_codes(cluster: ArrayLike, group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of each unit's cluster, or raise a `DataError`.

    Parameters
    ----------
    cluster : array_like
    group : ndarray
    """
    codes, levels = labels_of(cluster, "cluster", len(group))
    treated = np.bincount(codes, group)
    size = np.bincount(codes)
    if mixed := int(((treated > 0) & (treated < size)).sum()):
        raise DataError(
            f"{mixed} of {len(levels)} clusters have units in both arms; clusters are assigned as "
            "a whole, or they are strata"
        )
    return codes
