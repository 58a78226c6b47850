"""What a model's expressions are, down to every number and every line of a user's function.

Unlike `digest`, which gives up, this tells also of what says little of itself (a shared variable,
a user's operation or density) as much as can be seen from outside.
"""

from __future__ import annotations

import sys
from functools import partial
from hashlib import sha256
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
from pymc.logprob.abstract import _logprob
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.op import HasInnerGraph, Op
from pytensor.tensor.random.type import RandomType
from pytensor.tensor.type import TensorType

from ..scm.equations import Equation, Equations
from ..symbolic.digest import PLAIN, Reader

__all__ = ["labels_digest", "likeness", "value_digest"]


class _Likeness(Reader):
    """Texts that are equal for equal models, and differ where an answer could."""

    def __init__(self) -> None:
        self._inside: set[int] = set()

    def value(self, value: Any) -> str:
        # Its static shape may be the number of units that a model was built with.
        if isinstance(value, TensorType):
            return f"tensor {value.dtype} {value.ndim}"
        if isinstance(value, type) and not _is_found_again(value):
            return self.unknown(value)
        return super().value(value)

    def operation(self, op: Any) -> str:
        if isinstance(op, Op) and not _is_found_again(type(op)):
            return self.unknown(op)
        return super().operation(op)

    def unknown(self, value: Any) -> str:
        if id(value) in self._inside:
            return "itself"
        self._inside.add(id(value))
        try:
            return f"{type(value).__qualname__} {self._seen(value)}"
        finally:
            self._inside.discard(id(value))

    def _seen(self, value: Any) -> str:
        """Return what can be seen of a value from outside."""
        if isinstance(value, Variable):
            return self._variable(value)
        if isinstance(value, np.ndarray):
            return self.value(value.tolist())
        if isinstance(value, FunctionType):
            return self._function(value)
        if isinstance(value, MethodType):
            return str(self.values((value.__func__, value.__self__)))
        if isinstance(value, partial):
            return str(self.values((value.func, value.args, value.keywords)))
        if isinstance(value, CodeType):
            return f"{value.co_code!r} {value.co_names} {self.values(value.co_consts)}"
        if isinstance(value, ModuleType):
            return value.__name__
        if isinstance(value, type):
            return self._class(value)
        if hasattr(value, "tocsr"):
            rows = value.tocsr()
            return str(self.values((rows.shape, rows.data, rows.indices, rows.indptr)))
        inside = ""
        if isinstance(value, HasInnerGraph):
            inside = self.graph(value.inner_inputs, value.inner_outputs)
        names = getattr(value, "__props__", None) or sorted(getattr(value, "__dict__", ()))
        held = {n: getattr(value, n, None) for n in names if "fgraph" not in n}
        return f"{self.value(type(value))} {self.value(held)} ({inside})"

    def _variable(self, variable: Variable) -> str:
        if isinstance(variable.type, RandomType):
            return "random numbers"
        if isinstance(variable, Constant):
            return self.value(variable.data)
        if hasattr(variable, "get_value"):
            return self.value(variable.get_value(borrow=True))
        return f"{self.value(variable.type)} {variable.name}"

    def _function(self, function: FunctionType) -> str:
        """Return what a function does, and the values from outside that it reads."""
        read = {n: function.__globals__.get(n) for n in function.__code__.co_names}
        kept = (*PLAIN, np.ndarray, FunctionType, tuple)
        seen = {n: v for n, v in read.items() if v is not None and isinstance(v, kept)}
        if function.__module__.partition(".")[0] in ("pymc", "pytensor", "numpy"):
            seen = {}
        cells = []
        for cell in function.__closure__ or ():
            try:
                cells.append(cell.cell_contents)
            except ValueError:  # not filled yet
                continue
        return str(self.values((function.__code__, function.__defaults__, seen, cells)))

    def _class(self, kind: type) -> str:
        """Return a class that was made for one model: a custom distribution, or a user's own."""
        density = _logprob.registry.get(kind)
        own = {n: v for n, v in vars(kind).items() if isinstance(v, (*PLAIN, FunctionType))}
        own = {n: v for n, v in own.items() if n not in ("__module__", "__qualname__", "__doc__")}
        return f"{kind.__qualname__} {self.values(kind.__bases__)} {self.value(own)} " + (
            self.value(density) if density else ""
        )


def _is_found_again(kind: type) -> bool:
    """Return whether a class is PyMC's or PyTensor's own, and no class made for one model."""
    if kind.__module__.partition(".")[0] not in ("pymc", "pytensor", "builtins", "numpy"):
        return False
    found: Any = sys.modules.get(kind.__module__)
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is kind


def likeness(equations: Equations) -> str:
    """Return a digest of all equations of a model: every number and function in them.

    Values of ``pm.Data`` are no part of it, nor are the lengths of dimensions.

    Parameters
    ----------
    equations : Equations
        In whatever order the variables were defined.

    Returns
    -------
    str
    """
    transforms = {rv.name: t for rv, t in equations.model.rvs_to_transforms.items()}
    lines = [
        f"{name} {equation.kind} {equation.dims} {_expression(equations, equation)} "
        f"{_Likeness().value(transforms.get(name))}"
        for name, equation in sorted(equations.items())
        if equation.kind != "data"
    ]
    return sha256("\n".join(lines).encode()).hexdigest()


def _expression(equations: Equations, equation: Equation) -> str:
    known = sorted(equation.parents)
    lengths = sorted(equations.dim_lengths.items())
    inputs = [*(equations[n].symbol for n in known), *(v for _, v in lengths)]
    text = _Likeness().graph(inputs, [equation.expression])
    return f"{known} {[name for name, _ in lengths]} {text}"


def value_digest(values: Any) -> str:
    """Return a digest of an array."""
    return sha256(_Likeness().value(np.asarray(values)).encode()).hexdigest()


def labels_digest(labels: Any) -> str:
    """Return a digest of labels in their order, whatever holds them."""
    return value_digest(np.array([str(v) for v in labels], dtype=object))
