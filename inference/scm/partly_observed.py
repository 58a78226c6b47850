"""Variables that PyMC splits where observed values are missing, made whole again.

For ``pm.Normal("x", ..., observed=[1.0, nan])`` PyMC registers ``x_observed``, ``x_unobserved`` and
a Deterministic ``x`` of both. Causally they are one mechanism, of which some values are missing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.distributions.distribution import PartialObservedRV
from pymc.distributions.transforms import _default_transform
from pymc.model.fgraph import ModelDeterministic, ModelFreeRV, ModelObservedRV, model_from_fgraph
from pymc.pytensorf import toposort_replace
from pytensor.graph.basic import Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor import TensorVariable
from pytensor.tensor.subtensor import AdvancedSubtensor

from ..errors import ModelError
from .representation import free_variable, represented, starts_of, with_starts

__all__ = ["rejoined"]

SEEN, UNSEEN = "_observed", "_unobserved"


def rejoined(model: pm.Model) -> tuple[pm.Model, dict[str, NDArray[Any]]]:
    """Return the model in which each variable is whole, and the values of those that were split.

    Parameters
    ----------
    model : pm.Model
        Left as it is.

    Returns
    -------
    pm.Model
        The very same where PyMC has split nothing.
    dict of str to array
        What is observed, NaN where it is missing.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(), pm.Model() as model:
    ...     warnings.simplefilter("ignore")  # PyMC says that it will impute
    ...     x = pm.Normal("x", pm.Normal("mean"), 1.0, observed=[1.0, np.nan])
    >>> whole, values = rejoined(model)
    >>> [v.name for v in whole.free_RVs], values["x"]
    (['mean', 'x'], array([ 1., nan]))
    """
    split = [
        v.name
        for v in model.deterministics
        if {v.name + SEEN, v.name + UNSEEN} <= set(model.named_vars)
    ]
    if not split:
        return model, {}
    fgraph = represented(model)
    nodes = {node.op.name: node for node in fgraph.toposort() if hasattr(node.op, "name")}
    values, replacements = {}, []
    for name in split:
        whole, seen, unseen = nodes[name], nodes[name + SEEN], nodes[name + UNSEEN]
        if not (
            isinstance(whole.op, ModelDeterministic)
            and isinstance(seen.op, ModelObservedRV)
            and isinstance(unseen.op, ModelFreeRV)
        ):
            continue
        mask = np.asarray(whole.inputs[0].owner.inputs[2].data)
        values[name] = _values(name, seen.inputs[1], mask)
        rv = _whole(unseen.inputs[0], values[name].shape, whole.op.dims, fgraph)
        transform = _default_transform(rv.owner.op, rv)
        free = free_variable(rv, transform, name, *whole.op.dims)
        replacements.append((whole.outputs[0], free))
    toposort_replace(fgraph, tuple(replacements), reverse=True)
    halves = {n + part for n in values for part in (SEEN, UNSEEN)}
    for k in reversed(range(len(fgraph.outputs))):
        node = fgraph.outputs[k].owner
        if getattr(node.op, "name", None) in halves:
            fgraph.remove_output(k)
    return with_starts(model_from_fgraph(fgraph, mutate_fgraph=True), starts_of(model)), values


def _values(name: str, seen: TensorVariable, mask: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the values with NaN where `mask` is false."""
    if not isinstance(seen, Constant):
        raise ModelError(
            f"what is observed of {name!r} lacks values and is no array; give the array itself"
        )
    data = np.asarray(seen.data)
    whole = np.full(mask.shape + data.shape[1:], np.nan)
    whole[mask] = data
    return whole


def _whole(
    half: TensorVariable, shape: tuple[int, ...], dims: tuple[str, ...], fgraph: FunctionGraph
) -> TensorVariable:
    """Return the random variable of which `half` is the part that was not observed."""
    node = half.owner
    if isinstance(node.op, PartialObservedRV):
        return node.inputs[0]
    batch = len(shape) - node.op.ndim_supp
    lengths = [fgraph._dim_lengths[d] for d in dims] if dims else [pt.constant(n) for n in shape]
    parameters = [_unindexed(p) for p in node.op.dist_params(node)]
    rng = pt.random.shared_rng(seed=None)
    _, rv = node.op(*parameters, size=lengths[:batch], rng=rng, return_next_rng=True)
    return rv


def _unindexed(parameter: TensorVariable) -> TensorVariable:
    """Return what a parameter was before PyMC selected the values of some units."""
    node = parameter.owner
    if node is not None and isinstance(node.op, AdvancedSubtensor):
        return node.inputs[0]
    return parameter  # the same for all, and of length 1
