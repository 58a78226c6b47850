"""CUPED: what was known before takes its part out of the variance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import DataError
from ...inputs.arrays import numbers
from ..inputs import together
from .difference import ArmEffect, checked_arms, checked_column, cluster_codes, difference

__all__ = ["cuped", "cuped_outcome"]

Floats = NDArray[np.float64]


def cuped_outcome(
    outcome: ArrayLike, before: ArrayLike, arm: ArrayLike | None = None
) -> tuple[Floats, float]:
    r"""Return the outcome less what a measure from before says of it, and how much that is.

    Parameters
    ----------
    outcome : array of shape (unit,)
        The outcome of each unit, in its own unit of measure.
    before : array of shape (unit,)
        Measured before the assignment, which therefore cannot move it.
    arm : array of shape (unit,), optional
        With it the slope is that within arms, which a large effect does not disturb.

    Returns
    -------
    adjusted : ndarray of shape (unit,)
        With the mean of the outcome; any query or test takes it in its place.
    slope : float

    Raises
    ------
    DataError
        If a value is missing, or `before` does not vary.

    Notes
    -----
    :math:`y - \theta (x - \bar x)` with :math:`\theta = \mathrm{cov}(y, x) / \mathrm{var}(x)` has
    the same effect, and the variance times :math:`1 - \rho^2` (Deng et al., 2013,
    doi:10.1145/2433396.2433413).

    Examples
    --------
    >>> adjusted, slope = cuped_outcome([1.0, 2.0, 4.0], [1.0, 2.0, 3.0])
    >>> round(slope, 2), adjusted.round(3).tolist()
    (1.5, [2.5, 2.0, 2.5])
    """
    outcome, before, arm = together(outcome=outcome, before=before, arm=arm)
    y, x = checked_column(outcome, "the outcome"), checked_column(before, "what was before")
    if len(y) != len(x):
        raise DataError(f"the outcome has {len(y)} values, and what was before {len(x)}")
    v, w = y, x
    if arm is not None:
        group = checked_arms(arm)
        if len(group) != len(y):
            raise DataError(f"the outcome has {len(y)} values, and the arms are of {len(group)}")
        v, w = (c - (np.bincount(group, c) / np.bincount(group))[group] for c in (y, x))
    power = float(((w - w.mean()) ** 2).sum())
    if power <= 1e-12 * float((x**2).sum()):
        raise DataError("what was before does not vary, so it explains nothing; leave it out")
    slope = float(((v - v.mean()) * (w - w.mean())).sum() / power)
    return y - slope * (x - x.mean()), slope


def cuped(
    outcome: ArrayLike,
    arm: ArrayLike,
    before: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
) -> ArmEffect:
    r"""Return the effect of an arm, adjusted for one or more measures from before.

    Parameters
    ----------
    outcome : array of shape (unit,)
        The outcome of each unit, in its own unit of measure.
    arm : array of shape (unit,)
        0 or 1.
    before : array of shape (unit,) or (unit, covariate)
        What was measured of each unit before the experiment.
    cluster : array of shape (unit,), optional
        Labels of what was assigned as a whole.

    Returns
    -------
    ArmEffect
        Its `variance_left` is against the plain difference.

    Raises
    ------
    DataError
        If a value is missing, or a covariate does not vary or is told by the others.

    Notes
    -----
    The coefficient of the arm in a least-squares regression on it, on the covariates less their
    means, and on the products of the two, with errors robust to heteroscedasticity (HC2, or by
    clusters): no worse than the plain difference in large samples, whatever the truth (Lin, 2013,
    doi:10.1214/12-AOAS583).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> arm, x = np.arange(400) % 2, rng.normal(size=400)
    >>> effect = cuped(arm + 2 * x + rng.normal(size=400), arm, x)
    >>> 0.1 < effect.variance_left < 0.3
    True
    """
    outcome, arm, before, cluster = together(
        outcome=outcome, arm=arm, before=before, cluster=cluster
    )
    y, group = checked_column(outcome, "the outcome"), checked_arms(arm)
    given: Any = numbers(before)
    if given is None or given.ndim not in (1, 2) or len(given) != len(y):
        raise DataError(f"what was before has one number, or one row of them, a unit, of {len(y)}")
    x = np.column_stack([checked_column(c, "what was before") for c in np.atleast_2d(given.T)])
    if (x.std(axis=0) <= 1e-12 * np.abs(x).max(axis=0)).any():
        raise DataError("a covariate does not vary, so it explains nothing; leave it out")
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    plain = difference(y, group, cluster=cluster)
    design = np.column_stack([np.ones(len(y)), group, x, group[:, None] * x])
    if min(np.bincount(group)) < x.shape[1] + 2:
        raise DataError("an arm has fewer units than there are covariates; leave some out")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise DataError("a covariate is told by the others, or by the arm; leave one out")
    inverse = np.linalg.inv(design.T @ design)
    slopes = inverse @ design.T @ y
    left = y - design @ slopes
    toward = design @ inverse[1]
    if cluster is None:
        leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
        variance = float((toward**2 * left**2 / (1 - leverage)).sum())
        df = float(len(y) - design.shape[1])
    else:
        codes = cluster_codes(cluster, group)
        totals = np.bincount(codes, toward * left)
        count = len(totals)
        variance, df = float((totals**2).sum() * count / (count - 1)), float(count - 2)
    if variance <= 0:
        raise DataError("what was before tells the outcome to the last digit; nothing is left")
    return ArmEffect(float(slopes[1]), variance**0.5, df, len(y), variance / plain.se**2)
