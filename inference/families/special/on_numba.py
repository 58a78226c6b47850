"""The kernels on numba: their compiled functions, under keys of their own where they are kept."""

from hashlib import sha256
from typing import Any

from pytensor.link.numba.dispatch.basic import register_funcify_and_cache_key

from ...symbolic import machine_code  # noqa: F401 (says where machine code is kept)
from .kernel import Kernel, sources
from .rows import RowKernel

__all__: list[str] = []


@register_funcify_and_cache_key(Kernel)
def _numba_kernel(op: Kernel, **_: Any) -> tuple[Any, str]:
    """Return the compiled function of `op` and the key of its disk cache."""
    return op.function.code, sha256((sources() + op.name).encode()).hexdigest()


@register_funcify_and_cache_key(RowKernel)
def _numba_row(op: RowKernel, **_: Any) -> tuple[Any, str]:
    """Return the compiled function of `op`, which writes where it is told, and its key."""
    op.function.code.handles_out = True
    return op.function.code, sha256((sources() + op.name).encode()).hexdigest()
