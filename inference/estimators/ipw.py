"""Inverse probability weighting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, override

import pandas as pd

from ..errors import DataError
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.columns import read_columns
from ..inputs.optional import load
from .base import EXTRA, Estimator, Fit
from .design import Design, read_design
from .propensity import fit_propensity
from .roles import Roles

__all__ = ["IPW", "propensity"]


@takes_ci_prob
@dataclass(frozen=True, kw_only=True)
class IPW(Estimator):
    """The difference of means weighted by the inverse of a logistic propensity.

    Parameters
    ----------
    ci_prob : float
        Probability of the confidence interval.

    Notes
    -----
    Normalised weights [1]_; the standard error counts that the propensity is estimated.

    References
    ----------
    .. [1] Hirano, Imbens and Ridder (2003), Econometrica 71, 1161-1189.
       doi:10.1111/1468-0262.00442

    Examples
    --------
    >>> from ifonly.inference.estimators import Roles
    >>> data = {"t": [0, 0, 1, 1] * 2, "w": [0] * 4 + [1] * 4, "y": [0.0, 1, 3, 4, 5, 6, 8, 9]}
    >>> answer = IPW().estimate(data, Roles("t", "y", adjust=("w",)))
    >>> round(float(answer.sel(statistic="mean")), 6)
    3.0
    """

    label: ClassVar[str] = "IPW"
    method: ClassVar[str] = "inverse probability weighting, logistic propensity"
    library: ClassVar[str] = "statsmodels"
    binary: ClassVar[bool] = True

    @override
    def _fit(self, design: Design) -> Fit:
        selection, problems = fit_propensity(design)
        if selection is None:
            return Fit(problems=tuple(problems))
        api = load("statsmodels.api", EXTRA)
        effects = load("statsmodels.treatment.treatment_effects", EXTRA)
        outcome, [unit] = design.scaled(design.roles.outcome)
        if not unit:  # an outcome that does not vary has no effect, and the fit no solution
            return Fit(0.0, 0.0, 0.0, 0.0, tuple(problems))
        model = api.OLS(outcome[:, 0], selection.model.exog)
        found = effects.TreatmentEffect(model, design.treatment, results_select=selection).ipw()
        low, high = found.conf_int(alpha=1 - self.ci_prob)[0]
        return Fit(found.effect[0], found.sd[0], low, high, tuple(problems)).times(unit)


def propensity(data: Any, variable: str, given: Iterable[str]) -> pd.Series:
    """Return each unit's probability that `variable` is 1, by a logistic regression.

    Parameters
    ----------
    data : pandas.DataFrame, xarray.Dataset or mapping
        One column a variable, one row a unit.
    variable : str
        A column of 0 and 1.
    given : iterable of str
        The regressors.

    Returns
    -------
    pandas.Series
        Its inverse weighs the units with 1 so that they stand for all.

    Raises
    ------
    DataError
        If the column is not of 0 and 1, or the regressors separate it.

    Examples
    --------
    >>> data = {"e": [0, 1, 0, 1, 1, 1], "w": [0, 0, 1, 1, 1, 1]}
    >>> [round(float(p), 6) for p in propensity(data, "e", ["w"])]
    [0.5, 0.5, 0.75, 0.75, 0.75, 0.75]
    """
    given = (given,) if isinstance(given, str) else tuple(given)
    frame = read_columns(data, (variable, *given), "the propensity needs the column")
    # No regression of an outcome is meant, so the variable stands for both.
    design = read_design(frame.assign(**{"": frame[variable]}), Roles(variable, "", adjust=given))
    if not design.binary:
        raise DataError(f"the column {variable!r} is not of 0 and 1, with units of both")
    found, problems = fit_propensity(design)
    if found is None:
        raise DataError("; ".join(problems))
    index = data.index if isinstance(data, pd.DataFrame) else None
    return pd.Series(found.predict(), index=index, name=f"P({variable} = 1)")
