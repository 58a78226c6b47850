"""The effect: means of the two potential outcomes from what is learnt and what is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Means", "faithful", "specified"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Means:
    """Means of the potential outcomes given x, and what they cost in realism.

    Attributes
    ----------
    untreated, treated : array of shape (unit,)
        E[Y(0) | x] and E[Y(1) | x].
    cost : array of shape (unit,)
        How far the contrast E[Y | x, T = 1] - E[Y | x, T = 0] is from the learnt one.
    """

    untreated: Array
    treated: Array
    cost: Array

    @property
    def effect(self) -> Array:
        """Of shape (unit,): E[Y(1) - Y(0) | x]."""
        return self.treated - self.untreated


def faithful(learnt: tuple[Array, Array], e: Array, kappa: tuple[Array, Array]) -> Means:
    """Return the means under which E[Y | x, T] stays as learnt; the effect follows.

    Parameters
    ----------
    learnt : pair of arrays of shape (unit,)
        E[Y | x, T = 0] and E[Y | x, T = 1].
    e : array of shape (unit,)
        P(T = 1 | x).
    kappa : pair of arrays of shape (unit,)
        Confounding of Y(0) and of Y(1).

    Returns
    -------
    Means

    Notes
    -----
    The means are kept. Of a binary outcome that is its whole law; a normal outcome's law within an
    arm becomes a little skewed where there is confounding, and a count's more dispersed.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> found = faithful((0 * one, 3 * one), 0.5 * one, (0.4 * one, 0.4 * one))
    >>> found.effect.round(12).tolist(), found.cost.tolist()
    ([2.6], [0.0])
    """
    m0, m1 = learnt
    return Means(m0 + e * kappa[0], m1 - (1.0 - e) * kappa[1], np.zeros_like(e))


def specified(
    learnt: tuple[Array, Array], e: Array, kappa: tuple[Array, Array], tau: Array
) -> Means:
    """Return the means with the asked effect that leave E[Y | x] as learnt.

    Parameters
    ----------
    learnt, e, kappa
        As in `faithful`.
    tau : array of shape (unit,)
        The asked E[Y(1) - Y(0) | x].

    Returns
    -------
    Means

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> found = specified((0 * one, 3 * one), 0.5 * one, (0 * one, 0 * one), 2 * one)
    >>> found.untreated.tolist(), found.treated.tolist(), found.cost.tolist()
    ([0.5], [2.5], [-1.0])
    """
    m0, m1 = learnt
    overall = e * m1 + (1.0 - e) * m0
    untreated = overall - e * tau - e * (1.0 - e) * (kappa[1] - kappa[0])
    contrast = tau + (1.0 - e) * kappa[1] + e * kappa[0]
    return Means(untreated, untreated + tau, contrast - (m1 - m0))
