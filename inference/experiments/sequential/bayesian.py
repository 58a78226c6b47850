"""Stopping by a posterior, as a rule on the z-statistic: so its error over all looks is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ...errors import QueryError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import are_finite, checked_number, checked_probability
from .rule import StoppingRule

__all__ = ["equivalence_rule", "expected_loss_rule", "posterior_rule"]

FAR = 40.0


def posterior_rule(
    se: ArrayLike, threshold: float = 0.95, *, prior_mean: float = 0.0, prior_sd: float = np.inf
) -> StoppingRule:
    r"""Return the rule that stops when the effect is positive, or negative, with a probability.

    Parameters
    ----------
    se : array of shape (looks,)
        Standard error of the effect's estimate at each look; it falls.
    threshold : float
        The posterior probability of one sign at which one stops.
    prior_mean, prior_sd : float
        Of the effect's normal prior; by default flat.

    Returns
    -------
    StoppingRule
        Its `size` is the frequentist error of the Bayesian rule, over all looks.

    Raises
    ------
    QueryError
        If the standard errors do not fall, the threshold is not above one half, or the prior has
        no positive standard deviation.

    Notes
    -----
    With a normal prior and a normal estimate the posterior is normal, and its probability of a
    sign rises with the z-statistic. A posterior probability has no guarantee under repeated looks
    (Rouder, 2014, doi:10.3758/s13423-014-0595-4, for what it does have).

    Examples
    --------
    >>> rule = posterior_rule(1 / np.sqrt(np.arange(1, 11)), 0.975)
    >>> round(rule.size, 4)
    0.1934
    """
    post = _Posterior(se, prior_mean, prior_sd)
    if not 0.5 < checked_probability("threshold", threshold) < 1:
        raise QueryError(f"threshold is a probability above one half, not {threshold!r}")
    far = ndtri(threshold) * post.sd
    return StoppingRule(post.times, tuple(post.z(far)), tuple(post.z(-far)))


def expected_loss_rule(
    se: ArrayLike, threshold: float, *, prior_mean: float = 0.0, prior_sd: float = np.inf
) -> StoppingRule:
    r"""Return the rule that stops when the better arm's expected loss is small.

    Parameters
    ----------
    se : array of shape (looks,)
        Standard error of the effect's estimate at each look; it falls.
    threshold : float
        The loss that one can bear, in the outcome's unit. Where the treatment is chosen its loss
        is :math:`\mathrm{E}[\max(0, -\theta)]`; where it is not, :math:`\mathrm{E}[\max(0,
        \theta)]`.
    prior_mean, prior_sd : float
        As for `posterior_rule`.

    Returns
    -------
    StoppingRule

    Raises
    ------
    QueryError
        As for `posterior_rule`, or if the threshold is not positive.

    Examples
    --------
    >>> rule = expected_loss_rule([1.0, 0.1], 0.05)
    >>> [round(b, 2) for b in rule.upper]
    [1.26, 0.0]
    """
    post = _Posterior(se, prior_mean, prior_sd)
    threshold = checked_number("threshold, a loss,", threshold, above=0)
    # Where even an effect of nought loses less than that, one stops for the better arm, whichever.
    far = np.array([_least_mean(float(threshold) / sd) * sd for sd in post.sd])
    return StoppingRule(post.times, tuple(post.z(far)), tuple(post.z(-far)))


def equivalence_rule(
    se: ArrayLike,
    region: float,
    mass: float = 0.95,
    *,
    prior_mean: float = 0.0,
    prior_sd: float = np.inf,
) -> StoppingRule:
    """Return the rule that stops when the interval is out of, or within, a region of equivalence.

    Parameters
    ----------
    se : array of shape (looks,)
        Standard error of the effect's estimate at each look; it falls.
    region : float
        Effects between minus this and plus this are equivalent to none in practice.
    mass : float
        Probability of the central posterior interval.
    prior_mean, prior_sd : float
        As for `posterior_rule`.

    Returns
    -------
    StoppingRule

    Raises
    ------
    QueryError
        As for `posterior_rule`, or if the region is not positive.

    Notes
    -----
    Kruschke (2018, doi:10.1177/2515245918771304).

    Examples
    --------
    >>> rule = equivalence_rule([0.2, 0.1, 0.05], region=0.1)
    >>> [round(high, 2) for _, high in rule.inner]
    [0.0, 0.0, 0.04]
    """
    post = _Posterior(se, prior_mean, prior_sd)
    region = checked_number("region, half the width of what is equivalent,", region, above=0)
    half = -ndtri((1 - checked_probability("mass", mass)) / 2) * post.sd
    room = np.maximum(region - half, 0.0)
    inner = tuple(zip(post.z(-room).tolist(), post.z(room).tolist(), strict=True))
    upper, lower = post.z(region + half), post.z(-region - half)
    return StoppingRule(post.times, tuple(upper), tuple(lower), inner)


class _Posterior:
    """The normal posterior at each look, and the z-statistic at which its mean is a given one."""

    def __init__(self, se: ArrayLike, mean: float, sd: float) -> None:
        found: Any = numbers(se)
        if found is None or found.ndim != 1 or not len(found):
            raise QueryError(f"se is the standard error at each look, not {shown(se)}")
        errors = found.astype(float)
        if not (errors > 0).all() or not are_finite(errors) or (np.diff(errors) >= 0).any():
            raise QueryError(
                f"standard errors are positive and fall with each look, not {shown(se)}"
            )
        mean = checked_number("prior_mean", mean)
        sd = checked_number("prior_sd, a standard deviation,", sd, above=0, endless=True)
        self.information = 1 / errors**2
        self.precision = self.information + 1 / float(sd) ** 2
        self.pull = float(mean) / float(sd) ** 2
        self.sd: NDArray[np.float64] = 1 / np.sqrt(self.precision)
        self.times = tuple((self.information / self.information[-1]).tolist())

    def z(self, mean: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((mean * self.precision - self.pull) / np.sqrt(self.information))


def _least_mean(loss: float) -> float:
    """Return the mean, in posterior sds, above which the expected loss is smaller."""

    def excess(x: float) -> float:
        return float(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) - x * ndtr(-x) - loss)

    return float(brentq(excess, 0.0, FAR)) if excess(0.0) > 0 > excess(FAR) else 0.0
