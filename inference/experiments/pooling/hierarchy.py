"""The hierarchical posterior over past experiments, by quadrature instead of a chain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ...errors import DataError
from ...inputs.scalars import checked_number, checked_seed, positive_whole
from .studies import checked_studies

__all__ = ["Pooled", "pool"]

Floats = NDArray[np.float64]

# Points of the quadrature over the spread, on a scale that reaches from 0 to infinity.
POINTS = 4_000


@dataclass(frozen=True, eq=False)
class Pooled:
    """What past experiments say together: of their mean effect, of each, and of the next one.

    Attributes
    ----------
    estimates, errors : ndarray of shape (experiment,)
    tau : ndarray of shape (node,)
        Values of the effects' standard deviation.
    weight : ndarray of shape (node,)
        Their posterior probabilities.
    mean, variance : ndarray of shape (node,)
        Of the mean effect, given each.
    """

    estimates: Floats
    errors: Floats
    tau: Floats
    weight: Floats
    mean: Floats
    variance: Floats

    @property
    def table(self) -> pd.DataFrame:
        """Posterior ``mean`` and ``sd`` of ``mu``, the mean effect, and ``tau``, their spread."""
        rows = {
            "mu": _moments(self.weight, self.mean, self.variance),
            "tau": _moments(self.weight, self.tau, np.zeros_like(self.tau)),
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "sd"])

    @property
    def effects(self) -> pd.DataFrame:
        """Each experiment's ``estimate`` and ``se``, and the ``mean`` and ``sd`` of its effect.

        The mean is nearer to that of all experiments, the more so the less an estimate says. Of
        experiments that were chosen for their large estimates it is right on average, where the
        estimates are too large: the cure of the winner's curse.
        """
        rows = []
        for y, s in zip(self.estimates, self.errors, strict=True):
            # Given tau and mu the effect is normal; mu is integrated out in closed form.
            own = self.tau**2 / (self.tau**2 + s**2)
            mean = self.mean + own * (y - self.mean)
            variance = own * s**2 + (1 - own) ** 2 * self.variance
            rows.append((y, s, *_moments(self.weight, mean, variance)))
        return pd.DataFrame(rows, columns=["estimate", "se", "mean", "sd"]).rename_axis(
            "experiment"
        )

    @property
    def next_effect(self) -> tuple[float, float]:
        """Mean and standard deviation of the next experiment's effect: a prior for it."""
        return _moments(self.weight, self.mean, self.variance + self.tau**2)

    def draws(self, count: int, seed: int) -> Floats:
        """Return draws of the next experiment's effect, whose tails are heavier than a normal's.

        Parameters
        ----------
        count, seed : int
            How many draws, and the seed of their random numbers.
        """
        rng = np.random.default_rng(checked_seed(seed))
        k = rng.choice(len(self.tau), positive_whole("count", count), p=self.weight)
        sd = np.sqrt(self.variance[k] + self.tau[k] ** 2)
        return np.asarray(rng.normal(self.mean[k], sd))


def pool(
    estimates: ArrayLike,
    errors: ArrayLike,
    *,
    mean_sd: float = np.inf,
    spread_scale: float = np.inf,
) -> Pooled:
    r"""Return the hierarchical posterior of experiments' effects.

    Parameters
    ----------
    estimates, errors : array of shape (experiment,)
        Of each past experiment; `studies_of` has them from answers of queries.
    mean_sd : float
        Standard deviation of the mean effect's normal prior about 0; by default flat.
    spread_scale : float
        Scale of the half-Cauchy prior of the effects' standard deviation; by default flat.

    Returns
    -------
    Pooled

    Raises
    ------
    DataError
        If there are fewer than two experiments (three where the spread's prior is flat, whose
        posterior is then none), or an error is not positive.

    Notes
    -----
    :math:`y_j \sim N(\theta_j, s_j)`, :math:`\theta_j \sim N(\mu, \tau)`. Given :math:`\tau` all is
    normal and in closed form; :math:`\tau` is integrated by quadrature (Gelman et al., 2013,
    Bayesian Data Analysis, doi:10.1201/b16018, section 5.4). The same model for `condition` is
    ``ifonly.models.meta_analysis``.

    Examples
    --------
    >>> schools = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]
    >>> found = pool(*schools, mean_sd=5.0, spread_scale=5.0).table
    >>> found.round(2).loc["mu"].tolist()
    [4.4, 3.32]
    """
    mean_sd, spread_scale = (
        checked_number(name, value, DataError, above=0, endless=True)
        for name, value in (("mean_sd", mean_sd), ("spread_scale", spread_scale))
    )
    flat = bool(np.isinf(spread_scale))
    y, s = checked_studies(estimates, errors, least=3 if flat else 2)
    scale = (
        float(np.median(s)) if flat else min(float(spread_scale), 10 * float(np.ptp(y) + s.max()))
    )
    # tau = scale * u / (1 - u) reaches from 0 to infinity; midpoints need neither end.
    u = (np.arange(POINTS) + 0.5) / POINTS
    tau = scale * u / (1 - u)
    total = s[:, None] ** 2 + tau**2
    precision = (1 / total).sum(axis=0) + mean_sd**-2.0
    mean = (y[:, None] / total).sum(axis=0) / precision
    log = -0.5 * (np.log(total).sum(axis=0) + np.log(precision))
    log -= 0.5 * (((y[:, None] ** 2) / total).sum(axis=0) - mean**2 * precision)
    log += -2 * np.log1p(-u)
    if not flat:
        log -= np.log1p((tau / spread_scale) ** 2)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    return Pooled(y, s, tau, weight, mean, 1 / precision)


def _moments(weight: Floats, mean: Floats, variance: Floats) -> tuple[float, float]:
    """Return mean and standard deviation of a mixture."""
    centre = float(weight @ mean)
    return centre, float(np.sqrt(weight @ (variance + (mean - centre) ** 2)))
