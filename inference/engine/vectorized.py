"""A graph of one draw, compiled over many draws, and over many settings of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any, Literal

import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import Mode
from pytensor.graph.replace import vectorize_graph
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from ..errors import ModelError
from ..families.special import jax_mode
from ..symbolic.evaluate import STABLE

__all__ = ["Axis", "Backend", "vectorized"]

Backend = Literal["numba", "jax", "python"]
# What an input differs along: the draws of a posterior, or the settings of a query.
Axis = Literal["draw", "setting"]


def vectorized(
    outputs: Sequence[TensorVariable],
    symbols: Sequence[TensorVariable],
    axes: Mapping[str, Axis],
    backend: Backend,
) -> tuple[Callable[..., Any], bool]:
    """Return the compiled function of `outputs`, with a leading axis of draws on all of them.

    And whether it is narrow: nothing in it has a value for each draw and each unit.

    Parameters
    ----------
    outputs, symbols : sequence of TensorVariable
        The graph and its inputs, in core shape.
    axes : mapping of str to {"draw", "setting"}
        What the inputs of these names differ along, on a leading axis; the others are the same
        throughout. Where one differs along settings, all outputs have these before the draws; an
        axis is of length 1 where nothing differs along it.
    backend : {"numba", "jax", "python"}

    Raises
    ------
    ModelError
        If something in the graph does not run on `backend`.
    """
    many = "setting" in axes.values()
    given = {s: _with_axis(s) for s in symbols if s.name in axes}
    lead: dict[TensorVariable, TensorVariable] = dict(given)
    if many:  # (setting, draw, ...), of length 1 along what it does not differ along
        lead = {
            s: v[:, None] if axes[str(s.name)] == "setting" else v[None] for s, v in given.items()
        }
    found = vectorize_graph(list(outputs), lead) if lead else list(outputs)
    front = 2 if many else 1
    # An output that nothing reaches is one for all draws.
    found = [
        pt.shape_padleft(v, front + o.ndim - v.ndim) if v.ndim < front + o.ndim else v
        for v, o in zip(found, outputs, strict=True)
    ]
    arguments = [given.get(s, s) for s in symbols]
    # Numba's fast-math reorders sums, by which a zero shift would no longer be exactly zero.
    with pytensor.config.change_flags(numba__fastmath=False):
        try:
            function = pytensor.function(arguments, found, mode=_mode(backend))
        except NotImplementedError as error:
            raise ModelError(f"the model does not run on {backend}: {error}") from None
    function.trust_input = True
    narrow = not any(_is_wide(v, front) for v in ancestors(found))
    if backend == "numba":
        from .on_numba import freed

        return freed(function, len(arguments)), narrow
    return _in_turn(function), narrow


def _in_turn(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function for many threads, one at a time: PyTensor's holds the numbers of one."""
    lock = Lock()

    def run(*given: Any) -> Any:
        with lock:
            return function(*given)

    return run


def _with_axis(symbol: TensorVariable) -> TensorVariable:
    """Return the symbol with a leading axis, of draws or of settings."""
    return pt.TensorType(dtype=symbol.dtype, shape=(None, *symbol.type.shape))(name=symbol.name)


def _is_wide(variable: Any, front: int) -> bool:
    """Return whether something has a value for each draw and for each of something else."""
    shape = getattr(variable.type, "shape", ())
    return None in shape[front - 1 : front] and any(n != 1 for n in shape[front:])


def _mode(backend: Backend) -> Mode:
    """Return PyTensor's mode, in which ``a + (b - c)`` stays itself: exactly `a` where b is c."""
    modes = {"python": lambda: STABLE, "numba": _numba_mode, "jax": jax_mode}
    return modes[backend]().excluding("local_add_canonizer")


def _numba_mode() -> Mode:
    from .on_numba import numba_mode

    return numba_mode()
