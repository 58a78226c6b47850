"""The average of several models' posteriors, weighted by how well each predicts units left out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["mixed", "stacked"]

Floats = NDArray[np.float64]
# A weight below this is luck.
LEAST = 0.01


def stacked(log_likelihood: Mapping[str, Floats]) -> dict[str, float]:
    """Return the stacking weight of each model.

    Parameters
    ----------
    log_likelihood : mapping of str to array of shape (draw, unit)
        Of each model; the units are the same.

    Returns
    -------
    dict of str to float
        They sum to 1.

    References
    ----------
    .. [1] Yao et al. (2018), Bayesian Analysis 13, 917-1007. doi:10.1214/17-BA1091

    Examples
    --------
    >>> good, bad = np.full((50, 9), -1.0), np.full((50, 9), -3.0)
    >>> stacked({"good": good, "bad": bad})
    {'good': 1.0, 'bad': 0.0}
    """
    names = list(log_likelihood)
    if len(names) == 1:
        return {names[0]: 1.0}
    density = np.column_stack([_left_out(log_likelihood[n]) for n in names])
    density = np.exp(density - density.max(axis=1, keepdims=True))
    weights = np.full(len(names), 1 / len(names))
    for _ in range(500):  # the expectation-maximisation of a mixture whose parts are known
        share = density * weights
        weights = (share / share.sum(axis=1, keepdims=True)).mean(axis=0)
    weights = np.where(weights < LEAST, 0.0, weights)
    weights /= weights.sum()
    return {n: float(round(w, 3)) for n, w in zip(names, weights, strict=True)}


def _left_out(log_likelihood: Floats) -> Floats:
    """Return the log-density of each unit given the others, by smoothed importance weights."""
    from arviz_stats.base import array_stats

    found = log_likelihood[0].copy()
    # Where it is the same in all draws there is nothing to weigh, and no tail to smooth.
    varies = np.ptp(log_likelihood, axis=0) > 0
    if varies.any():
        by_unit = log_likelihood[:, varies].T
        smoothed, _ = array_stats.psislw(by_unit, axis=-1)
        total = np.logaddexp.reduce(smoothed, axis=1)
        found[varies] = np.logaddexp.reduce(smoothed + by_unit, axis=1) - total
    return found


def mixed(draws: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return draws of the average: of each model as many as its weight says.

    Parameters
    ----------
    draws : mapping of str to array of shape (draw, unit)
    weights : mapping of str to float

    Returns
    -------
    array of shape (draw, unit)

    Examples
    --------
    >>> mixed({"a": np.zeros((100, 1)), "b": np.ones((100, 1))}, {"a": 0.3, "b": 0.7}).mean()
    np.float64(0.7)
    """
    total = min(len(v) for v in draws.values())
    parts = []
    for name, values in draws.items():
        count = round(weights[name] * total)
        parts.append(values[np.linspace(0, len(values) - 1, count).round().astype(int)])
    return np.concatenate(parts)
