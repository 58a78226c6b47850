"""How graphs become machine code: without Python's lock, so that many threads run it at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytensor.compile.mode import Mode, get_mode
from pytensor.graph.rewriting.basic import in2out
from pytensor.link.numba.cache import CACHED_SRC_FUNCTIONS
from pytensor.link.numba.dispatch.basic import numba_njit
from pytensor.link.numba.linker import NumbaLinker

from ..families.special import by_rows
from .known_shape import known_shape

__all__ = ["freed", "numba_mode"]

# Among PyTensor's rewrites: after those that join operations, before those that write in place.
AFTER_FUSION = 60.0


class _WithoutLock(NumbaLinker):
    """Compiles what runs without Python's lock."""

    def jit_compile(self, fn_and_cache: Any) -> Any:
        """Return the function compiled, under a key of its own where it is kept on disk."""
        function, key = fn_and_cache
        if key is not None:
            CACHED_SRC_FUNCTIONS[function.py_func] = f"{key}-without-lock"
        return numba_njit(function.py_func, final_function=True, cache=key is not None, nogil=True)


def numba_mode() -> Mode:
    """Return PyTensor's mode for numba, in which long rows of counts are drawn at once."""
    mode = Mode(_WithoutLock(), get_mode("NUMBA").provided_optimizer)
    return mode.register((in2out(by_rows, known_shape), AFTER_FUSION))


def freed(function: Any, count: int) -> Callable[..., Any]:
    """Return the machine code of a function, which many threads may call.

    PyTensor's function puts the numbers where only one call at a time can have them.

    Parameters
    ----------
    function : pytensor.compile.function.types.Function
        In this mode.
    count : int
        How many numbers it takes.
    """
    thunk = function.vm
    others = thunk.inputs[count:]  # what the model holds as shared
    return lambda *given: thunk.jit_fn(*given, *(held[0] for held in others))
