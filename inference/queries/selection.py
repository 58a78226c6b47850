"""Who is meant: what selects units, as a function of the variables of a world."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pytensor.tensor as pt
from numpy.typing import NDArray

from ..errors import QueryError, unknown
from ..inputs.codes import codes_of, has_labels
from ..scm.table import Table

__all__ = ["selection"]


def selection(
    where: Callable[[Any], Any] | Mapping[str, Any], table: Table, what: str = "`where`"
) -> Callable[[Any], Any]:
    """Return a function from a world's variables to one boolean per unit.

    Parameters
    ----------
    where : callable or mapping of str to value or values
        A function of the user's also reads the columns beside the model, as arrays; a mapping
        selects the units that have the value, or one of the values, in every column it names.
    table : Table
        Of the units asked about.
    what : str
        The subject of a message.
    """
    if callable(where):
        function = where
        return lambda values: function(_Beside(values, table))
    return lambda values: reduce(
        pt.and_, [_equal(n, wanted, values, table, what) for n, wanted in where.items()]
    )


def _equal(name: str, wanted: Any, values: Any, table: Table, what: str) -> Any:
    several = isinstance(wanted, list | tuple | set | frozenset | np.ndarray | pd.Series | pd.Index)
    options = list(wanted) if several else [wanted]
    variables = set(values)
    if name in table.beside or (name not in variables and name in table):
        return pt.constant(_held(table[name], options))
    if name not in variables:
        raise QueryError(unknown(f"{what} names", str(name), [*variables, *table.beside]))
    value = values[name]
    if value.ndim != 1:
        raise QueryError(f"{what} names {name!r}, which has {value.ndim} axes; it needs one")
    if has_labels(options):
        options = list(codes_of(options, table.levels(name), name, f"{what} asks for", QueryError))
    return reduce(pt.or_, [pt.eq(value, option) for option in options])


def _held(column: NDArray[Any], options: list[Any]) -> NDArray[np.bool_]:
    found = pd.Series(list(np.ma.filled(column, np.nan)) if column.dtype.kind == "O" else column)
    return np.asarray(found.isin(options), dtype=bool)


class _Beside(Mapping[str, Any]):
    """The variables of a world, and the columns beside the model."""

    def __init__(self, values: Mapping[str, Any], table: Table) -> None:
        self._values, self._table = values, table

    def __getitem__(self, name: str) -> Any:
        return self._table.beside[name] if name in self._table.beside else self._values[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._values
        yield from self._table.beside

    def __len__(self) -> int:
        return len(self._values) + len(self._table.beside)
