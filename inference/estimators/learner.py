"""What the meta-learners share: a regressor that learns effects unit by unit."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, override

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import t as student
from threadpoolctl import threadpool_limits

from ..errors import QueryError
from ..inputs.optional import load
from ..inputs.scalars import checked_seed
from .base import EXTRA, GREATEST_RANDOM_STATE, Estimator, Fit, UnfitError
from .design import Design, read_design
from .propensity import fit_propensity
from .roles import Roles

__all__ = ["MetaLearner"]

# With so few units threads only wait for each other, and on a busy machine they spin as they wait:
# the learners of 400 units took 199 s of processor time with two threads, and 9 s with one.
FEW = 10_000


@dataclass(frozen=True, kw_only=True)
class MetaLearner(Estimator):
    """A meta-learner: regressions of the outcome that are differenced unit by unit.

    Parameters
    ----------
    ci_prob : float
        Probability of the confidence interval.
    regressor : scikit-learn regressor, optional
        It is cloned. By default gradient-boosted trees.
    bootstraps : int
        Resamplings of the units behind the standard error; below 2 there is none.
    seed : int
        Of the trees and of the resampling.

    References
    ----------
    .. [1] Kunzel et al. (2019), PNAS 116, 4156-4165. doi:10.1073/pnas.1804597116
    """

    regressor: Any = None
    bootstraps: int = 10
    seed: int = 0

    library: ClassVar[str] = "econml"
    binary: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        checked_seed(self.seed)
        if isinstance(self.bootstraps, bool) or not isinstance(self.bootstraps, int | np.integer):
            raise QueryError(f"bootstraps is a whole number, not {self.bootstraps!r}")
        needed = ("fit", "predict", "get_params")
        if self.regressor is not None and not all(hasattr(self.regressor, n) for n in needed):
            raise QueryError(f"regressor is a scikit-learn regressor, not {self.regressor!r}")

    @abstractmethod
    def unfitted(self) -> Any:
        """Return EconML's learner."""

    def effects(self, data: Any, roles: Roles) -> xr.DataArray:
        """Return the effect that is predicted for each unit from what is held.

        Parameters
        ----------
        data : pandas.DataFrame, xarray.Dataset or mapping
            One column a variable, one row a unit.
        roles : Roles
            Which columns are treatment, outcome and covariates.

        Returns
        -------
        xarray.DataArray
            Dims: unit. In-sample predictions: their spread does not estimate how effects vary.

        Raises
        ------
        DataError
            If the data do not have the columns, the treatment is not 0 and 1, or nothing is held.
        """
        load(self.library, EXTRA)
        design = read_design(data, roles)
        self._check(design)
        values = self._predicted(design, np.arange(len(design.frame)))
        attributes = {
            "estimand": f"predicted effect of {roles.treatment} on {roles.outcome} of each unit",
            "estimator": self.label,
            "adjusted_for": ", ".join(roles.adjust),
        }
        return xr.DataArray(values, dims="unit", name=roles.outcome, attrs=attributes)

    @override
    def _fit(self, design: Design) -> Fit:
        units = len(design.frame)
        mean = float(self._predicted(design, np.arange(units)).mean())
        problems = tuple(fit_propensity(design)[1])
        if self.bootstraps < 2:
            return Fit(mean, problems=problems)
        rng = np.random.default_rng(self.seed)
        again = [
            self._predicted(design, rng.integers(0, units, units)).mean()
            for _ in range(self.bootstraps)
        ]
        sd = float(np.std(again, ddof=1))
        reach = student.ppf((1 + self.ci_prob) / 2, self.bootstraps - 1) * sd
        return Fit(mean, sd, mean - reach, mean + reach, problems)

    def _predicted(self, design: Design, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the effects predicted for the units in `rows`, learnt from the same."""
        if not design.roles.adjust:
            raise UnfitError(
                f"{self.label} learns effects from covariates, and the roles hold none; name some "
                "in adjust"
            )
        held = design.encoded(design.roles.adjust).to_numpy()[rows]
        learner = self.unfitted()
        threads = 1 if len(rows) <= FEW else None
        with threadpool_limits(threads):
            learner.fit(design.outcome[rows], design.treatment[rows].astype(int), X=held)
            effects: NDArray[np.float64] = np.asarray(learner.effect(held), dtype=float).reshape(-1)
        return effects

    def _regressor(self) -> Any:
        base = load("sklearn.base", EXTRA)
        if self.regressor is not None:
            return base.clone(self.regressor)
        ensemble = load("sklearn.ensemble", EXTRA)
        return ensemble.HistGradientBoostingRegressor(
            random_state=checked_seed(self.seed) % GREATEST_RANDOM_STATE
        )
