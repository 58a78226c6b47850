"""Kernels over the last axis, one row of categories a value, as symbolic operations.

Like `kernel`, but a core operation of vectors under PyTensor's Blockwise, which broadcasts what is
before the last axis and survives ``vectorize_graph``.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor import TensorVariable
from pytensor.tensor.blockwise import Blockwise

from .counts import placed
from .kernel import BY_NUMPY, compiled

__all__ = ["ROWS", "RowKernel", "gumbel_move", "ordered_move", "row_kernel"]

LEAST = 1e-300
SAME = 1e-12
ROWS: dict[str, "RowKernel"] = {}


class RowKernel(Op):
    """A compiled function of scalars and vectors; equal by name.

    It gives one number, or a row as long as its first input.
    """

    __props__ = ("name",)

    def __init__(self, function: Any, signature: str, dtype: str, by_numpy: bool = False) -> None:
        self.name = function.py_func.__name__
        there = (f"{BY_NUMPY}.{self.name}", signature.count(",(") + 1, 1)
        self.gufunc_spec = there if by_numpy else None
        self.function = function
        self.gufunc_signature = signature
        self.dtype, self.one = dtype, signature.endswith("->()")

    def make_node(self, *inputs: Any) -> Apply:
        """Return the node of a row's inputs."""
        inputs = tuple(pt.as_tensor_variable(x) for x in inputs)
        shape = () if self.one else inputs[0].type.shape
        return Apply(self, list(inputs), [pt.tensor(dtype=self.dtype, shape=shape)])

    def infer_shape(self, node: Any, shapes: Any) -> list[tuple[Any, ...]]:
        """Return the shape of a scalar, or of the first input.

        Parameters
        ----------
        node : Apply
        shapes : list of tuple
            Of the inputs.
        """
        return [() if self.one else shapes[0]]

    def perform(self, node: Any, inputs: Any, outputs: Any) -> None:
        """Write the value at `inputs` into `outputs` (used when constants are folded).

        Parameters
        ----------
        node : Apply
        inputs : list of ndarray
        outputs : list of list of ndarray
        """
        outputs[0][0] = self.function(*(np.asarray(x) for x in inputs))

    def __reduce__(self) -> tuple[Any, ...]:
        return ROWS.__getitem__, (self.name,)


def row_kernel(
    signature: str, dtype: str = "int64", by_numpy: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., TensorVariable]]:
    """Return a decorator that makes a function of one row a symbolic one of many.

    Its first input has the type of its result; the others are floats.

    Parameters
    ----------
    signature : str
        Core dims, as NumPy writes them.
    dtype : str
        Of the result.
    by_numpy : bool
        Whether `by_numpy` has a function of that name, of whole arrays, for graphs that are run in
        Python.
    """

    def wrap(function: Callable[..., Any]) -> Callable[..., TensorVariable]:
        op = RowKernel(compiled(function), signature, dtype, by_numpy)
        ROWS[op.name] = op
        blockwise = Blockwise(op, signature=signature)

        def symbolic(first: Any, *inputs: Any) -> TensorVariable:
            floats = [pt.as_tensor_variable(x).astype("float64") for x in inputs]
            result: TensorVariable = blockwise(pt.as_tensor_variable(first).astype(dtype), *floats)
            return result

        symbolic.__name__ = op.name
        symbolic.__doc__ = function.__doc__
        return symbolic

    return wrap


@compiled
def alike(p: Any, new: Any) -> bool:
    """Return whether two rows of chances are equal, up to rounding."""
    for k in range(p.size):  # noqa: SIM110  (numba compiles no `all` of a generator)
        if abs(p[k] - new[k]) > SAME * new[k]:
            return False
    return True


@row_kernel("(),(k),(k),(k)->()", by_numpy=True)
def gumbel_move(value: Any, p: Any, new: Any, draws: Any, out: Any = None) -> Any:
    """Return the winner of the Gumbel race at `new` chances, when `value` won it at p.

    As arrivals: the race is won at exp(-draws[value]), and category k, had it not been for the
    winner, arrives exp(-draws[k]) / p[k] later.

    Parameters
    ----------
    value : ndarray
        The category that was seen.
    p : ndarray
        Chances that held, one a category.
    new : ndarray
        The new chances.
    draws : ndarray
        Gumbel noise, one a category.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty((), np.int64)
    won = value[()]
    out[()] = won
    if alike(p, new):
        return out
    start = math.exp(-draws[won])
    best, chance = start * max(p[won], LEAST), max(new[won], LEAST)
    for k in range(p.size):
        if k != won:
            time = math.exp(-draws[k]) + start * max(p[k], LEAST)
            rival = max(new[k], LEAST)
            if time * chance < best * rival:
                best, chance = time, rival
                out[()] = k
    return out


@row_kernel("(),(k),(k),()->()")
def ordered_move(value: Any, p: Any, new: Any, draw: Any, out: Any = None) -> Any:
    """Return the ordered category at `new` chances of the rank that `value` has at p.

    Parameters
    ----------
    value : ndarray
        The category that was seen.
    p : ndarray
        Chances that held, one a category.
    new : ndarray
        The new chances.
    draw : ndarray
        Noise that chooses within the category.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty((), np.int64)
    here, last = value[()], p.size - 1
    out[()] = here
    if alike(p, new):
        return out
    below, above = 0.0, 0.0
    for k in range(p.size):
        if k < here:
            below += p[k]
        elif k > here:
            above += p[k]
    low, high = placed(below, p[here], above, draw[()])
    if low < high:
        k, total = 0, new[0]
        while k < last and low > total:
            k += 1
            total += new[k]
    else:
        k, total = last, new[last]
        while k > 0 and high >= total:
            k -= 1
            total += new[k]
    out[()] = k
    return out
