"""Expressions over the columns of a table, as a user types them: parsed, and never executed."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import KnobError, unknown

__all__ = ["FUNCTIONS", "Expression", "column_values"]

LONGEST = 2_000  # characters
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Mod: operator.mod,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: np.logical_not,
}
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
JOINED: dict[type[ast.boolop], Callable[[Any, Any], Any]] = {
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
}
# Each with how many values it takes. `z` is added where it is evaluated.
FUNCTIONS: Mapping[str, tuple[Callable[..., Any], int]] = {
    "abs": (np.abs, 1),
    "clip": (np.clip, 3),
    "cos": (np.cos, 1),
    "exp": (np.exp, 1),
    "expm1": (np.expm1, 1),
    "floor": (np.floor, 1),
    "isnan": (np.isnan, 1),
    "log": (np.log, 1),
    "log1p": (np.log1p, 1),
    "maximum": (np.maximum, 2),
    "minimum": (np.minimum, 2),
    "sign": (np.sign, 1),
    "sin": (np.sin, 1),
    "sqrt": (np.sqrt, 1),
    "tanh": (np.tanh, 1),
    "where": (np.where, 3),
}
QUOTED = re.compile(r"`([^`]+)`")


def column_values(column: pd.Series) -> NDArray[Any]:
    """Return the values of a column: numbers as floats, NaN where missing; text as it is.

    Parameters
    ----------
    column : pandas.Series

    Returns
    -------
    array of shape (unit,)
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=float, na_value=np.nan)
    return column.to_numpy(dtype=object)


