"""Separation: a logistic mechanism whose causes tell some of its outcomes without error.

Its log-odds can then grow along a direction of its parameters for ever, and the likelihood with
them: the data set no bound, and the posterior ends where the prior ends it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor
from numpy.typing import NDArray
from pymc.logprob.transforms import LogTransform
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors
from pytensor.scalar.math import Sigmoid
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import Elemwise
from scipy.optimize import linprog

from ..errors import AssumptionWarning
from ..scm.evidence import Evidence

__all__ = ["separating", "warn_of_separation"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_SLOPES = 100  # more of them are held by their priors, and meant to be
FIRST, MORE = 400, 200  # units that the linear program begins with, and takes in at a time
LEAST = 1e-4  # a margin, of columns that reach 1; the program is right to some 1e-7


def warn_of_separation(observed: pm.Model, evidence: Evidence, unit: str = "unit") -> None:
    """Warn of each logistic mechanism that is separated; return nothing.

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

    Notes
    -----
    Looked for along the parameters that the log-odds are linear in, whatever else they read. Not
    along those with a prior that is itself learnt, which holds them: the effects of groups.

    References
    ----------
    .. [1] Albert and Anderson (1984), Biometrika 71, 1-10. doi:10.1093/biomet/71.1.1
    """
    for rv in observed.basic_RVs:
        values = evidence.columns.get(rv.name)
        logit = None if values is None or values.ndim > 1 else _logit(rv)
        if logit is None or values is None:
            continue
        seen = ~evidence.missing.get(rv.name, np.zeros(len(evidence), bool))
        odds = _LogOdds.of(observed, logit, evidence, unit)
        if odds and (problem := _problem(rv.name, odds, values > 0, seen)):
            warnings.warn(problem, AssumptionWarning, stacklevel=2)


def separating(design: Floats, ones: Flags, positive: Flags) -> Floats:
    """Return each unit's margin along a direction of the slopes that errs for no unit.

    Parameters
    ----------
    design : array of shape (unit, slope)
        What one more of each slope adds to the log-odds.
    ones : boolean array of shape (unit,)
        The outcome.
    positive : boolean array of shape (slope,)
        The slopes that cannot be negative.

    Returns
    -------
    array of shape (unit,)
        Zeros where there is no separation.

    Notes
    -----
    The direction of the greatest sum of margins, none of them negative: a linear program. It begins
    with some units and takes in those that it errs on, until it errs on none.

    Examples
    --------
    >>> x = np.array([[1.0, 0.1], [1.0, 0.4], [1.0, 0.7], [1.0, 0.9]])
    >>> free = np.array([False, False])
    >>> bool(separating(x, np.array([False, False, True, True]), free).any())
    True
    >>> bool(separating(x, np.array([False, True, False, True]), free).any())
    False
    """
    none = np.zeros(len(design))
    reach = np.abs(design).max(axis=0, initial=0.0)
    sided = np.where(ones, 1.0, -1.0)[:, None] * design / np.where(reach > 0, reach, 1.0)
    bounds = [(0.0 if p else -1.0, 1.0) for p in positive]
    chosen = np.unique(np.linspace(0, len(design) - 1, FIRST).astype(int))
    while design.size:
        found = linprog(-sided.sum(axis=0), -sided[chosen], np.zeros(len(chosen)), bounds=bounds)
        margin = none if found.x is None else sided @ found.x
        if margin.max() < LEAST:
            return none
        wrong = np.setdiff1d(np.flatnonzero(margin < -LEAST / 10), chosen)
        if not len(wrong):
            return np.where(margin > LEAST, margin, 0.0)
        chosen = np.concatenate([chosen, wrong[np.argsort(margin[wrong])][:MORE]])
    return none


def _problem(name: str, odds: _LogOdds, ones: Flags, seen: Flags) -> str | None:
    """Return what is separated, and by what, in words."""
    design, slopes = odds.linear()
    seen = seen & np.isfinite(design).all(axis=1)  # not so behind a gate that is shut
    design, ones = design[seen], ones[seen]
    positive = np.array([s.positive for s in slopes], bool)
    told = int((separating(design, ones, positive) > 0).sum())
    if not told:
        return None
    if ones.all() or not ones.any():
        return (
            f"every unit has {name} = {int(ones[0])}, so the data say nothing of what moves it and "
            "the posterior leans on the prior; drop the column, or add units that differ"
        )
    constant = np.ptp(design, axis=0) < LEAST
    moving = np.flatnonzero(~constant)
    alone = {}
    for k in moving:
        some = constant | (np.arange(len(slopes)) == k)
        alone[k] = int((separating(design[:, some], ones, positive[some]) > 0).sum())
    blamed = [slopes[k] for k in moving if alone[k] or not any(alone.values())]
    told = max(alone.values()) or told
    causes = odds.causes(blamed)
    verb = "together tell" if len(causes) > 1 and not any(alone.values()) else "alone tells"
    return (
        f"separation: {', '.join(causes)} {verb} {name} = 1 from {name} = 0 without error in at "
        f"least {told} of {len(ones)} units, so the data set no bound to "
        f"{', '.join(map(str, blamed))}, and the posterior leans on the prior; give it one that "
        "you believe, leave the cause out, or add units"
    )


def _logit(rv: TensorVariable) -> TensorVariable | None:
    """Return the log-odds of a logistic Bernoulli; None of any other variable."""
    if getattr(rv.owner.op, "_print_name", ("",))[0] != "Bernoulli":
        return None
    [p] = rv.owner.op.dist_params(rv.owner)
    while p.owner is not None and p.owner.op.view_map:  # a Deterministic
        p = p.owner.inputs[0]
    logistic = p.owner is not None and isinstance(p.owner.op, Elemwise)
    return p.owner.inputs[0] if logistic and isinstance(p.owner.op.scalar_op, Sigmoid) else None


@dataclass(frozen=True)
class _Slope:
    """One number among the parameters."""

    name: str
    at: tuple[int, ...]
    positive: bool

    def __str__(self) -> str:
        return self.name + (f"[{', '.join(map(str, self.at))}]" if self.at else "")


@dataclass(frozen=True, eq=False)
class _LogOdds:
    """The log-odds of each unit as a function of what it reads.

    Attributes
    ----------
    run : callable
    columns : mapping of str to ndarray
    points : tuple of mapping of str to ndarray
        Two arbitrary values of the parameters and latents.
    slopes : tuple of _Slope
        Of the parameters that no other parameter is behind.
    """

    run: Callable[..., Floats]
    columns: Mapping[str, NDArray[Any]]
    points: tuple[dict[str, NDArray[Any]], ...]
    slopes: tuple[_Slope, ...]

    @classmethod
    def of(
        cls, observed: pm.Model, logit: TensorVariable, evidence: Evidence, unit: str
    ) -> _LogOdds | None:
        """Return them; None where a shape is not known, or there are too many parameters."""
        rvs = set(observed.basic_RVs)
        given = [v for v in observed.data_vars if v.name in evidence.columns]
        above = set(ancestors([logit], blockers=rvs))
        read = [v for v in (*observed.basic_RVs, *given) if v in above]
        names = {v.name for v in read}
        columns = {n: v for n, v in evidence.columns.items() if n in names}
        unknown = [v for v in read if v.name not in columns]
        shapes: dict[Any, tuple[int, ...]] = {}
        for variable in unknown:
            if (shape := _shape(observed, variable)) is None:
                return None
            shapes[variable] = shape
        slopes = tuple(
            _Slope(v.name, at, observed.rvs_to_transforms[v] is not None)
            for v in unknown
            if _is_free(observed, v, unit)
            for at in np.ndindex(shapes[v])
        )
        if len(slopes) > MOST_SLOPES:
            return None
        inputs = {v: v.type(v.name) for v in read}
        [graph] = graph_replace([logit], inputs, strict=False)
        # In Python and as it stands: it runs some dozen times, and compiling would take seconds.
        run = pytensor.function(
            list(inputs.values()), graph, mode=Mode("py", None), on_unused_input="ignore"
        )
        rng = np.random.default_rng(0)
        points = tuple(
            {v.name: rng.uniform(0.1, 0.9, s).astype(v.dtype) for v, s in shapes.items()}
            for _ in range(2)
        )
        return cls(run, columns, points, slopes)

    def design(self, point: int, slopes: Sequence[_Slope], columns: Mapping[str, Any]) -> Floats:
        """Return what one more of each slope adds to each unit, of shape (unit, slope)."""
        values = {**columns, **self.points[point]}
        base = self.run(**values)
        found = []
        for slope in slopes:
            raised = values[slope.name].copy()
            raised[slope.at] += 1.0
            found.append(self.run(**{**values, slope.name: raised}) - base)
        return np.stack(found, axis=1) if found else np.zeros((len(base), 0))

    def linear(self) -> tuple[Floats, list[_Slope]]:
        """Return the design of the slopes that add the same at both points."""
        with np.errstate(invalid="ignore"):  # infinity less infinity, behind a gate
            one, other = (self.design(k, self.slopes, self.columns) for k in range(2))
        same = np.isclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True).all(axis=0)
        return one[:, same], [s for s, kept in zip(self.slopes, same, strict=True) if kept]

    def causes(self, slopes: Sequence[_Slope]) -> list[str]:
        """Return the columns that decide what these slopes add."""
        found = []
        for name, column in self.columns.items():
            other = {**self.columns, name: np.roll(column, 1, axis=0)}
            here, there = (self.design(0, slopes, c) for c in (self.columns, other))
            if not np.allclose(here, there, equal_nan=True):
                found.append(name)
        return found


def _shape(observed: pm.Model, variable: TensorVariable) -> tuple[int, ...] | None:
    dims = observed.named_vars_to_dims.get(variable.name)
    if dims is None:
        return None if None in variable.type.shape else tuple(variable.type.shape)
    lengths = [observed.dim_lengths[d] for d in dims]
    return tuple(map(int, pytensor.function([], lengths, mode=Mode("py", None))()))


def _is_free(observed: pm.Model, variable: TensorVariable, unit: str) -> bool:
    """Return whether it is a parameter without an end upwards, whose prior is not itself learnt."""
    transform = observed.rvs_to_transforms.get(variable)
    return (
        unit not in (observed.named_vars_to_dims.get(variable.name) or ())
        and variable.dtype.startswith("float")
        and (transform is None or isinstance(transform, LogTransform))
        and not set(ancestors(variable.owner.inputs)) & set(observed.basic_RVs)
    )
