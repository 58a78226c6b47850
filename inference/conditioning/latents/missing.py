"""Columns of which some values are missing: those become variables of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.distributions.distribution import create_partial_observed_rv
from pymc.distributions.transforms import Interval
from pymc.exceptions import NotConstantValueError
from pymc.logprob.transforms import IntervalTransform
from pymc.model.fgraph import (
    ModelFreeRV,
    model_deterministic,
    model_from_fgraph,
    model_observed_rv,
)
from pymc.pytensorf import constant_fold, toposort_replace
from pytensor.graph.replace import graph_replace
from pytensor.tensor import TensorVariable

from ...errors import ModelError
from ...families.form import family_name
from ...scm.evidence import Evidence
from ...scm.representation import free_variable, represented, starts_of, with_starts

__all__ = ["completed"]


def completed(model: pm.Model, evidence: Evidence) -> pm.Model:
    """Return the model in which what is seen of a partly seen mechanism is observed.

    Parameters
    ----------
    model : pm.Model
        With the evidence's units; the mechanisms that lack some values are free.
    evidence : Evidence

    Returns
    -------
    pm.Model
        A mechanism ``V`` that lacks some values is a Deterministic there, with all units; the
        values that are missing are the free variable ``V_missing``, and ``V_seen`` is observed.
    """
    fgraph = represented(model)
    replacements = []
    for node in fgraph.toposort():
        if not isinstance(node.op, ModelFreeRV) or node.op.name not in evidence.missing:
            continue
        name = node.op.name
        rv, mask = node.inputs[0], evidence.gaps[name]
        if mask.ndim > 1 and (mask == mask.all(axis=_trailing(mask), keepdims=True)).all():
            mask = evidence.missing[name]  # vectors are there or not, as a whole
        (seen, _), (gone, _), joined = create_partial_observed_rv(rv, mask)
        values = evidence.columns[name][~mask].astype(rv.dtype)
        data = pytensor.shared(values, name=f"{name}_seen", shape=seen.type.shape)
        observed = model_observed_rv(seen, data, f"{name}_seen")
        transform = node.op.transform
        if gone.owner.op is not rv.owner.op:  # the transform would look for bounds where none are
            transform = _with_fixed_bounds(transform, rv, mask, name)
        free = free_variable(gone, transform, f"{name}_missing")
        whole = graph_replace([joined], {seen: observed, gone: free})[0]
        replacements.append((node.outputs[0], model_deterministic(whole, name, *node.op.dims)))
    toposort_replace(fgraph, tuple(replacements), reverse=True)
    return with_starts(model_from_fgraph(fgraph, mutate_fgraph=True), starts_of(model))


def _trailing(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the axes beyond that of the units."""
    return tuple(range(1, mask.ndim))


def _with_fixed_bounds(
    transform: Any, rv: TensorVariable, mask: NDArray[np.bool_], name: str
) -> Any:
    """Return an interval transform of all values of `rv` as one of those that are missing."""
    if not isinstance(transform, IntervalTransform):
        return transform
    bounds = [None if b is None else pt.as_tensor(b) for b in transform.args_fn(*rv.owner.inputs)]
    try:
        known = constant_fold([b for b in bounds if b is not None])
    except NotConstantValueError:
        raise ModelError(
            f"{name!r} lacks values, and the bounds of its family ({family_name(rv)}) depend on "
            "other variables; give it fixed bounds, or drop the units that lack it"
        ) from None
    numbers = iter(known)
    low, high = (
        None if b is None else np.broadcast_to(next(numbers), mask.shape)[mask] for b in bounds
    )
    return Interval(bounds_fn=lambda *_: (low, high))
