"""Random effects by moments and by restricted likelihood: one number for how effects differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import ndtri
from scipy.stats import chi2

from ...inputs.ci_prob import takes_ci_prob
from ...inputs.scalars import checked_probability
from .studies import checked_studies

__all__ = ["RandomEffects", "dersimonian_laird", "reml"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RandomEffects:
    """The mean of experiments' true effects, and how these differ.

    Attributes
    ----------
    estimate, se : float
        Of the mean effect.
    tau2 : float
        Variance of the true effects.
    q : float
        Cochran's statistic of no differences.
    p : float
        Of `q`.
    i2 : float
        Share of the estimates' variation that is not error.
    """

    estimate: float
    se: float
    tau2: float
    q: float
    p: float
    i2: float

    @takes_ci_prob
    def interval(self, ci_prob: float = 0.95) -> tuple[float, float]:
        """Return the interval of the mean effect."""
        half = float(ndtri((1 + checked_probability("ci_prob", ci_prob)) / 2)) * self.se
        return self.estimate - half, self.estimate + half


def dersimonian_laird(estimates: ArrayLike, errors: ArrayLike) -> RandomEffects:
    r"""Return the mean effect with the variance of effects by moments.

    Parameters
    ----------
    estimates, errors : array of shape (experiment,)
        Each experiment's effect and its standard error, in the outcome's unit.

    Returns
    -------
    RandomEffects

    Raises
    ------
    DataError
        If there are fewer than two experiments, or an error is not positive.

    Notes
    -----
    :math:`\tau^2 = \max(0, (Q - (k - 1)) / (\sum w - \sum w^2 / \sum w))` with
    :math:`w = 1 / s^2` (DerSimonian and Laird, 1986, doi:10.1016/0197-2456(86)90046-2).

    Examples
    --------
    >>> found = dersimonian_laird([0.0, 1.0], [0.1, 0.1])
    >>> round(found.tau2, 2), round(found.estimate, 2)
    (0.49, 0.5)
    """
    y, s = checked_studies(estimates, errors)
    weight = s**-2
    mean = weight @ y / weight.sum()
    excess = weight @ (y - mean) ** 2 - (len(y) - 1)
    return _with(y, s, max(0.0, float(excess / (weight.sum() - (weight**2).sum() / weight.sum()))))


def reml(estimates: ArrayLike, errors: ArrayLike) -> RandomEffects:
    """Return the mean effect with the variance of effects by restricted maximum likelihood.

    Parameters
    ----------
    estimates, errors : array of shape (experiment,)
        Each experiment's effect and its standard error, in the outcome's unit.

    Returns
    -------
    RandomEffects

    Raises
    ------
    DataError
        If there are fewer than two experiments, or an error is not positive.

    Notes
    -----
    Less biased than the moments where experiments differ much in size (Viechtbauer, 2005,
    doi:10.3102/10769986030003261).

    Examples
    --------
    >>> round(reml([0.0, 1.0], [0.1, 0.1]).tau2, 2)
    0.49
    """
    y, s = checked_studies(estimates, errors)
    top = float(np.ptp(y) ** 2 + (s**2).max())

    def loss(tau2: float) -> float:
        weight = 1 / (s**2 + tau2)
        mean = weight @ y / weight.sum()
        return float(weight @ (y - mean) ** 2 - np.log(weight).sum() + np.log(weight.sum()))

    options = {"xatol": 1e-12 * top}
    found: Any = minimize_scalar(loss, bounds=(0.0, top), method="bounded", options=options)
    return _with(y, s, 0.0 if loss(0.0) <= found.fun else float(found.x))


def _with(y: Floats, s: Floats, tau2: float) -> RandomEffects:
    fixed = s**-2
    q = float(fixed @ (y - fixed @ y / fixed.sum()) ** 2)
    weight = 1 / (s**2 + tau2)
    estimate, se = float(weight @ y / weight.sum()), float(weight.sum() ** -0.5)
    df = len(y) - 1
    share = max(0.0, (q - df) / q) if q > 0 else 0.0
    return RandomEffects(estimate, se, float(tau2), q, float(chi2.sf(q, df)), share)
