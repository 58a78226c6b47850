"""A model's equations as text, read from its graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pytensor.graph.basic import Constant
from pytensor.scalar import true_div
from pytensor.tensor.elemwise import DimShuffle, Elemwise

if TYPE_CHECKING:
    from ifonly.inference.scm.equations import Equation, Equations

__all__ = ["equation_text", "equation_texts"]

# Scalar operations by PyTensor's name: their sign, and how tightly it binds.
SIGNS = {"add": ("+", 1), "sub": ("-", 1), "mul": ("*", 2), "truediv": ("/", 2), "pow": ("**", 4)}
ATOM, NEGATIVE = 9, 3
COMPARED = {"eq": "==", "neq": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
# What only moves, checks or casts values has no place in an equation.
SILENT = (
    "Cast",
    "SpecifyShape",
    "TensorFromScalar",
    "ScalarFromTensor",
    "CheckAndRaise",
    "Assert",
    "CheckParameterValue",
    "Identity",
    "Alloc",
    "Second",
)
# Longer than this, a side of an equation is named by what it reads.
LONGEST = 400


def equation_texts(equations: Equations) -> dict[str, str]:
    """Return the equations by name: first what units have, then the rest, in the model's order.

    Examples
    --------
    >>> from ifonly.inference.scm.equations import Equations
    >>> from ifonly.models.linear_walkthrough import linear_walkthrough
    >>> texts = equation_texts(Equations(linear_walkthrough()))
    >>> texts["y"]
    'y ~ Normal(y_mu, sigma_y)'
    >>> texts["y_mu"]
    'y_mu = beta_y0 + beta_ay * a + beta_by * b + beta_cy * c'
    """
    names = {e.symbol: n for n, e in equations.items()}
    kinds = ("random", "deterministic", "potential")
    written = [
        n for n in equations.model.named_vars if n in equations and equations[n].kind in kinds
    ]
    written.sort(key=lambda n: not equations.has_units(n))
    return {name: equation_text(equations[name], names) for name in written}


def equation_text(equation: Equation, names: Mapping[Any, str]) -> str:
    """Return one equation; `names` maps the symbols of the others to their names.

    Parameters
    ----------
    equation : Equation
    names : mapping of object to str
    """
    if equation.kind != "random":
        right = _bounded(equation.expression, names, equation)
        return f"{equation.name} = {right}"
    law = _law(equation.expression, lambda p: _bounded(p, names, equation))
    return f"{equation.name} ~ {law}"


def _law(variable: Any, write: Callable[[Any], str]) -> str:
    """Return a family with its parameters, each as `write` gives it."""
    from ifonly.inference.families.form import family_name

    node = variable.owner
    parameters = node.op.dist_params(node) if hasattr(node.op, "dist_params") else node.inputs
    return f"{family_name(variable)}({', '.join(map(write, parameters))})"


def _bounded(variable: Any, names: Mapping[Any, str], equation: Equation) -> str:
    text, _ = _write(variable, names)
    if len(text) > LONGEST:
        return f"f({', '.join(sorted(equation.parents))})"
    return text


def _write(variable: Any, names: Mapping[Any, str]) -> tuple[str, int]:
    """Return the text of an expression, and how tightly its outermost sign binds."""
    if variable in names:
        return names[variable], ATOM
    if isinstance(variable, Constant):
        return _constant(variable), ATOM
    node = variable.owner
    if node is None:
        return variable.name or "?", ATOM
    op = node.op
    if hasattr(op, "dist_params"):  # what a censored or mixed family is made of
        return _law(variable, lambda p: _write(p, names)[0]), ATOM
    name = type(op.scalar_op).__name__ if isinstance(op, Elemwise) else type(op).__name__
    if isinstance(op, DimShuffle) or name in SILENT:
        return _write(node.inputs[0], names)
    name = name.lower()
    if name in SIGNS:
        return _infix(*SIGNS[name], [_write(v, names) for v in node.inputs])
    inner = [_write(v, names)[0] for v in node.inputs]
    if name in COMPARED:
        return f"{inner[0]} {COMPARED[name]} {inner[1]}", 0
    if name == "floor" and isinstance(node.inputs[0], Constant):
        return _write(node.inputs[0], names)  # of a whole number, which a family makes sure of
    if name == "reciprocal":
        return _reciprocal(node.inputs[0], names)
    if name == "neg":
        text, tight = _write(node.inputs[0], names)
        return f"-{_wrapped(text, tight, NEGATIVE)}", NEGATIVE
    if name == "sqr":
        text, tight = _write(node.inputs[0], names)
        return f"{_wrapped(text, tight, ATOM)}**2", 4
    if "subtensor" in name:
        return _subtensor(inner)
    return f"{_function_name(op, name)}({', '.join(inner)})", ATOM


def _reciprocal(variable: Any, names: Mapping[Any, str]) -> tuple[str, int]:
    """Return one over an expression; a rate written as 1 / scale is the scale again."""
    node = variable.owner
    if node is not None and getattr(node.op, "scalar_op", None) == true_div:
        over, under = (_write(v, names) for v in node.inputs)
        return under if over[0] == "1" else _infix(*SIGNS["truediv"], [under, over])
    return _infix(*SIGNS["truediv"], [("1", ATOM), _write(variable, names)])


def _infix(sign: str, tight: int, parts: list[tuple[str, int]]) -> tuple[str, int]:
    text = _wrapped(*parts[0], tight)
    for part, binds in parts[1:]:
        # The right side of - and / needs brackets where a chain of + or * needs none.
        need = tight + 1 if sign in "-/" or sign == "**" else tight
        if sign == "+" and part.startswith("-"):
            text += f" - {_wrapped(part[1:], binds, tight + 1)}"
        else:
            text += f" {sign} {_wrapped(part, binds, need)}" if sign != "**" else f"**{part}"
    return text, tight


def _wrapped(text: str, tight: int, need: int) -> str:
    return text if tight >= need else f"({text})"


def _function_name(op: Any, name: str) -> str:
    scalar = getattr(op, "scalar_op", None)
    known = {"log1p": "log1p", "erfc": "erfc", "switch": "where", "and": "and", "or": "or"}
    return known.get(name, name if scalar is not None else getattr(op, "name", None) or name)


def _subtensor(inner: list[str]) -> tuple[str, int]:
    return f"{inner[0]}[{', '.join(inner[1:])}]" if inner[1:] else f"{inner[0]}[...]", ATOM


def _constant(constant: Any) -> str:
    value = np.asarray(constant.data)
    if value.size == 1:
        return f"{value.ravel()[0]:g}" if value.dtype.kind in "iufb" else str(value)
    flat = value.ravel()
    if value.dtype.kind in "iuf" and (flat == flat[0]).all():
        return f"{flat[0]:g}"
    if value.size <= 6:
        return f"[{', '.join(f'{v:g}' for v in flat)}]"
    return f"array of shape {value.shape}"