@dataclass(frozen=True, eq=False)
class Expression:
    """A formula over named columns; calling it with a table gives a number for each row.

    Attributes
    ----------
    text : str
        Arithmetic, comparisons, ``and``, ``or``, ``not``, ``a if b else c``, numbers, texts, names
        of columns (in backquotes where they are no Python names), ``pi`` and `FUNCTIONS`;
        ``z(column)`` is standardised by `scales`.
    scales : mapping of str to pair of float
        Mean and standard deviation of each column that ``z`` may take.

    Raises
    ------
    KnobError
        On creation, if the text holds anything else; on calling, if a column does not exist or
        text is used as a number.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [40.0, 50.0], "race": ["black", "white"]})
    >>> Expression("0.05 + 0.01*age*(race == 'black')")(table).tolist()
    [0.45, 0.05]
    >>> Expression("__import__('os')")
    Traceback (most recent call last):
    ...
    ifonly.inference.errors.KnobError: the expression "__import__('os')" calls '__import__', ...
    """

    text: str
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    _tree: ast.expr = field(init=False, repr=False)
    _names: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Parse the text, and refuse what is not in the lists above."""
        names: dict[str, str] = {}

        def placeholder(found: re.Match[str]) -> str:
            names[f"quoted_{len(names)}_"] = found[1]
            return f" quoted_{len(names) - 1}_ "

        if len(self.text) > LONGEST:
            raise KnobError(f"an expression has at most {LONGEST} characters; use a function")
        try:
            tree = ast.parse(QUOTED.sub(placeholder, self.text).strip(), mode="eval").body
            _check(tree, self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            if isinstance(error, KnobError):
                raise
            raise KnobError(
                f"the expression {self.text!r} cannot be read; write it as in "
                '"0.05 + 0.01*age", with a column whose name is no word in backquotes'
            ) from None
        object.__setattr__(self, "_tree", tree)
        object.__setattr__(self, "_names", names)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names that it reads."""
        called = {id(n.func) for n in ast.walk(self._tree) if isinstance(n, ast.Call)}
        found = [
            self._names.get(n.id, n.id)
            for n in ast.walk(self._tree)
            if isinstance(n, ast.Name) and id(n) not in called
        ]
        return tuple(dict.fromkeys(n for n in found if n != "pi"))

    def check_levels(self, table: pd.DataFrame) -> None:
        """Return nothing if a table has each text that a column of it is compared with.

        Parameters
        ----------
        table : pandas.DataFrame
            In which each level occurs.

        Raises
        ------
        KnobError
        """
        for name, level in self._levels():
            if name not in table:
                continue
            known = {v for v in column_values(table[name]) if isinstance(v, str)}
            compares = f"the expression {self.text!r} compares {name!r} with"
            if not known:
                raise KnobError(f"{compares} the text {level!r}, and the column holds numbers")
            if level not in known:
                raise KnobError(unknown(compares, level, known))

    def _levels(self) -> Iterator[tuple[str, str]]:
        """Yield each column that is compared with a text, and the text."""
        for node in ast.walk(self._tree):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            names = [self._names.get(n.id, n.id) for n in sides if isinstance(n, ast.Name)]
            texts = [n.value for n in sides if isinstance(n, ast.Constant)]
            yield from ((n, v) for n in names for v in texts if isinstance(v, str))

    def __call__(self, table: pd.DataFrame, **also: float) -> NDArray[np.float64]:
        """Return a number for each row of a table.

        Parameters
        ----------
        table : pandas.DataFrame
        **also : float
            Further names, such as ``t=1``.

        Returns
        -------
        array of shape (unit,)
        """
        with np.errstate(all="ignore"):  # what is not finite is refused by whoever asked
            found = self._value(self._tree, table, also)
        if np.asarray(found).dtype.kind not in "biuf":
            raise KnobError(f"the expression {self.text!r} gives text, and a number is needed")
        return np.broadcast_to(np.asarray(found, dtype=float), (len(table),)).copy()

    def _value(self, node: ast.expr, table: pd.DataFrame, also: Mapping[str, float]) -> Any:
        def value(inner: ast.expr) -> Any:
            return self._value(inner, table, also)

        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return float(number)
            case ast.Constant(value=text):
                return text
            case ast.Name(id=name):
                return self._named(self._names.get(name, name), table, also)
            case ast.BinOp(left=left, op=sign, right=right):
                return BINARY[type(sign)](self._number(value(left)), self._number(value(right)))
            case ast.UnaryOp(op=sign, operand=inner):
                return UNARY[type(sign)](self._number(value(inner)))
            case ast.BoolOp(op=sign, values=parts):
                return reduce(JOINED[type(sign)], (self._number(value(p)) for p in parts))
            case ast.IfExp(test=test, body=yes, orelse=no):
                return np.where(self._number(value(test)), value(yes), value(no))
            case ast.Compare(left=left, ops=signs, comparators=rights):
                return self._compared([value(left), *map(value, rights)], signs)
            case ast.Call(func=ast.Name(id="z"), args=[ast.Name(id=name)]):
                return self._standardised(self._names.get(name, name), value(node.args[0]))
            case ast.Call(func=ast.Name(id=name), args=given):
                return FUNCTIONS[name][0](*(self._number(value(g)) for g in given))
        raise AssertionError(ast.dump(node))  # _check lets nothing else through

    def _named(self, name: str, table: pd.DataFrame, also: Mapping[str, float]) -> Any:
        if name in table:
            return column_values(table[name])
        if name in also:
            return float(also[name])
        if name == "pi":
            return np.pi
        raise KnobError(
            unknown(f"the expression {self.text!r} reads", name, [*map(str, table), *also])
        )

    def _number(self, value: Any) -> Any:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise KnobError(
                f"the expression {self.text!r} calculates with text; compare it with a level, as "
                "in (race == 'black')"
            )
        return array.astype(float)

    def _compared(self, values: list[Any], signs: list[ast.cmpop]) -> Any:
        if any(isinstance(sign, ORDERED) for sign in signs):
            values = [self._number(v) for v in values]
        pairs = zip(values, signs, values[1:], strict=False)
        found = (np.asarray(COMPARED[type(s)](_plain(a), _plain(b)), float) for a, s, b in pairs)
        return reduce(np.logical_and, found)

    def _standardised(self, name: str, values: Any) -> Any:
        if name not in self.scales:
            raise KnobError(unknown("z() takes a column of numbers, not", name, self.scales))
        mean, sd = self.scales[name]
        return (self._number(values) - mean) / sd


def _plain(value: Any) -> Any:
    """Return an array that compares element by element, also numbers with text."""
    array = np.asarray(value)
    return array if array.dtype.kind in "biuf" else array.astype(object)


def _check(node: ast.expr, text: str) -> None:
    """Raise a `KnobError` for the first part of an expression that is not allowed."""
    allowed = (ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context)
    for part in ast.walk(node):
        match part:
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]):
                known = {**{n: c for n, (_, c) in FUNCTIONS.items()}, "z": 1}
                if name not in known:
                    raise KnobError(unknown(f"the expression {text!r} calls", name, known))
                if len(given) != known[name]:
                    raise KnobError(f"{name}() takes {known[name]} values, not {len(given)}")
                if name == "z" and not isinstance(given[0], ast.Name):
                    raise KnobError("z() takes the name of a column, as in z(age)")
            case ast.Constant(value=bool() | int() | float() | str()):
                pass
            case ast.BinOp(op=sign) if type(sign) in BINARY:
                pass
            case ast.UnaryOp(op=sign) if type(sign) in UNARY:
                pass
            case ast.Compare(ops=signs) if all(type(s) in COMPARED for s in signs):
                pass
            case ast.Name() | ast.BoolOp() | ast.IfExp():
                pass
            case _ if not isinstance(part, allowed):
                raise KnobError(
                    f"the expression {text!r} holds {type(part).__name__}, which is not allowed; "
                    f"use arithmetic, comparisons, numbers, columns and {', '.join(FUNCTIONS)}"
                )
