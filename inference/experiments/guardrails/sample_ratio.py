"""Sample-ratio mismatch: whether the arms hold as many units as they were to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, xlogy
from scipy.stats import chi2

from ...errors import DataError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import are_finite

__all__ = ["SampleRatio", "sample_ratio"]

# Below this the split is held to be broken: other thresholds cry wolf in a platform of many tests.
LIMIT = 0.001


@dataclass(frozen=True)
class SampleRatio:
    """Whether a split is the planned one.

    Attributes
    ----------
    p : float
        Of the chi-square test, for one look.
    anytime_p : float
        Valid whenever one looks, and however often.
    shares : tuple of float
        As they are found.
    """

    p: float
    anytime_p: float
    shares: tuple[float, ...]

    @property
    def mismatch(self) -> bool:
        """Whether the split is held to be broken, at 0.001."""
        return self.p < LIMIT


def sample_ratio(counts: ArrayLike, shares: Sequence[float] | None = None) -> SampleRatio:
    """Return the test of whether the arms hold their planned shares of units.

    Parameters
    ----------
    counts : array of shape (arm,)
        Units in each arm.
    shares : sequence of float, optional
        As planned; by default equal.

    Returns
    -------
    SampleRatio

    Raises
    ------
    DataError
        If a count is no whole number, there are fewer than two arms, or shares do not add up to 1.

    Notes
    -----
    A mismatch says that units went missing by arm, so that no effect can be trusted (Fabijan et
    al., 2019, doi:10.1145/3292500.3330722). The value for any time is the inverse of a Bayes factor
    against Dirichlet(100 shares) (Lindon and Malek, 2022, arXiv:2011.03567), a martingale under the
    planned split.

    Examples
    --------
    >>> f"{sample_ratio([821_588, 815_482]).p:.1e}"
    '1.8e-06'
    """
    given: Any = numbers(counts)
    if given is None or given.ndim != 1 or len(given) < 2:
        raise DataError(f"counts are the units of two arms or more, not {shown(counts)}")
    n = given.astype(float)
    if not are_finite(n) or (n < 0).any() or (n != np.floor(n)).any() or n.sum() == 0:
        raise DataError(f"counts are whole numbers, and not all 0: {shown(counts)}")
    part: Any = np.full(len(n), 1 / len(n)) if shares is None else numbers(shares)
    if (
        part is None
        or part.shape != n.shape
        or not (part > 0).all()
        or not np.isclose(part.sum(), 1)
    ):
        raise DataError(f"shares are one for each arm and add up to 1, not {shown(shares)}")
    expected = n.sum() * part
    p = float(chi2.sf(((n - expected) ** 2 / expected).sum(), len(n) - 1))
    prior = 100.0 * part
    mixed = gammaln(prior.sum()) - gammaln(prior.sum() + n.sum())
    mixed += (gammaln(prior + n) - gammaln(prior)).sum()
    log_ratio = float(mixed - xlogy(n, part).sum())
    found = tuple((n / n.sum()).tolist())
    return SampleRatio(p, float(np.exp(min(0.0, -log_ratio))), found)
