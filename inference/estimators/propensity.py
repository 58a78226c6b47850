"""The propensity: a logistic regression of the treatment, and where it fails."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..inputs.optional import load
from .base import EXTRA
from .design import Design

__all__ = ["fit_propensity", "overlap_problems", "separation_problems"]

# A unit with a propensity this close to 0 or 1 has hardly a counterpart in the other arm; a small
# share of such units is tolerated.
EXTREME = 0.01
MOST_EXTREME = 0.01
MOST_LEVELS = 10


def fit_propensity(design: Design) -> tuple[Any | None, list[str]]:
    """Return a fitted logistic regression of the treatment, and what is wrong with it.

    Parameters
    ----------
    design : Design

    Returns
    -------
    statsmodels result or None
        None if the treatment is separated, so that there is no finite fit.
    list of str
        In words.

    References
    ----------
    .. [1] Rosenbaum and Rubin (1983), Biometrika 70, 41-55. doi:10.1093/biomet/70.1.41
    .. [2] Crump et al. (2009), Biometrika 96, 187-199. doi:10.1093/biomet/asn055
    """
    api = load("statsmodels.api", EXTRA)
    errors = load("statsmodels.tools.sm_exceptions", EXTRA)
    problems = separation_problems(design)
    held = design.roles.adjust
    regressors = api.add_constant(design.held(held), has_constant="add")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = api.Logit(design.treatment, regressors).fit(disp=0, maxiter=100)
        except (
            errors.PerfectSeparationError,
            errors.PerfectSeparationWarning,
            errors.ConvergenceWarning,
            errors.HessianInversionWarning,
            np.linalg.LinAlgError,
            RuntimeWarning,
        ):
            if not problems:
                problems = [
                    f"separation: {', '.join(held)} together tell treated from untreated units, "
                    "so the propensity model has no finite fit"
                ]
            return None, problems
    return found, problems + overlap_problems(found.predict())


def separation_problems(design: Design) -> list[str]:
    """Return, in words, which variable alone tells treated from untreated units."""
    treated = design.treatment == 1
    name_t = design.roles.treatment
    found = []
    for name in design.roles.adjust:
        column = design.frame[name]
        # With few units each may have its own value; such values are not levels.
        levels = min(MOST_LEVELS, len(column) // 2)
        if design.is_categorical(name) or column.nunique() <= levels:
            rate = pd.Series(treated).groupby(column.to_numpy(), observed=True).mean()
            for level, share in rate[rate.isin([0.0, 1.0])].items():
                word = "no unit" if share == 0 else "every unit"
                found.append(f"separation: {word} with {name} = {level} has {name_t} = 1")
        else:
            values = column.to_numpy(dtype=float)
            one, other = values[treated], values[~treated]
            if one.min() >= other.max() or one.max() <= other.min():
                found.append(
                    f"separation: {name} alone tells units with {name_t} = 1 from those without"
                )
    return found


def overlap_problems(propensity: NDArray[np.float64]) -> list[str]:
    """Return, in words, whether too many units have no counterpart in the other arm."""
    extreme = (propensity < EXTREME) | (propensity > 1 - EXTREME)
    if extreme.mean() <= MOST_EXTREME:
        return []
    return [
        f"no overlap: {int(extreme.sum())} of {len(propensity)} units are treated with a "
        f"probability below {EXTREME:g} or above {1 - EXTREME:g}"
    ]
