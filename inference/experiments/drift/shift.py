"""Covariate shift: what one population says of another, by weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from ...errors import DataError
from ...inputs.arrays import numbers, shown
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.columns import names_of, read_columns
from ...inputs.optional import load
from ...inputs.scalars import are_finite, checked_probability
from ..inputs import together

__all__ = ["effective_fraction", "importance_weights", "reweighted"]


def importance_weights(
    source: Any, target: Any, columns: Sequence[str], *, squares: bool = True
) -> NDArray[np.float64]:
    r"""Return how much more likely each source unit is in the target population.

    A classifier that tells the two apart gives the ratio of their densities,
    :math:`w(x) = \frac{n_s}{n_t} \frac{P(target | x)}{P(source | x)}`.

    Parameters
    ----------
    source, target : pandas.DataFrame, xarray.Dataset or mapping
        Rows of the two populations.
    columns : sequence of str
        Numbers that both have, among which all that differs and matters.
    squares : bool
        Whether the log-odds are quadratic, which is exact for normal columns of different spread,
        or linear, which is for equal ones.

    Returns
    -------
    ndarray of shape (unit of source,)

    Raises
    ------
    DataError
        If columns are missing or no numbers, or the populations do not overlap.
    ExtraError
        If scikit-learn is not installed (the extra ``estimators``).

    Notes
    -----
    Shimodaira (2000), doi:10.1016/S0378-3758(00)00115-4; ratios by classification: Bickel, Brückner
    and Scheffer (2009), JMLR 10, 2137-2155. A logistic regression without penalty.

    Examples
    --------
    >>> x = np.linspace(-1.0, 1.0, 201)
    >>> weight = importance_weights({"x": x}, {"x": x}, ["x"])
    >>> bool(np.allclose(weight, 1.0, atol=1e-3))
    True
    """
    names = names_of(columns, "the weights are asked of the column")
    if not names:
        raise DataError("the weights are asked of no column; name those in which the two differ")
    frames = [
        read_columns(d, names, "the weights are asked of the column") for d in (source, target)
    ]
    tables = [_numeric(f) for f in frames]
    both = np.vstack(tables)
    if (spread := both.std(axis=0)).min() == 0:
        raise DataError(
            f"the column {names[int(spread.argmin())]!r} is the same for all units; leave it out"
        )
    z = (both - both.mean(axis=0)) / spread
    if squares:
        z = np.column_stack([z, z**2])
    label = np.repeat([0, 1], [len(t) for t in tables])
    model = load("sklearn.linear_model", "estimators").LogisticRegression(
        C=np.inf, max_iter=2_000, tol=1e-8
    )
    odds = model.fit(z, label).decision_function(z)
    if odds[label == 0].max() < odds[label == 1].min():
        raise DataError(
            f"{', '.join(names)} tell source and target apart without error, so no source unit is "
            "like the target; they do not overlap"
        )
    weight: NDArray[np.float64] = np.exp(odds[label == 0]) * len(tables[0]) / len(tables[1])
    return weight


def effective_fraction(weight: ArrayLike) -> float:
    r"""Return the share of units that as many of equal weight would be, by Kish's formula.

    .. math:: \frac{(\sum_i w_i)^2}{n \sum_i w_i^2}

    A normal column whose mean shifts by d standard deviations leaves :math:`e^{-d^2}`.

    Parameters
    ----------
    weight : array of shape (unit,)
        Importance weights, of any scale.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If weights are not finite, from 0 up, and one above 0.

    Examples
    --------
    >>> effective_fraction([1.0, 1.0, 0.0, 0.0])
    0.5
    """
    w = _weights(weight)
    return float(w.sum() ** 2 / (len(w) * (w**2).sum()))


@takes_ci_prob
def reweighted(outcome: ArrayLike, weight: ArrayLike, *, ci_prob: float = 0.95) -> pd.Series:
    """Return the mean of an outcome in the target population, by the source's weighted units.

    Parameters
    ----------
    outcome, weight : array of shape (unit,)
        Of the source.
    ci_prob : float
        Probability of the interval.

    Returns
    -------
    pandas.Series
        ``value``, the weighted mean; ``se``, of the ratio, as if weights were known; ``low`` and
        ``high``; and ``effective``, the number of units that it rests on.

    Raises
    ------
    DataError
        If there is not one finite outcome and weight for each unit.
    QueryError
        If `ci_prob` is no probability.

    Examples
    --------
    >>> float(reweighted([1.0, 3.0], [1.0, 3.0])["value"])
    2.5
    """
    z = norm.ppf((1 + checked_probability("ci_prob", ci_prob)) / 2)
    outcome, weight = together(outcome=outcome, weight=weight)
    w, y = _weights(weight), numbers(outcome)
    if y is None or y.shape != w.shape or not are_finite(y):
        raise DataError(
            f"outcome is a finite number for each of {len(w)} units, not {shown(outcome)}"
        )
    value = (w * y).sum() / w.sum()
    se = np.sqrt((w**2 * (y - value) ** 2).sum()) / w.sum()
    found = {"value": value, "se": se, "low": value - z * se, "high": value + z * se}
    return pd.Series(found | {"effective": effective_fraction(w) * len(w)})


def _weights(weight: ArrayLike) -> NDArray[np.float64]:
    w = numbers(weight)
    if w is None or w.ndim != 1 or not len(w) or not are_finite(w) or (w < 0).any():
        raise DataError(f"weights are finite numbers of 0 or more, one a unit, not {shown(weight)}")
    if not w.any():
        raise DataError("all weights are 0; the source has no unit that is like the target")
    return w.astype(float)


def _numeric(frame: pd.DataFrame) -> NDArray[np.float64]:
    for name in frame:
        if frame[name].dtype.kind not in "biuf":
            raise DataError(f"the column {name!r} holds no numbers; give indicators of its levels")
    return frame.to_numpy(dtype=float)
