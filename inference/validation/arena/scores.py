"""Scores of unit effects against the truth: error, coverage, order, calibration, and targeting."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ...estimators.unit_effects import UnitEffects

__all__ = ["BINS", "NO_SCORES", "mean_of_top", "score"]

Floats = NDArray[np.float64]
BINS = 10
TOP = 0.2


def score(
    found: UnitEffects, truth: Floats, *, cost: float = 0.0, value: float = 1.0
) -> dict[str, Any]:
    """Return the scores of one estimator on one case.

    Parameters
    ----------
    found : UnitEffects
    truth : array of shape (unit,)
        The true expected effects.
    cost, value : float
        Of treating a unit, and of one point of its outcome, in one currency.

    Returns
    -------
    dict
        ``true_ate``, ``ate``, ``ate_bias``, ``ate_covered`` (None without an interval); ``pehe``
        (root mean squared error of the unit effects); ``coverage`` and ``width`` of the units'
        intervals; ``correlation`` (Pearson) and ``rank_correlation`` (Spearman), 0 where the
        predictions are all equal; ``slope`` of the truth on the prediction, 1 where calibrated;
        ``lift`` of the fifth with the largest predictions over all units, and ``best_lift``, the
        largest there is; ``policy_value``, the gain per unit of treating where the prediction is
        worth more than the cost, and ``best_policy_value``; ``predicted_bins`` and ``true_bins``,
        the mean prediction and truth in tenths of the units by prediction.

    Examples
    --------
    >>> truth = np.array([-1.0, 0.0, 1.0, 2.0, 3.0])
    >>> scores = score(UnitEffects(mean=truth + 0.5, ate=1.5), truth)
    >>> scores["pehe"], scores["lift"], scores["policy_value"]
    (0.5, 2.0, 1.2)
    """
    mean, low, high = found.mean, found.low, found.high
    if len(mean) != len(truth):
        raise ValueError(f"{len(mean)} effects were estimated, and {len(truth)} were asked for")
    has_interval = not np.isnan(low).any() and not np.isnan(high).any()
    has_average = not np.isnan(found.ate_low)
    # Rounding of an answer that is exact (no effect where there is none) is no miss.
    slack = 1e-12 * (1.0 + np.abs(truth))
    inside = (low - slack <= truth) & (truth <= high + slack)
    true_ate = float(truth.mean())
    predicted, true = _bins(mean, truth)
    gain = truth * value - cost
    return {
        "true_ate": true_ate,
        "ate": found.ate,
        "ate_bias": found.ate - true_ate,
        "ate_covered": bool(found.ate_low <= true_ate <= found.ate_high) if has_average else None,
        "ate_width": found.ate_high - found.ate_low,
        "pehe": float(np.sqrt(np.mean((mean - truth) ** 2))),
        "coverage": float(inside.mean()) if has_interval else None,
        "width": float((high - low).mean()) if has_interval else None,
        "correlation": _correlation(mean, truth),
        "rank_correlation": _correlation(rankdata(mean), rankdata(truth)),
        "slope": _slope(mean, truth),
        "lift": mean_of_top(mean, truth) - true_ate,
        "best_lift": mean_of_top(truth, truth) - true_ate,
        "policy_value": float((gain * (mean * value > cost)).mean()),
        "best_policy_value": float(np.maximum(gain, 0.0).mean()),
        "predicted_bins": predicted,
        "true_bins": true,
    }


NO_SCORES = {
    "true_ate": None, "ate": None, "ate_bias": None, "ate_covered": None, "ate_width": None,
    "pehe": None, "coverage": None, "width": None, "correlation": None, "rank_correlation": None,
    "slope": None, "lift": None, "best_lift": None, "policy_value": None,
    "best_policy_value": None, "predicted_bins": [None] * BINS, "true_bins": [None] * BINS,
}  # fmt: skip


def mean_of_top(prediction: Floats, truth: Floats, share: float = TOP) -> float:
    """Return the mean true effect of the units with the largest predictions.

    Parameters
    ----------
    prediction, truth : array of shape (unit,)
    share : float
        How large a part of the units is taken. Of those that tie at its end each is taken in part,
        which is the expectation of drawing lots.

    Returns
    -------
    float

    Examples
    --------
    >>> mean_of_top(np.array([3.0, 1.0, 1.0, 0.0]), np.array([4.0, 0.0, 2.0, 9.0]), 0.5)
    2.5
    """
    count = max(1, round(share * len(truth)))
    end = np.sort(prediction)[-count]
    above, ties = prediction > end, prediction == end
    left = count - int(above.sum())
    return float((truth[above].sum() + left * truth[ties].mean()) / count)


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a**2).sum() * (b**2).sum())
    return float((a * b).sum() / size) if size > 0 else 0.0


def _slope(mean: Floats, truth: Floats) -> float | None:
    centred = mean - mean.mean()
    spread = float((centred**2).sum())
    if spread <= 1e-20 * (1.0 + float((mean**2).sum())):
        return None  # one prediction for all has no slope
    return float((centred * (truth - truth.mean())).sum() / spread)


def _bins(mean: Floats, truth: Floats) -> tuple[list[float | None], list[float | None]]:
    order = np.argsort(mean, kind="stable")
    parts = np.array_split(order, BINS)
    return tuple([float(v[p].mean()) if len(p) else None for p in parts] for v in (mean, truth))  # type: ignore[return-value]
