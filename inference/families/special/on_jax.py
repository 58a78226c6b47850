"""The kernels on JAX: none so far, so forms that need one say ``jax = False``."""

from collections.abc import Callable
from typing import Any

from pytensor.link.jax.dispatch import jax_funcify

from .kernel import Kernel

__all__ = ["FUNCTIONS"]

FUNCTIONS: dict[str, Callable[..., Any]] = {}


@jax_funcify.register(Kernel)
def _jax_kernel(op: Kernel, **_: Any) -> Callable[..., Any]:
    """Return the JAX function of a kernel."""
    if op.name not in FUNCTIONS:
        raise NotImplementedError(f"{op.name} has no JAX implementation; use numba")
    return FUNCTIONS[op.name]
