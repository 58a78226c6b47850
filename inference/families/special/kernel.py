"""Scalar functions in plain Python, compiled by numba, as elementwise symbolic operations.

A kernel is written once as a scalar function. In a graph it is an ordinary elementwise operation:
it broadcasts, fuses, and survives ``vectorize_graph``. PyTensor compiles with fast-math flags by
default; kernels do not, for they compare, carry infinities, and must repeat to the last bit.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytensor.tensor as pt
from pytensor.scalar.basic import ScalarOp, get_scalar_type
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import Elemwise

from ...symbolic.late import Late

__all__ = ["KERNELS", "Kernel", "compiled", "kernel", "sources"]

KERNELS: dict[str, "Kernel"] = {}
# What no kernel that numba compiles depends on.
NO_KERNELS = ("__init__", "by_numpy", "lockstep", "on_jax", "on_numba", "rounding", "subset")
BY_NUMPY = f"{__name__.rpartition('.')[0]}.by_numpy"


@cache
def sources() -> str:
    """Return a hash of every kernel's source: what is cached on disk is as old as this."""
    files = sorted(f for f in Path(__file__).parent.glob("*.py") if f.stem not in NO_KERNELS)
    return sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def compiled(function: Callable[..., Any]) -> Any:
    """Return `function` compiled by numba: exact arithmetic, cached on disk by its source."""
    return Late(function, sources())


class Kernel(ScalarOp):
    """A compiled scalar function of floats as a scalar operation; equal by name."""

    def __init__(self, function: Any, nin: int, output: str, by_numpy: bool = False) -> None:
        self.function = function
        self.nin = nin
        self.output = output
        if by_numpy:
            self.nfunc_spec = (f"{BY_NUMPY}.{function.py_func.__name__}", nin, 1)
        super().__init__(name=function.py_func.__name__)

    def output_types(self, types: Any) -> list[Any]:
        """Return the type of the one output."""
        return [get_scalar_type(self.output)]

    def impl(self, *inputs: float) -> Any:
        """Return the value at `inputs` (used when constants are folded)."""
        return self.function(*(float(x) for x in inputs))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kernel) and other.name == self.name

    def __hash__(self) -> int:
        return hash((Kernel, self.name))

    def __reduce__(self) -> tuple[Any, ...]:
        return KERNELS.__getitem__, (self.name,)


def kernel(output: str = "float64", by_numpy: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a scalar function an elementwise symbolic one.

    Parameters
    ----------
    output : str
        The dtype of the result; all inputs are float64.
    by_numpy : bool
        Whether `by_numpy` has a function of that name, for graphs that are run in Python.

    Returns
    -------
    callable
        The decorator; the symbolic function's ``scalar`` is the compiled function.
    """

    def wrap(function: Callable[..., Any]) -> Any:
        nin = function.__code__.co_argcount
        op = Kernel(compiled(function), nin, output, by_numpy)
        KERNELS[op.name] = op
        elementwise = Elemwise(op)

        def symbolic(*inputs: Any) -> TensorVariable:
            return elementwise(*(pt.as_tensor_variable(x).astype("float64") for x in inputs))

        symbolic.scalar = op.function  # type: ignore[attr-defined]
        symbolic.__name__ = op.name
        symbolic.__doc__ = function.__doc__
        return symbolic

    return wrap
