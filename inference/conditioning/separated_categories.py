"""Separation of categories: causes that tell some of them from others without error.

Each unit says, of every category that it is not of, that its own has the greater predictor. Along a
direction of the parameters in which none of these differences falls the likelihood never does.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable
from pytensor.tensor.special import Softmax

from ..errors import AssumptionWarning
from ..scm.evidence import Evidence
from .predictor import Predictor
from .separation import separating

__all__ = ["warn_of_separated_categories"]

Floats = NDArray[np.float64]
LEAST = 1e-4  # how much a slope's part differs between units, of one that moves


def warn_of_separated_categories(
    observed: pm.Model, evidence: Evidence, unit: str = "unit"
) -> None:
    """Warn of each mechanism with a softmax whose categories are separated; return nothing.

    Parameters
    ----------
    observed : pm.Model
        The model with the evidence's units.
    evidence : Evidence
    unit : str
        Name of the unit dimension.

    Warns
    -----
    AssumptionWarning

    References
    ----------
    .. [1] Albert and Anderson (1984), Biometrika 71, 1-10. doi:10.1093/biomet/71.1.1
    """
    for rv in observed.basic_RVs:
        values = evidence.columns.get(rv.name)
        predictors = None if values is None else _predictors(rv)
        if predictors is None or values is None:
            continue
        found = Predictor.of(observed, predictors, (), evidence, unit)
        if found is None:
            continue
        gone = evidence.missing.get(rv.name, np.zeros(len(evidence), bool))
        count = np.shape(found.run(**{**found.columns, **found.points[0]}))[-1]
        found = replace(found, shape=(len(evidence), count))
        if problem := _problem(rv.name, found, np.asarray(values, int), ~gone):
            warnings.warn(problem, AssumptionWarning, stacklevel=2)


def _predictors(rv: TensorVariable) -> TensorVariable | None:
    """Return what the softmax of a Categorical is of; None of other variables and links."""
    if getattr(rv.owner.op, "name", None) != "categorical":
        return None
    p = rv.owner.op.dist_params(rv.owner)[-1]
    while p.owner is not None and p.owner.op.view_map:  # a Deterministic
        p = p.owner.inputs[0]
    if p.owner is None or not isinstance(p.owner.op, Softmax):
        return None
    axis = p.owner.op.axis
    last = axis in (-1, p.ndim - 1, (-1,), (p.ndim - 1,))
    return p.owner.inputs[0] if last and rv.ndim == 1 else None


def _problem(name: str, found: Predictor, codes: Any, seen: NDArray[np.bool_]) -> str | None:
    """Return what is separated, and by what, in words."""
    design, slopes = found.linear()
    units, count = found.shape
    design = design.reshape(units, count, len(slopes))
    own = design[np.arange(units), codes][:, None]
    others = np.arange(count) != codes[:, None]
    known = seen & np.isfinite(design).all(axis=(1, 2))
    rows = (own - design)[known][others[known]]
    positive = np.array([s.positive for s in slopes], bool)
    told = _told(rows, positive, count)
    if not told:
        return None
    absent = sorted(set(range(count)) - set(codes[known].tolist()))
    lean = "and the posterior leans on the prior"
    if absent:
        never = " nor ".join(map(str, absent))
        return (
            f"{name} is never {never}, so the data set no lower bound to the chance of that, "
            f"{lean}; leave the category out, or add units that have it"
        )
    moves = np.ptp(design[known], axis=0).max(axis=0, initial=0.0) > LEAST
    alone = {}
    for variable in dict.fromkeys(s.name for s, m in zip(slopes, moves, strict=True) if m):
        kept = ~moves | np.array([s.name == variable for s in slopes])
        alone[variable] = _told(rows[:, kept], positive[kept], count)
    blamed = [v for v, units_told in alone.items() if units_told] or list(alone)
    causes = found.causes([s for s in slopes if s.name in blamed]) or ["a constant of the model"]
    return (
        f"separation: {', '.join(causes)} {'tells' if len(causes) == 1 else 'tell'} categories of "
        f"{name} apart without error in at least {max(alone.values(), default=0) or told} of "
        f"{int(known.sum())} units, so the data set no bound to {', '.join(blamed)}, {lean}; give "
        "it one that you believe, leave the cause out, or add units"
    )


def _told(rows: Floats, positive: NDArray[np.bool_], count: int) -> int:
    """Return of how many units a direction tells some category from their own without error."""
    margins = separating(rows, np.ones(len(rows), bool), positive).reshape(-1, count - 1)
    return int((margins > 0).any(axis=1).sum())
