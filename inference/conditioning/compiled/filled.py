"""nutpie's compiled model, filled with what we compile of a model.

Where it is known how wide the posterior is, and in which directions, chains walk in a *frame*:
coordinates in which it is as wide in all of them, and uncorrelated.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor
from numpy.typing import NDArray
from pymc.initial_point import make_initial_point_fn
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor import TensorVariable

from ...symbolic.evaluate import evaluated, length
from .callbacks import Callbacks
from .frame import CENTRE, ROOT

__all__ = ["filled_model"]


def filled_model(model: pm.Model, keep: Sequence[str]) -> Any:
    """Return what `compiled_density` does, in the releases of nutpie and PyTensor that are known.

    Parameters
    ----------
    model : pm.Model
        With its data observed as shared variables, whose names ``with_data`` of the result takes.
    keep : sequence of str
        The variables that draws have.

    Returns
    -------
    nutpie.compile_pymc.CompiledPyMCModel
    """
    from nutpie.compile_pymc import CompiledPyMCModel, make_user_data

    initial = make_initial_point_fn(model=model, jitter_rvs=set(model.free_RVs))
    point = initial(0)
    values = {v.name: v for v in model.value_vars}
    kept = dict(zip(keep, model.replace_rvs_by_values([model[n] for n in keep]), strict=True))
    density = model.logp()
    outputs = [density, *kept.values()]
    shared = [v for v in graph_inputs(outputs) if isinstance(v, SharedVariable)]
    no_frame = [pytensor.shared(np.zeros(s), name=n) for n, s in ((CENTRE, 0), (ROOT, (0, 0)))]
    keys = {v: f"data{k}" for k, v in enumerate([*shared, *no_frame])}
    data = {key: np.array(v.get_value(), order="C") for v, key in keys.items()}
    user_data = make_user_data(keys, data)
    shapes = _shapes(kept, values, point)
    callbacks = Callbacks(model, values, {n: np.shape(v) for n, v in point.items()}, shared)
    return CompiledPyMCModel(
        dims=dict(model.named_vars_to_dims),
        compiled_logp_func=callbacks.density(density),
        compiled_expand_func=_WhenAsked(lambda: callbacks.expansion(list(kept.values()))),
        initial_point_func=_flat(initial, list(values)),
        shared_data=data,
        shared_var_keys=keys,
        user_data=user_data,
        n_expanded=sum(prod(s) for s in shapes),
        shape_info=(list(kept), None, shapes),
        logp_func=None,
        expand_func=None,
        reparameterized_names=[],
        _n_dim=callbacks.length,
        _shapes=dict(zip(kept, shapes, strict=True)),
        _coords=_coords(model, point),
    )


@dataclass(eq=False)
class _WhenAsked:
    """A C function that is compiled when its address is asked for: where there is sampling."""

    compile: Callable[[], Any]

    @cached_property
    def function(self) -> Any:
        """The function."""
        return self.compile()

    @property
    def address(self) -> int:
        """Where the function is."""
        return int(self.function.address)


def _shapes(
    kept: Mapping[str, TensorVariable],
    values: Mapping[str, TensorVariable],
    point: Mapping[str, NDArray[Any]],
) -> list[tuple[int, ...]]:
    """Return the shapes of the variables kept."""
    lengths = evaluated([v.shape for v in kept.values()], {v: point[n] for n, v in values.items()})
    return [tuple(map(int, s)) for s in lengths]


def _flat(
    initial: Callable[[int], Mapping[str, NDArray[Any]]], names: Sequence[str]
) -> Callable[[int], NDArray[np.float64]]:
    """Return the function from a seed to where a chain begins; its random stream is one."""
    lock = threading.Lock()

    def start(seed: int) -> NDArray[np.float64]:
        with lock:
            point = initial(seed)
        return np.concatenate([np.ravel(point[n]).astype(np.float64) for n in names])

    return start


def _coords(model: pm.Model, point: Mapping[str, NDArray[Any]]) -> dict[str, pd.Index]:
    coords = {
        name: pd.Index(range(length(model.dim_lengths[name])) if labels is None else labels)
        for name, labels in model.coords.items()
    }
    elements = [
        ".".join([name, *map(str, index)])
        for name, value in point.items()
        for index in np.ndindex(np.shape(value))
    ]
    return coords | {"unconstrained_parameter": pd.Index(elements)}
