"""Average effects within groups of observed covariates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, final, override

import numpy as np
import pandas as pd
import pytensor.tensor as pt
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from pandas.api.extensions import ExtensionArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..inputs.arrays import plain
from ..inputs.codes import categories_of
from ..inputs.groups import Groups, grouped
from ..inputs.labels import axes_of, in_order
from ..inputs.tables import as_column
from ..scm.equations import Equations
from ..scm.table import Table
from .documented import documented
from .intervened import Intervened
from .unit_level import what
from .view import View

__all__ = ["CATE"]

By = str | Sequence[str] | Mapping[str, int | Sequence[float] | None] | ArrayLike


@final
@documented
@dataclass(frozen=True, eq=False)
class CATE(Intervened):
    """The average effect within groups of observed covariates.

    Parameters
    ----------
    by : str, sequence of str, mapping of str to int, sequence of float or None, or array
        The columns to group by, each a dimension of the answer; also those that the model does not
        know, and ``"x[k]"``, a column of a matrix. A name alone, or with None, groups by distinct
        values; a number of bins by quantiles of the observed column; a sequence by those edges
        (groups are open below and closed above, the outermost unbounded). An array of shape (unit,)
        has the group of each unit; a Series by label, its name the dimension (else ``group``).

    Notes
    -----
    A group without units is NaN. Groups are made of the
    values that are seen; a unit whose value is missing is, draw by draw, in the group of the value
    that is inferred.

    Examples
    --------
    >>> CATE("y", do={"x": 1}, by={"z": 4}).by
    {'z': 4}
    """

    _: KW_ONLY
    by: By = ()
    needs: ClassVar[tuple[str, ...]] = ("by",)

    def __post_init__(self) -> None:
        """Check that there is something to group by."""
        super().__post_init__()
        object.__setattr__(self, "by", as_column(self.by))
        if _is_column(self.by):
            return
        names: Any = [self.by] if isinstance(self.by, str) else self.by
        known = isinstance(names, Sequence | Mapping)
        if not known or not names or not all(isinstance(n, str) and n for n in names):
            raise QueryError(
                "CATE needs names of columns to group by, such as by='segment' or by={'age': 4}, "
                f"or a value for each unit, not {type(self.by).__name__} "
                f"{' '.join(repr(self.by).split()):.60}"
            )

    @override
    def check(self, equations: Equations) -> None:
        super().check(equations)
        if not _is_column(self.by):
            return
        others, kind = equations.dim_lengths, plain(self.by).dtype.kind
        in_order(plain(self.by), axes_of(self.by), {equations.unit: None}, "`by`", others=others)
        if kind in "cV":
            raise QueryError("`by` holds complex numbers or records; give one label for each unit")

    @property
    @override
    def named_columns(self) -> frozenset[str]:
        return super().named_columns.union(() if _is_column(self.by) else self._by())

    @override
    def functional(self, view: View) -> TensorVariable:
        difference, member = view.difference(self).astype("float64"), self._members(view)
        if difference.ndim > 1:
            raise QueryError(f"CATE takes an outcome per unit; {self.outcome!r} has further axes")
        return view.average(difference, member)

    @override
    def variance(self, view: View) -> TensorVariable | None:
        difference, member = view.difference(self).astype("float64"), self._members(view)
        mean = view.mean(difference, member)
        return (view.mean(difference**2, member) - mean**2) / member.sum(axis=0)

    @override
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        return {name: group.labels for name, group in self._groups(columns, labels).items()}

    @override
    def describe_estimand(self) -> str:
        return (
            f"mean of Y_i(do) - Y_i(versus) within groups of {', '.join(self._by())}, the "
            f"conditional average effect on {what(self)}"
        )

    def _by(self) -> dict[str, Any]:
        if _is_column(self.by):
            name = getattr(self.by, "name", None)
            return {"group" if name is None else str(name): None}
        if isinstance(self.by, str):
            return {self.by: None}
        names: Any = self.by
        return dict(names) if isinstance(names, Mapping) else dict.fromkeys(names)

    def _columns(self, columns: Table, labels: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        """Return the columns that groups can be made of: those given, or those of the units."""
        if not _is_column(self.by):
            return columns
        array = in_order(plain(self.by), axes_of(self.by), {"unit": labels}, "`by`")
        if array.shape != (len(labels),):
            raise QueryError(
                f"`by` has shape {array.shape}; give the name of a column, or one value for each "
                f"of the {len(labels)} units"
            )
        return {next(iter(self._by())): array}

    def _groups(self, columns: Table, labels: NDArray[Any]) -> dict[str, Groups]:
        held, given = self._columns(columns, labels), _is_column(self.by)
        return {
            name: grouped(
                name, rule, held, categories_of(self.by) if given else columns.levels(name)
            )
            for name, rule in self._by().items()
        }

    def _members(self, view: View) -> TensorVariable:
        """Return 1 where a unit is in a group, of shape (unit, groups of all columns, flat)."""
        held = self._columns(view.columns, view.labels)
        groups = self._groups(view.columns, view.labels)
        sizes = [len(group.labels) for group in groups.values()]
        codes = [self._code(view, name, group, held[name]) for name, group in groups.items()]
        code = _flat_code(codes, sizes)
        if isinstance(code, np.ndarray):
            return view.number("groups", (code[:, None] == np.arange(np.prod(sizes))).astype(float))
        return pt.eq(code[:, None], np.arange(np.prod(sizes))).astype("float64")

    def _code(self, view: View, name: str, group: Groups, column: NDArray[Any]) -> Any:
        """Return the number of each unit's group: of what is seen, or of what is inferred."""
        if view.observed and not np.ma.isMaskedArray(column):
            return group.code(column)
        if _is_column(self.by) or name not in view.columns.own:
            raise QueryError(
                f"groups are made of {name!r}, which "
                + ("lacks values" if view.observed else "only observed units have")
                + "; ask with a variable of the model, or of the units observed (units='observed')"
            )
        return group.code(view.natural(name))


def _is_column(by: Any) -> bool:
    """Return whether `by` is a value for each unit, and not names of columns."""
    if isinstance(by, np.ndarray | pd.Series | pd.Index | ExtensionArray | xr.DataArray):
        return True
    return isinstance(by, list | tuple) and bool(by) and not any(isinstance(n, str) for n in by)


def _flat_code(codes: list[Any], sizes: list[int]) -> Any:
    """Return one code for the groups of several columns; negative where a unit is in none."""
    if not all(isinstance(c, np.ndarray) for c in codes):
        codes = [pt.as_tensor(c) for c in codes]
    flat, inside = codes[0], codes[0] >= 0
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        flat, inside = flat * size + code, inside & (code >= 0)
    return (flat + 1) * inside - 1
