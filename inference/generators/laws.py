"""The laws of an outcome given its mean: how each is fitted and drawn."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

__all__ = ["LAWS", "Law", "drawn", "law_of", "mean_of", "slopes"]

Law = Literal["bernoulli", "normal", "lognormal", "negative_binomial"]
LAWS: tuple[Law, ...] = get_args(Law)

Floats = NDArray[np.float64]

FARTHEST = 30.0  # of a linear predictor whose exponential is taken
GREATEST_MEAN = 30.0  # of whole numbers that are counts rather than amounts


def law_of(values: Floats) -> Law:
    """Return the law that suits an outcome.

    Two values are a Bernoulli law; whole numbers from 0 with a small mean a negative binomial one;
    positive numbers a log-normal one where their logarithms are less skewed than they are
    themselves; all others a normal one.

    Parameters
    ----------
    values : ndarray of shape (unit,)

    Examples
    --------
    >>> law_of(np.array([0.0, 1.0, 1.0]))
    'bernoulli'
    >>> law_of(np.array([0.0, 3.0, 1.0, 2.0]))
    'negative_binomial'
    """
    if len(np.unique(values)) <= 2:
        return "bernoulli"
    whole = np.all(values == np.round(values)) and values.min() >= 0
    if whole and values.mean() <= GREATEST_MEAN:
        return "negative_binomial"
    if values.min() > 0 and abs(_skewness(np.log(values))) < abs(_skewness(values)) / 2:
        return "lognormal"
    return "normal"


def _skewness(values: Floats) -> float:
    centred = values - values.mean()
    return float(np.mean(centred**3) / max(np.mean(centred**2), 1e-300) ** 1.5)


def mean_of(law: Law, predictor: Floats, scale: float | Floats) -> Floats:
    """Return the mean of the outcome.

    Parameters
    ----------
    law : str
    predictor : ndarray of shape (unit,)
        Normal quantile of the probability, mean, mean of the logarithm, or logarithm of the mean.
    scale : float or ndarray of shape (unit,)
        Standard deviation, or that of the logarithm, or the size of a negative binomial law.
    """
    if law == "bernoulli":
        return np.asarray(ndtr(predictor))
    if law == "normal":
        return predictor
    if law == "lognormal":
        drift = np.asarray(scale, dtype=np.float64) ** 2 / 2
        predictor = predictor + drift
    found: Floats = np.exp(np.minimum(predictor, FARTHEST))
    return found


def drawn(law: Law, predictor: Floats, scale: float | Floats, rng: np.random.Generator) -> Floats:
    """Return outcomes, one for each predictor; the parameters are those of `mean_of`.

    Parameters
    ----------
    law : Law
    predictor : Floats
    scale : float or Floats
    rng : np.random.Generator
    """
    mean = mean_of(law, predictor, scale)
    if law == "bernoulli":
        return (rng.random(len(mean)) < mean).astype(np.float64)
    if law == "negative_binomial":
        return rng.poisson(rng.gamma(scale, mean / scale)).astype(np.float64)
    noise = scale * rng.standard_normal(len(mean))
    return np.exp(np.minimum(predictor + noise, FARTHEST)) if law == "lognormal" else mean + noise


def slopes(response: Floats, predictor: Floats, size: float) -> tuple[Floats, Floats]:
    """Return the slope of a count's log-likelihood in its predictor, and its expected curvature.

    Parameters
    ----------
    response : ndarray of shape (unit,)
        Of a negative binomial law.
    predictor : ndarray of shape (unit,)
        The logarithm of its mean.
    size : float
    """
    mean = np.exp(np.minimum(predictor, FARTHEST))
    weight = 1 / (1 + mean / size)
    return (response - mean) * weight, mean * weight
