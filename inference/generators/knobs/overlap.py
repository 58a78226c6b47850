"""The overlap of the two arms: a propensity with an asked density ratio, or an asked figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from ...errors import KnobError
from ...inputs.scalars import checked_choice, settle

__all__ = ["FIGURES", "Dial", "Propensity", "dialled", "from_ratio", "log_ratio", "ratio_centre"]

Array = NDArray[np.float64]
TIGHT = {"xtol": 1e-14, "rtol": 4 * np.finfo(float).eps, "maxiter": 500}
STEEPEST = 256.0  # of the dial: beyond it the arms are all but separated
NO_CHANCE = 1e-9  # less than this is no overlap at all


@dataclass(frozen=True)
class Dial:
    """A figure of overlap to be reached by making the learnt propensity steeper or flatter.

    Attributes
    ----------
    figure : {"auc", "overlap", "ess"}
    target : float

    Raises
    ------
    KnobError
        If no propensity has such a figure.
    """

    figure: Literal["auc", "overlap", "ess"]
    target: float

    def __post_init__(self) -> None:
        """Check that any propensity has such a figure."""
        checked_choice("the figure of a Dial", self.figure, FIGURES, KnobError)
        settle(self, KnobError, target={})
        low, high = (0.5, 1.0) if FIGURES[self.figure][1] else (0.0, 1.0)
        inside = low <= self.target < high if low else low < self.target <= high
        if not inside:
            raise KnobError(
                f"{self.figure}={self.target:g} cannot be; it lies from {low:g} to {high:g}"
            )


@dataclass(frozen=True, eq=False)
class Propensity:
    """P(T = 1 | x) of each row of a population.

    Attributes
    ----------
    values : array of shape (unit,)
    asked : array of shape (unit,), optional
        The log of the density ratio that was asked for.
    shift : float
        What the realised log density ratio is above the asked one, everywhere.
    slope : float
        Of a dial: what the learnt log-odds were multiplied by.
    """

    values: Array
    asked: Array | None = None
    shift: float = 0.0
    slope: float = 1.0


def log_ratio(propensity: Array) -> Array:
    """Return log p(x | T = 0) / p(x | T = 1) in the population of these rows.

    Parameters
    ----------
    propensity : array of shape (unit,)

    Returns
    -------
    array of shape (unit,)
    """
    return np.asarray(logit(propensity.mean()) - logit(propensity))


def from_ratio(
    asked: Array, prevalence: float, keep: Literal["prevalence", "ratio"] = "prevalence"
) -> Propensity:
    r"""Return the propensity whose log density ratio is the asked one, up to a reported shift.

    It is :math:`e(x) = \sigma(c - g(x))`, for the asked g. The density of x is not touched.

    Parameters
    ----------
    asked : array of shape (unit,)
        g: log p(x | T = 0) / p(x | T = 1).
    prevalence : float
        P(T = 1), which decides c where it is kept.
    keep : {"prevalence", "ratio"}
        Two densities integrate to one, so that not both can be chosen. ``"ratio"`` gives up the
        prevalence, and the shift is zero.

    Raises
    ------
    KnobError
        If it is a constant other than 0; or if no prevalence makes it exact.

    Examples
    --------
    >>> import numpy as np
    >>> found = from_ratio(np.array([-1.0, 1.0]), 0.5)
    >>> found.values.round(3).tolist(), round(abs(found.shift), 12)
    ([0.731, 0.269], 0.0)
    """
    spread = float(np.ptp(asked))
    if spread <= 1e-12 * max(1.0, float(np.abs(asked).max())) and abs(asked[0]) > 1e-12:
        raise KnobError(
            f"the overlap asks for the log density ratio {asked[0]:g} everywhere, and two "
            "densities cannot differ by a constant factor: each integrates to one; ask for 0, or "
            "for an expression that is positive for some rows and negative for others"
        )
    centre = ratio_centre(asked, prevalence) if keep == "prevalence" else _exact_centre(asked)
    values = np.asarray(expit(centre - asked))
    _check_chance(values)
    return Propensity(values, asked, float(logit(values.mean()) - centre))


def ratio_centre(asked: Array, prevalence: float) -> float:
    """Return c such that the mean of sigmoid(c - asked) is the prevalence.

    Parameters
    ----------
    asked : Array
    prevalence : float
    """
    if not 0.0 < prevalence < 1.0:
        raise KnobError(f"the prevalence is {prevalence:g}; it lies between 0 and 1")
    middle = float(logit(prevalence))
    ends = middle + float(asked.min()) - 1e-9, middle + float(asked.max()) + 1e-9
    return float(brentq(lambda c: float(expit(c - asked).mean()) - prevalence, *ends, **TIGHT))


def _exact_centre(asked: Array) -> float:
    """Return c at which the ratio is as asked: the log-odds of the prevalence are c itself."""

    def over(c: float) -> float:
        e = expit(c - asked)
        return float(np.log(e.mean()) - np.log((1.0 - e).mean()) - c)

    if not np.any(asked):
        return 0.0
    below, above = float(np.exp(-asked).mean()), float(np.exp(asked).mean())
    if min(below, above) <= 1.0:
        raise KnobError(
            "no prevalence makes this log density ratio exact: it must average to at least 1 as "
            f"exp(ratio) and as exp(-ratio), which are {above:.4g} and {below:.4g} here; centre "
            "it, or keep the prevalence and accept the shift"
        )
    return float(brentq(over, -30.0, 30.0, **TIGHT))


def _check_chance(values: Array) -> None:
    least = float(np.minimum(values, 1.0 - values).min())
    if least < NO_CHANCE:
        raise KnobError(
            f"with this overlap some rows have a probability of {least:.1e} of one arm, so that "
            "nothing can be learnt about them; ask for a log density ratio of smaller range"
        )


def auc(e: Array) -> float:
    """Return the probability that a treated unit has the higher propensity than one that is not.

    Examples
    --------
    >>> import numpy as np
    >>> auc(np.array([0.5, 0.5])), auc(np.array([0.2, 0.8]))
    (0.5, 0.8)
    """
    levels, at = np.unique(e, return_inverse=True)
    treated = np.bincount(at, weights=e, minlength=levels.size)
    others = np.bincount(at, weights=1.0 - e, minlength=levels.size)
    below = np.cumsum(others) - others / 2.0
    return float(treated @ below / (treated.sum() * others.sum()))


def coefficient(e: Array) -> float:
    """Return the area that the densities of x in the two arms share: 1 if they are equal.

    Examples
    --------
    >>> import numpy as np
    >>> round(coefficient(np.array([0.2, 0.8])), 12)
    0.4
    """
    share = e.mean()
    return float(np.minimum(e / share, (1.0 - e) / (1.0 - share)).mean())


def effective(e: Array) -> float:
    """Return the effective share of the sample under stabilised inverse-probability weights.

    Examples
    --------
    >>> import numpy as np
    >>> effective(np.array([0.3, 0.3])), round(effective(np.array([0.2, 0.8])), 12)
    (1.0, 0.64)
    """
    share = e.mean()
    return float(1.0 / (share**2 / e + (1.0 - share) ** 2 / (1.0 - e)).mean())


# Each with whether it grows as the learnt propensity is made steeper.
FIGURES: dict[str, tuple[Callable[[Array], float], bool]] = {
    "auc": (auc, True),
    "overlap": (coefficient, False),
    "ess": (effective, False),
}


def dialled(learnt: Array, dial: Dial, prevalence: float) -> Propensity:
    r"""Return the learnt propensity, made steeper or flatter until a figure is reached.

    .. math:: e_\lambda(x) = \sigma(c_\lambda + \lambda \operatorname{logit} \hat e(x))

    Parameters
    ----------
    learnt : array of shape (unit,)
    dial : Dial
    prevalence : float
        Which is kept.

    Raises
    ------
    KnobError
        If the learnt propensity is a constant, or the figure cannot be reached.

    Examples
    --------
    >>> import numpy as np
    >>> found = dialled(np.linspace(0.3, 0.7, 101), Dial("auc", 0.8), 0.5)
    >>> round(auc(found.values), 12)
    0.8
    """
    measure, grows = FIGURES[dial.figure]
    odds = np.asarray(logit(learnt))
    if np.ptp(odds) < 1e-9:
        raise KnobError(
            "the learnt propensity is the same for all rows, so that it has nothing to make "
            'steeper; give the overlap as an expression, such as "0.5*z(age)"'
        )

    def at(slope: float) -> Array:
        return np.asarray(expit(ratio_centre(-slope * odds, prevalence) + slope * odds))

    def off(slope: float) -> float:
        return measure(at(slope)) - dial.target

    top = 1.0
    while (off(top) < 0) == grows and top < STEEPEST and _least(at(2.0 * top)) > NO_CHANCE:
        top *= 2.0
    if (off(top) < 0) == grows and abs(off(top)) > 1e-12:
        raise KnobError(
            f"{dial.figure}={dial.target:g} cannot be reached with the learnt propensity: before "
            f"the arms are separated it comes to {measure(at(top)):.3f}; ask for less"
        )
    slope = 0.0 if abs(off(0.0)) < 1e-12 else float(brentq(off, 0.0, top, **TIGHT))
    return Propensity(at(slope), slope=slope)


def _least(values: Array) -> float:
    return float(np.minimum(values, 1.0 - values).min())
