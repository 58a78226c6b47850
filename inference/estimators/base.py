"""The base of every estimator: data and roles in, a labelled answer out, problems as warnings."""

from __future__ import annotations

import time
import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from ..errors import AssumptionWarning, DataError, IfonlyError
from ..inputs.optional import load
from ..inputs.scalars import checked_probability
from ..queries import ATE
from ..scm.interventions import shift
from .design import Design, read_design
from .roles import Roles

__all__ = ["EXTRA", "Estimator", "Fit", "UnfitError"]

EXTRA = "estimators"
GREATEST_RANDOM_STATE = 2**32  # what scikit-learn takes for a seed is below


class UnfitError(DataError):
    """The method cannot be used on these data, though another may."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The result of a library.

    Attributes
    ----------
    mean, sd, low, high : float or array of shape (treatment,)
        Estimate, standard error and interval; NaN where there is none.
    problems : tuple of str
        Assumptions that the data contradict, in words.
    figures : mapping of str to number
        Further statistics.
    """

    mean: ArrayLike = np.nan
    sd: ArrayLike = np.nan
    low: ArrayLike = np.nan
    high: ArrayLike = np.nan
    problems: tuple[str, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    def times(self, factor: ArrayLike) -> Fit:
        """Return the same fit in another unit of measure.

        Parameters
        ----------
        factor : number or array of shape (treatment,)
            Positive.

        Returns
        -------
        Fit
        """
        numbers = {n: np.multiply(getattr(self, n), factor) for n in ("mean", "sd", "low", "high")}
        return replace(self, **numbers)


@dataclass(frozen=True, kw_only=True)
class Estimator(ABC):
    """A standard estimator of an effect; `estimate` gives its answer.

    Parameters
    ----------
    ci_prob : float
        Probability of the confidence interval.
    """

    ci_prob: float = 0.95

    label: ClassVar[str]
    method: ClassVar[str]
    library: ClassVar[str]
    binary: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the probability."""
        checked_probability("ci_prob", self.ci_prob)

    def estimate(self, data: Any, roles: Roles) -> xr.DataArray:
        """Return the answer, labelled as a posterior's is.

        Parameters
        ----------
        data : pandas.DataFrame, xarray.Dataset or mapping
            One column of shape (unit,) per variable; text columns are categories.
        roles : Roles
            Which columns are treatment, outcome and covariates.

        Returns
        -------
        xarray.DataArray
            Dims: statistic (mean: the estimate; sd: its standard error; low, high), so that
            `compare` takes it; and treatment, where there are several. Attributes: estimand,
            method, library, ci_prob, seconds, problems, and the method's own figures.

        Raises
        ------
        DataError
            If the data do not have the columns, or the method cannot be fitted to them, for one
            because the treatment is not 0 and 1.
        ExtraError
            If the library is not installed.

        Warns
        -----
        AssumptionWarning
            For each assumption that the graph or the data contradict.
        """
        load(self.library, EXTRA)
        start = time.perf_counter()
        design = read_design(data, roles, self._further())
        self._check(design)
        try:
            fit = self._fit(design)
        except (ValueError, np.linalg.LinAlgError) as error:
            if isinstance(error, IfonlyError):
                raise
            reason = str(error).splitlines()[0]
            raise UnfitError(
                f"{self.label} cannot be fitted to these {len(design.frame)} units ({reason}); "
                "give more units, or hold fewer variables"
            ) from None
        seconds = time.perf_counter() - start
        problems = (*self._graph_problems(roles), *fit.problems)
        for problem in problems:
            warnings.warn(f"{self.label}: {problem}", AssumptionWarning, stacklevel=2)
        return self._labelled(design, fit, problems, seconds)

    def _check(self, design: Design) -> None:
        """Raise an `UnfitError` where the treatment does not suit, or the units are too few."""
        name, units = design.roles.treatment, len(design.frame)
        if self.binary and not design.binary:
            raise UnfitError(
                f"{self.label} takes a treatment that is 0 or 1, with at least two units of both; "
                f"the column {name!r} is not so"
            )
        for moved in design.roles.moved:
            if design.is_categorical(moved) and (levels := design.frame[moved].nunique()) > 2:
                raise UnfitError(
                    f"{self.label} takes a treatment that is a number, and the graph says that the "
                    f"{levels} values of {moved!r} are categories; keep the units of two of them, "
                    "coded 0 and 1"
                )
        held = self._held(design.roles)
        unknowns = 1 + len(design.roles.moved) + design.held(held).shape[1]
        if units <= unknowns:
            raise UnfitError(
                f"{self.label} cannot be fitted to these {units} units: it has {unknowns} "
                "coefficients; give more units, or hold fewer variables"
            )
        if not self.binary and (fixed := design.determined(held)):
            alone = design.frame[fixed[0]].nunique() == 1
            why = "is the same for all units" if alone else f"is determined by {', '.join(held)}"
            cure = "give units that differ in it" if alone else "hold fewer variables"
            raise UnfitError(
                f"{self.label} cannot tell the effect of {fixed[0]!r}, which {why}; {cure}"
            )

    @abstractmethod
    def _fit(self, design: Design) -> Fit:
        """Return what the library finds."""

    def _graph_problems(self, roles: Roles) -> list[str]:
        """Return the assumptions of the analysis that the graph contradicts, in words."""
        return roles.back_door_problems(self._held(roles))

    def _held(self, roles: Roles) -> tuple[str, ...]:
        """Return the variables that the method conditions on."""
        return roles.adjust

    def _further(self) -> tuple[str, ...]:
        """Return columns that the method reads beside those of the roles."""
        return ()

    def _estimand(self, design: Design) -> tuple[str, str]:
        """Return the name of the query that means the same, and the estimand in its words."""
        t, y = design.roles.treatment, design.roles.outcome
        if design.binary:
            return "ATE", ATE(y, do={t: 1}, versus={t: 0}).sentence()
        return "ATE", ATE(y, do={t: shift(1.0)}).sentence()

    def _labelled(
        self, design: Design, fit: Fit, problems: tuple[str, ...], seconds: float
    ) -> xr.DataArray:
        roles = design.roles
        values = np.stack(np.broadcast_arrays(fit.mean, fit.sd, fit.low, fit.high)).astype(float)
        coords: dict[str, Any] = {"statistic": ["mean", "sd", "low", "high"]}
        if values.ndim > 1:
            coords["treatment"] = list(roles.moved)
        query, estimand = self._estimand(design)
        package = self.library.partition(".")[0]
        attributes = {
            "estimand": estimand,
            "query": query,
            "outcome": roles.outcome,
            "treatment": roles.treatment,
            "estimator": self.label,
            "method": self.method,
            "library": f"{package} {version(package)}",
            "adjusted_for": ", ".join(self._held(roles)),
            "ci_prob": self.ci_prob,
            "n_units": len(design.frame),
            "seconds": seconds,
            "problems": "; ".join(problems),
            **fit.figures,
        }
        return xr.DataArray(
            values, dims=list(coords), coords=coords, name=roles.outcome, attrs=attributes
        )
