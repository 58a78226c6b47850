"""One table: what each estimator says of the same data and roles, beside the truth."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import AssumptionWarning, QueryError
from ..inputs.arrays import numbers, shown
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import are_finite, checked_probability, listed
from .aipw import AIPW
from .base import Estimator, UnfitError
from .ipw import IPW
from .naive import NaiveDifference
from .ols import OLS
from .roles import Roles, check_roles
from .s_learner import SLearner
from .t_learner import TLearner
from .two_stage import TwoStageLeastSquares
from .x_learner import XLearner

__all__ = ["would_say"]

ESTIMATORS: tuple[type[Estimator], ...] = (
    NaiveDifference,
    OLS,
    IPW,
    AIPW,
    TwoStageLeastSquares,
    SLearner,
    TLearner,
    XLearner,
)


@takes_ci_prob
def would_say(
    data: Any,
    roles: Roles,
    truth: float | xr.DataArray | None = None,
    *,
    estimators: Iterable[Estimator] | None = None,
    ci_prob: float = 0.95,
) -> pd.DataFrame:
    """Return what each standard estimator says, one row each.

    Parameters
    ----------
    data : pandas.DataFrame, xarray.Dataset or mapping
        One column of shape (unit,) per variable; text columns are categories.
    roles : Roles
        The same for all.
    truth : number or scalar xarray.DataArray, optional
        Such as ``world.ask(ATE(...))``.
    estimators : iterable of Estimator, optional
        By default all, as they come.
    ci_prob : float
        Probability of the confidence intervals of the default estimators.

    Returns
    -------
    pandas.DataFrame
        Indexed by estimator. Columns: truth, estimate, se, low, high, bias, covered (missing
        where there is no truth or interval), seconds, and problems: the warnings of the
        estimator, which are not raised as well, or why it gives no estimate.

    Raises
    ------
    QueryError
        If the roles ask for the direct effects of several variables, or `truth` is no number.

    Examples
    --------
    >>> data = {"t": [0, 0, 1, 1], "y": [0, 2, 3, 5]}
    >>> table = would_say(data, Roles("t", "y"), 2.5, estimators=[NaiveDifference(), OLS()])
    >>> table["bias"].round(6).to_dict()
    {'difference': 0.5, 'OLS': 0.5}
    """
    check_roles(roles)
    checked_probability("ci_prob", ci_prob)
    if roles.endogenous:
        raise QueryError(
            "the table is about one effect; for the direct effects of several variables ask "
            "TwoStageLeastSquares().estimate(data, roles)"
        )
    true = np.nan if truth is None else _number(truth)
    if estimators is None:
        estimators = [e(ci_prob=ci_prob) for e in ESTIMATORS]
    chosen = listed(estimators)
    if not chosen or not all(isinstance(e, Estimator) for e in chosen):
        raise QueryError(f"estimators are several, such as [OLS(), IPW()], not {shown(estimators)}")
    labels, rows = [], []
    for estimator in chosen:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AssumptionWarning)
            rows.append(_row(estimator, data, roles, true))
        labels.append(estimator.label)
    table = pd.DataFrame(rows, index=pd.Index(labels, name="estimator"))
    return table.astype({"covered": "boolean"})


def _row(estimator: Estimator, data: Any, roles: Roles, truth: float) -> dict[str, Any]:
    try:
        answer = estimator.estimate(data, roles)
    except UnfitError as error:  # says nothing, and the others still do
        mean = sd = low = high = seconds = np.nan
        problems = str(error)
    else:
        mean, sd, low, high = (
            float(answer.sel(statistic=s)) for s in ("mean", "sd", "low", "high")
        )
        seconds, problems = answer.attrs["seconds"], answer.attrs["problems"]
    unknown = np.isnan([truth, low, high]).any()
    return {
        "truth": truth,
        "estimate": mean,
        "se": sd,
        "low": low,
        "high": high,
        "bias": mean - truth,
        "covered": pd.NA if unknown else low <= truth <= high,
        "seconds": seconds,
        "problems": problems,
    }


def _number(truth: float | xr.DataArray) -> float:
    number = numbers(truth)
    if number is None:
        raise QueryError(f"the truth is one number, not {shown(truth)}")
    if number.size != 1:
        raise QueryError(
            f"the truth is one number, and this one has shape {number.shape}; ask an ATE"
        )
    if not are_finite(number):
        raise QueryError(f"the truth is a finite number, not {shown(truth)}")
    return float(number.item())
