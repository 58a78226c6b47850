"""Products rounded before they are added, so that on JAX equal worlds are equal to the last bit.

XLA fuses as it likes, and in what it fused a product and a sum become one operation, which rounds
once instead of twice: here, but not in the copy of the same expression that stands in another
world. A product that passes an exclusive or with a zero which the compiler does not know is beyond
its reach; no bit of it changes.

PyTensor's own conversion to JAX is changed while `exact_mode` converts a graph, and is back when
that is done: other functions of the same process are what they are without this module.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.lax import bitcast_convert_type
from pytensor import scalar
from pytensor.compile.mode import Mode, get_mode
from pytensor.link.jax import JAXLinker
from pytensor.link.jax.dispatch import jax_funcify
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import CAReduce, Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.special import LogSoftmax, Softmax

__all__ = ["exact_mode", "rounded"]

ZERO: ContextVar[Any] = ContextVar("ZERO", default=None)
# What adds or passes on: no product to be rounded.
SUMS = (scalar.Add, scalar.Sub, scalar.Switch, scalar.Neg, scalar.Cast)
# What may make products, as PyTensor converts it.
ROUNDED = (Elemwise, CAReduce, Dot, Blockwise, Softmax, LogSoftmax)
CONVERTING = threading.RLock()


def rounded(value: Any) -> Any:
    """Return a float as it is, but rounded by itself; only in functions that `exact_mode` made."""
    zero = ZERO.get()
    if zero is None or getattr(value, "dtype", None) != np.float64:
        return value
    bits = bitcast_convert_type(value, jnp.int64) ^ zero
    return bitcast_convert_type(bits, jnp.float64)


class _ExactLinker(JAXLinker):
    """JAX's linker; what it compiles takes one argument more, the zero."""

    def fgraph_convert(self, *arguments: Any, **more: Any) -> Any:
        """Return the graph as a function of JAX arrays whose products are rounded."""
        with _each_rounded():
            return super().fgraph_convert(*arguments, **more)

    def jit_compile(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        """Return `fn` compiled, with its products rounded."""

        def traced(*arguments: Any) -> Any:
            token = ZERO.set(arguments[-1])
            try:
                return fn(*arguments[:-1])
            finally:
                ZERO.reset(token)

        function = super().jit_compile(traced)
        return lambda *arguments: function(*arguments, np.int64(0))


def exact_mode() -> Mode:
    """Return PyTensor's mode for JAX, but one in which every product is rounded by itself.

    Assertions on shapes are left out: JAX knows all shapes when it compiles, and warns of each.
    """
    mode = get_mode("JAX").including("local_remove_all_assert")
    return Mode(_ExactLinker(), mode.provided_optimizer)


@contextmanager
def _each_rounded() -> Iterator[None]:
    """Convert what is in `ROUNDED` to functions whose results are rounded, for the time being."""
    with CONVERTING:
        before = {kind: jax_funcify.dispatch(kind) for kind in ROUNDED}
        try:
            for kind, plain in before.items():
                jax_funcify.register(kind)(_rounding(plain))
            yield
        finally:
            for kind, plain in before.items():
                jax_funcify.register(kind)(plain)


def _rounding(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return a conversion like `plain`, whose functions round what they give but for sums."""

    def funcify(op: Any, **more: Any) -> Callable[..., Any]:
        function = plain(op, **more)
        if isinstance(getattr(op, "scalar_op", None), SUMS):
            return function
        return lambda *inputs: rounded(function(*inputs))

    return funcify
