"""NumPyro's NUTS over a model's log-density: compiled once a process for all data of one shape.

PyMC puts the data into the density as constants, so that XLA compiles anew for each data set, and
works at folding them. Here they are arguments, and chains are one loop over steps, or on a CPU
each a loop of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.initial_point import make_initial_point_fn
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.replace import clone_replace, vectorize_graph
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor import TensorVariable

from ...engine.threads import free_cores
from ...symbolic.digest import digest
from ...symbolic.evaluate import in_python

__all__ = ["Chains", "chains", "jaxified"]

# What NumPyro says of each step, by the names that PyMC has for it.
STATS = {
    "diverging": "diverging",
    "energy": "energy",
    "num_steps": "n_steps",
    "accept_prob": "acceptance_rate",
}
# Samplers that are kept.
KEPT = 8


@dataclass(frozen=True)
class Sampler:
    """What a compiled sampler serves; of two that are equal the first is compiled for both.

    Attributes
    ----------
    name : str or int
        Says what the log-density is.
    draws, tune : int
    target_accept : float
    inputs : tuple of TensorVariable
        The free values, and then the data.
    output : TensorVariable
        The log-density.
    free : int
        How many of the inputs are free values.
    """

    name: str | int
    draws: int
    tune: int
    target_accept: float
    inputs: tuple[TensorVariable, ...] = field(compare=False)
    output: TensorVariable = field(compare=False)
    free: int = field(compare=False)


@dataclass(frozen=True, eq=False)
class Chains:
    """What chains gave.

    Attributes
    ----------
    values : mapping of str to array of shape (chain, draw, ...)
        The variables that are kept.
    stats : mapping of str to array of shape (chain, draw)
    """

    values: Mapping[str, NDArray[Any]]
    stats: Mapping[str, NDArray[Any]]


def chains(model: pm.Model, keep: Sequence[str], seed: int, chains: int, **options: Any) -> Chains:
    """Return draws of a model's variables.

    Parameters
    ----------
    model : pm.Model
        With its data observed as shared variables.
    keep : sequence of str
        The variables that draws have.
    seed : int
    chains : int
    options
        ``draws``, ``tune`` and ``target_accept``.
    """
    import jax

    values = list(model.value_vars)
    density = _with_lengths(model.logp())
    shared = [v for v in graph_inputs([density]) if isinstance(v, SharedVariable)]
    data = [v.type() for v in shared]
    density = clone_replace(density, dict(zip(shared, data, strict=True)), rebuild_strict=False)
    inputs = (*values, *data)
    name = digest(inputs, [density]) or id(density)
    run = _compiled(Sampler(name, inputs=inputs, output=density, free=len(values), **options))
    start = make_initial_point_fn(model=model, jitter_rvs=set(model.free_RVs))
    seeds = np.random.SeedSequence(seed).generate_state(chains)
    points = [start(int(s)) for s in seeds]
    at = [np.stack([np.asarray(p[v.name], v.dtype) for p in points]) for v in values]
    keys = jax.random.split(jax.random.PRNGKey(seed), chains)
    data_now = [v.get_value(borrow=True) for v in shared]

    def some(which: slice) -> Any:
        return jax.device_get(run([a[which] for a in at], keys[which], data_now))

    found, stats = _by_chain(some, chains) if jax.default_backend() == "cpu" else some(slice(None))
    return Chains(_variables(model, keep, found), dict(stats))


def _by_chain(some: Callable[[slice], Any], chains: int) -> Any:
    """Return what all chains give, each by itself, on all cores.

    In one loop all would wait at each step for the one with the longest path. The first compiles.
    """
    import jax

    each = [slice(k, k + 1) for k in range(chains)]
    first = some(each[0])
    with ThreadPoolExecutor(free_cores()) as threads:
        others = list(threads.map(some, each[1:]))
    return jax.tree.map(lambda *parts: np.concatenate(parts), first, *others)


def _with_lengths(density: TensorVariable) -> TensorVariable:
    """Return `density` with its lengths as constants: JAX compiles for shapes that it knows."""
    inputs = [v for v in graph_inputs([density]) if isinstance(v, SharedVariable)]
    lengths = [v for v in inputs if v.type.ndim == 0 and v.dtype.startswith("int")]
    known = {v: pt.constant(v.get_value(), dtype=v.dtype) for v in lengths}
    return clone_replace(density, known, rebuild_strict=False) if known else density


def jaxified(inputs: Sequence[TensorVariable], output: TensorVariable) -> Callable[..., Any]:
    """Return the function of JAX that a graph is; XLA's flags stay as they are.

    Parameters
    ----------
    inputs : sequence of TensorVariable
    output : TensorVariable
    """
    # PyMC asks XLA for a hundred host devices when this is first imported; nobody else wants them.
    flags = os.environ.get("XLA_FLAGS")
    from pymc.sampling.jax import get_jaxified_graph

    if flags is None:
        os.environ.pop("XLA_FLAGS", None)
    else:
        os.environ["XLA_FLAGS"] = flags
    function: Callable[..., Any] = get_jaxified_graph(list(inputs), [output])
    return function


@lru_cache(KEPT)
def _compiled(sampler: Sampler) -> Any:
    """Return the function from points, keys and data to what chains give."""
    import jax
    from numpyro.infer.hmc import hmc

    density = jaxified(sampler.inputs, sampler.output)
    start, step = hmc(
        potential_fn_gen=lambda *data: lambda values: -density(*values, *data)[0], algo="NUTS"
    )
    tune, last = sampler.tune, sampler.tune + sampler.draws

    def seen(state: Any) -> Any:
        stats = {name: getattr(state, own) for own, name in STATS.items()}
        return state.z, stats | {"step_size": state.adapt_state.step_size}

    def run(points: Any, keys: Any, data: Any) -> Any:
        def begin(point: Any, key: Any) -> Any:
            return start(
                point, tune, target_accept_prob=sampler.target_accept, model_args=data, rng_key=key
            )

        def body(k: Any, carried: Any) -> Any:
            state, kept = carried
            state = jax.vmap(lambda s: step(s, model_args=data))(state)
            place = jax.numpy.maximum(k - tune, 0)  # what is drawn before is written over
            new = jax.tree.map(lambda all_, one: all_.at[:, place].set(one), kept, seen(state))
            return state, new

        state = jax.vmap(begin)(points, keys)
        shape = jax.tree.map(
            lambda x: jax.numpy.zeros((len(x), sampler.draws, *x.shape[1:]), x.dtype), seen(state)
        )
        return jax.lax.fori_loop(0, last, body, (state, shape))[1]

    return jax.jit(run)


def _variables(
    model: pm.Model, keep: Sequence[str], found: Sequence[NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """Return variables of the model at free values of shape (chain, draw, ...)."""
    values = list(model.value_vars)
    own = [_with_lengths(v) for v in model.replace_rvs_by_values([model[n] for n in keep])]
    many = [v.type.clone(shape=(None, None, *v.type.shape))() for v in values]
    outputs = vectorize_graph(own, dict(zip(values, many, strict=True)))
    sizes = found[0].shape[:2]
    drawn = in_python(many, outputs, stable=True)(*found)
    return {
        n: v if v.ndim == o.ndim + 2 else np.broadcast_to(v, (*sizes, *v.shape))
        for n, v, o in zip(keep, drawn, own, strict=True)
    }
