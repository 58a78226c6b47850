"""Separation: a binary mechanism, or counts of one, whose causes predict some without error.

The likelihood then grows without bound along a direction of the parameters: the data set no limit
to them, and the posterior is as wide as the prior.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pymc.pytensorf import rvs_in_graph
from pytensor.graph.traversal import ancestors
from pytensor.scalar.basic import Exp, Expm1, Mul, Neg, Sub
from pytensor.scalar.math import Erfc, Sigmoid
from pytensor.tensor import TensorConstant, TensorVariable
from pytensor.tensor.elemwise import Elemwise

from ..errors import AssumptionWarning
from ..scm.evidence import Evidence
from ..symbolic.evaluate import evaluated
from .predictor import Predictor

__all__ = ["separating", "warn_of_separation"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FIRST, MORE = 400, 200  # rows that the linear program begins with, and adds at a time
LEAST = 1e-4  # smallest margin, of columns scaled to 1; the solver's tolerance is about 1e-7


def warn_of_separation(observed: pm.Model, evidence: Evidence, unit: str = "unit") -> None:
    """Warn of each separated mechanism with a logistic, probit or cloglog link; return nothing.

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
    The linear predictor is searched along the parameters in which it is linear. Parameters whose
    prior has parameters of its own are left out: their prior bounds them (effects of groups). Of a
    Binomial each unit counts as a success if it has any, and as a failure if it has any.

    References
    ----------
    .. [1] Albert and Anderson (1984), Biometrika 71, 1-10. doi:10.1093/biomet/71.1.1
    """
    for rv in observed.basic_RVs:
        values = evidence.columns.get(rv.name)
        predictor = None if values is None else _linear_predictor(rv)
        if predictor is None or values is None:
            continue
        gone = evidence.missing.get(rv.name, np.zeros(len(evidence), bool))
        gone = gone.reshape(gone.shape + (1,) * (values.ndim - gone.ndim))
        seen = ~np.broadcast_to(gone, values.shape).ravel()
        trials = _trials(rv, values.shape)
        found = Predictor.of(observed, predictor, values.shape, evidence, unit)
        if found is None or trials is None:
            continue
        some, short = values.ravel() > 0, values.ravel() < trials
        full = "1" if rv.owner.op.name == "bernoulli" else "n"
        if problem := _problem(rv.name, found, some & seen, short & seen, full):
            warnings.warn(problem, AssumptionWarning, stacklevel=2)


def separating(design: Floats, ones: Flags, positive: Flags) -> Floats:
    """Return each row's margin along a direction of the slopes that misclassifies no row.

    Parameters
    ----------
    design : array of shape (row, slope)
        The derivative of the linear predictor by each slope.
    ones : boolean array of shape (row,)
        The outcome.
    positive : boolean array of shape (slope,)
        The slopes that cannot be negative.

    Returns
    -------
    array of shape (row,)
        Zeros where there is no separation.

    Notes
    -----
    A linear program: the direction with the largest sum of margins, none of them negative. It is
    solved on some rows first; rows that are misclassified are added until there are none.

    Examples
    --------
    >>> x = np.array([[1.0, 0.1], [1.0, 0.4], [1.0, 0.7], [1.0, 0.9]])
    >>> free = np.array([False, False])
    >>> bool(separating(x, np.array([False, False, True, True]), free).any())
    True
    >>> bool(separating(x, np.array([False, True, False, True]), free).any())
    False
    """
    from scipy.optimize import linprog  # long to import

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


def _problem(name: str, predictor: Predictor, some: Flags, short: Flags, full: str) -> str | None:
    """Return what is separated, and by what, in words.

    `some` are the units with successes, `short` those with failures; `full` is all successes.
    """
    design, slopes = predictor.linear()
    known = np.isfinite(design).all(axis=1)  # a gate in the model may make it infinite
    sides = [np.flatnonzero(side & known) for side in (some, short)]
    many = int(((some | short) & known).sum())
    design = design[np.concatenate(sides)]
    ones = np.repeat([True, False], [len(side) for side in sides])
    positive = np.array([s.positive for s in slopes], bool)
    told = int((separating(design, ones, positive) > 0).sum())
    if not told:
        return None
    if ones.all() or not ones.any():
        return (
            f"{name} is {full if ones.all() else 0} for every unit, so the data do not show what "
            "causes it and the posterior leans on the prior; drop the column, or add units that "
            "differ"
        )
    constant = np.ptp(design, axis=0) < LEAST
    moving = np.flatnonzero(~constant)
    alone = {}
    for k in moving:
        kept = constant | (np.arange(len(slopes)) == k)
        alone[k] = int((separating(design[:, kept], ones, positive[kept]) > 0).sum())
    blamed = [slopes[k] for k in moving if alone[k] or not any(alone.values())]
    told = max(alone.values()) or told
    causes = predictor.causes(blamed) or ["a constant of the model"]
    verb = "together tell" if len(causes) > 1 and not any(alone.values()) else "alone tells"
    return (
        f"separation: {', '.join(causes)} {verb} {name} = {full} from {name} = 0 without error in "
        f"at least {told} of {many} {predictor.rows}, so the data set no bound to "
        f"{', '.join(map(str, blamed))}, and the posterior leans on the prior; give it one that "
        "you believe, leave the cause out, or add units"
    )


def _trials(rv: TensorVariable, shape: tuple[int, ...]) -> NDArray[Any] | None:
    """Return how many trials each value is of; None where that is not known."""
    if rv.owner.op.name != "binomial":
        return np.ones(int(np.prod(shape)))
    n = rv.owner.op.dist_params(rv.owner)[0]
    if rvs_in_graph([n]):
        return None
    return np.broadcast_to(evaluated([n])[0], shape).ravel()


def _linear_predictor(rv: TensorVariable) -> TensorVariable | None:
    """Return the linear predictor of a Bernoulli or Binomial; None of other variables and links."""
    if getattr(rv.owner.op, "name", None) not in ("bernoulli", "binomial"):
        return None
    p = rv.owner.op.dist_params(rv.owner)[-1]
    while p.owner is not None and p.owner.op.view_map:  # a Deterministic
        p = p.owner.inputs[0]
    if _is(p, Sigmoid):
        return p.owner.inputs[0]
    if _is(p, Mul):  # the normal cdf of pm.math.invprobit is erfc(-x / sqrt(2)) / 2
        tails = [v for v in p.owner.inputs if _is(v, Erfc)]
        rest = [v for v in p.owner.inputs if v not in tails]
        if len(tails) == 1 and _are_numbers(rest):
            return -tails[0].owner.inputs[0]
    if _is(p, Sub) and _are_numbers(p.owner.inputs[:1]):  # cloglog: 1 - exp(-exp(x))
        return _under(p.owner.inputs[1], Exp, Neg, Exp)
    return _under(p, Neg, Expm1, Neg, Exp)


def _under(variable: TensorVariable, *scalar_ops: type) -> TensorVariable | None:
    """Return what these operations are applied to, the last one first."""
    for scalar_op in scalar_ops:
        if not _is(variable, scalar_op):
            return None
        variable = variable.owner.inputs[0]
    return variable


def _are_numbers(variables: Sequence[TensorVariable]) -> bool:
    roots = [v for v in ancestors(variables) if v.owner is None]
    return all(isinstance(v, TensorConstant) for v in roots)


def _is(variable: TensorVariable, scalar_op: type) -> bool:
    """Return whether a variable is the result of this operation, element by element."""
    node = variable.owner
    return (
        node is not None
        and isinstance(node.op, Elemwise)
        and isinstance(node.op.scalar_op, scalar_op)
    )
