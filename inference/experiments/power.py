"""Power, sample size and assurance of two arms, in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ..errors import QueryError
from ..inputs.arrays import numbers, shown
from ..inputs.scalars import are_finite, checked_number, checked_probability

__all__ = ["assurance", "assured_units", "detectable_effect", "power", "sample_size"]


def power(
    effect: float, sd: float, units: float, alpha: float = 0.05, *, share: float = 0.5
) -> float:
    """Return the probability that two arms differ significantly, in the right direction.

    Parameters
    ----------
    effect : float
        True difference in means.
    sd : float
        Of the outcome within an arm, in the same unit.
    units : float
        Of both arms together.
    alpha : float
        Two-sided size of the test.
    share : float
        Of the units that are treated.

    Returns
    -------
    float

    Raises
    ------
    QueryError
        If a number has no meaning.

    Notes
    -----
    By the normal distribution, which holds from about thirty units on. `simulate_trials` has the
    power of any design and analysis.

    Examples
    --------
    >>> round(power(0.5, 1.0, 128), 3)
    0.807
    """
    se = _se(sd, units, share)
    return float(ndtr(abs(checked_number("effect", effect)) / se - _critical(alpha)))


def sample_size(
    effect: float,
    sd: float,
    power: float = 0.8,
    alpha: float = 0.05,
    *,
    share: float = 0.5,
    explained: float = 0.0,
    inflation: float = 1.0,
) -> float:
    r"""Return how many units two arms need together; round it up.

    Parameters
    ----------
    effect, sd, alpha, share
        As for `power`.
    power : float
        The probability to find the effect, between 0 and 1.
    explained : float
        Share of the outcome's variance that covariates explain, which the analysis adjusts for.
    inflation : float
        Of a stopping rule, as `StoppingRule.inflation` gives it, or a design effect of clusters.

    Returns
    -------
    float

    Notes
    -----
    .. math:: n = \frac{(z_{\alpha/2} + z_{\beta})^2 \sigma^2 (1 - R^2)}{s (1 - s) \delta^2}.

    Examples
    --------
    >>> round(sample_size(0.5, 1.0), 1)
    125.6
    """
    effect = checked_number("effect", effect)
    if effect**2 == 0:
        raise QueryError("no sample finds an effect of 0; give the least effect worth finding")
    _se(sd, 1, share)
    sd, share = float(sd), float(share)
    explained = checked_number("explained, a share of variance,", explained, least=0, below=1)
    inflation = checked_number("inflation", inflation, above=0)
    deviates = _critical(alpha) + float(ndtri(checked_probability("power", power)))
    found = deviates**2 * sd**2 * (1 - explained) / (share * (1 - share) * effect**2)
    return float(found * inflation)


def detectable_effect(
    sd: float, units: float, power: float = 0.8, alpha: float = 0.05, *, share: float = 0.5
) -> float:
    """Return the least effect that is found with a power.

    Parameters
    ----------
    sd, units, power, alpha, share
        As for `power` and `sample_size`.

    Examples
    --------
    >>> round(detectable_effect(1.0, 125.6), 2)
    0.5
    """
    deviates = _critical(alpha) + float(ndtri(checked_probability("power", power)))
    return float(deviates * _se(sd, units, share))


def assurance(
    prior: ArrayLike | tuple[float, float],
    sd: float,
    units: float,
    alpha: float = 0.05,
    *,
    share: float = 0.5,
) -> float:
    r"""Return the probability of a significant positive effect, over a prior on the effect.

    Parameters
    ----------
    prior : tuple of float, or array of draws
        Mean and standard deviation of a normal prior, such as `Pooled.next_effect` gives; or, with
        more than two numbers, draws of any prior.
    sd, units, alpha, share
        As for `power`.

    Returns
    -------
    float

    Raises
    ------
    QueryError
        If the prior has no standard deviation, or is not finite.

    Notes
    -----
    The estimate's predictive distribution is normal with variance :math:`\tau^2 + se^2` (O'Hagan,
    Stevens and Campbell, 2005, doi:10.1002/pst.175). It cannot exceed the prior's probability of a
    positive effect, however many units there are.

    Examples
    --------
    >>> round(assurance((0.5, 0.25), 1.0, 128), 3)
    0.692
    """
    given: Any = numbers(prior)
    if given is None or given.ndim != 1 or len(given) < 2 or not are_finite(given):
        raise QueryError(f"prior is a mean and a standard deviation, or draws, not {shown(prior)}")
    se, bound = _se(sd, units, share), _critical(alpha)
    if len(given) > 2:
        return float(ndtr(given.astype(float) / se - bound).mean())
    mean, spread = map(float, given)
    if spread < 0:
        raise QueryError(f"the prior's standard deviation is {spread:g}; it is not negative")
    return float(ndtr((mean - bound * se) / np.hypot(spread, se)))


def assured_units(
    prior: tuple[float, float], sd: float, chance: float = 0.8, alpha: float = 0.05
) -> float:
    """Return how many units give a significant positive effect with a probability over the prior.

    Parameters
    ----------
    prior, sd, alpha
        As for `assurance`.
    chance : float
        The assurance asked for, between 0 and 1.

    Raises
    ------
    QueryError
        If even any number of units does not: the prior's own probability of a positive effect is
        less.
    """
    checked_probability("chance", chance)
    given = numbers(prior)
    if given is None or given.shape != (2,):
        raise QueryError(f"prior is a mean and a standard deviation, not {shown(prior)}")
    mean = checked_number("the prior's mean", given[0])
    spread = checked_number("the prior's standard deviation", given[1], least=0)
    prior = mean, spread
    most = float(ndtr(mean / spread)) if spread > 0 else float(mean > 0)
    if chance >= most:
        raise QueryError(
            f"the prior gives a positive effect a probability of {most:.3f}, so that no sample has "
            f"an assurance of {chance:g}"
        )
    ends = 1.0, 1.0
    while assurance(prior, sd, ends[1], alpha) < chance:
        ends = ends[1], ends[1] * 4
    if ends[0] == ends[1]:
        return 1.0
    return float(brentq(lambda n: assurance(prior, sd, n, alpha) - chance, *ends, xtol=1e-6))


def _se(sd: float, units: float, share: float) -> float:
    sd = checked_number("sd, a standard deviation,", sd, above=0)
    units = checked_number("units, how many there are in both arms,", units, above=0)
    share = checked_number("share, the part of units treated,", share, above=0, below=1)
    return float(sd / np.sqrt(units * share * (1 - share)))


def _critical(alpha: float) -> float:
    return float(-ndtri(checked_probability("alpha", alpha) / 2))
