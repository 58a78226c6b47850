"""Rows whose numbers come one after the other: time series, and counts that share a total."""

import math
from typing import Any

import numpy as np

from .counts import binomial_quantile
from .lattice import betabinomial_quantile
from .rows import row_kernel

__all__ = ["betabinomials", "binomials", "garch_noise", "garch_values", "innovations", "recursion"]

_binomial, _betabinomial = binomial_quantile.scalar, betabinomial_quantile.scalar


@row_kernel("(t),(p)->(t)", "float64")
def recursion(shocks: Any, weights: Any, out: Any = None) -> Any:
    """Return the series in which each shock adds to the weighted values before it, latest first.

    The first values, as many as there are weights, are their shocks.

    Parameters
    ----------
    shocks : ndarray
        One a step.
    weights : ndarray
        Of the values before, latest first.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty(shocks.size, np.float64)
    order = weights.size
    for t in range(shocks.size):
        value = shocks[t]
        if t >= order:
            for i in range(order):
                value += weights[i] * out[t - 1 - i]
        out[t] = value
    return out


@row_kernel("(t),(p)->(t)", "float64")
def innovations(values: Any, weights: Any, out: Any = None) -> Any:
    """Return the shocks behind such a series.

    Parameters
    ----------
    values : ndarray
        The series.
    weights : ndarray
        Of the values before, latest first.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty(values.size, np.float64)
    order = weights.size
    for t in range(values.size):
        shock = values[t]
        if t >= order:
            for i in range(order):
                shock -= weights[i] * values[t - 1 - i]
        out[t] = shock
    return out


@row_kernel("(t),(),(),(),()->(t)", "float64")
def garch_values(noise: Any, omega: Any, alpha: Any, beta: Any, first: Any, out: Any = None) -> Any:
    """Return the GARCH(1, 1) series of this noise, whose spread begins at `first`.

    Parameters
    ----------
    noise : ndarray
        Standard normal or logistic noise, one a step.
    omega : ndarray
        Constant of the variance.
    alpha : ndarray
        Weight of the last squared value.
    beta : ndarray
        Weight of the last variance.
    first : ndarray
        Spread at the start.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty(noise.size, np.float64)
    spread = first[()]
    for t in range(noise.size):
        value = spread * noise[t]
        spread = math.sqrt(omega[()] + alpha[()] * value * value + beta[()] * spread * spread)
        out[t] = value
    return out


@row_kernel("(t),(),(),(),()->(t)", "float64")
def garch_noise(values: Any, omega: Any, alpha: Any, beta: Any, first: Any, out: Any = None) -> Any:
    """Return the noise behind a GARCH(1, 1) series.

    Parameters
    ----------
    values : ndarray
        The series.
    omega : ndarray
        Constant of the variance.
    alpha : ndarray
        Weight of the last squared value.
    beta : ndarray
        Weight of the last variance.
    first : ndarray
        Spread at the start.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty(values.size, np.float64)
    spread = first[()]
    for t in range(values.size):
        value = values[t]
        out[t] = value / spread
        spread = math.sqrt(omega[()] + alpha[()] * value * value + beta[()] * spread * spread)
    return out


@row_kernel("(k),(),(k)->(k)", "float64")
def binomials(noise: Any, n: Any, chances: Any, out: Any = None) -> Any:
    """Return multinomial counts: each a binomial of what those before it left.

    Parameters
    ----------
    noise : ndarray
        Standard normal or logistic noise, one a step.
    n : ndarray
        Trials.
    chances : ndarray
        One a category.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty(noise.size, np.float64)
    total, last = 0.0, noise.size - 1
    for j in range(noise.size):
        total += chances[last - j]
        out[last - j] = total
    left = n[()]
    for k in range(last):
        if chances[k] < out[k]:
            count = float(_binomial(noise[k], left, chances[k] / out[k])) if left > 0.0 else 0.0
        else:
            count = left
        out[k] = count
        left -= count
    out[last] = left
    return out


@row_kernel("(k),(),(k)->(k)", "float64")
def betabinomials(noise: Any, n: Any, shapes: Any, out: Any = None) -> Any:
    """Return Dirichlet-multinomial counts: each a beta-binomial of what those before it left.

    Parameters
    ----------
    noise : ndarray
        Standard normal or logistic noise, one a step.
    n : ndarray
        Trials.
    shapes : ndarray
        One a category.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty(noise.size, np.float64)
    total, last = 0.0, noise.size - 1
    for j in range(noise.size):
        out[last - j] = total
        total += shapes[last - j]
    left = n[()]
    for k in range(last):
        count = float(_betabinomial(noise[k], left, shapes[k], out[k])) if left > 0.0 else 0.0
        out[k] = count
        left -= count
    out[last] = left
    return out
