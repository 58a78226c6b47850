"""Average effects within groups of observed covariates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, final, override

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..inputs.groups import Groups, grouped
from .documented import documented
from .intervened import Intervened
from .unit_level import what
from .view import View

__all__ = ["CATE"]


@final
@documented
@dataclass(frozen=True, eq=False)
class CATE(Intervened):
    """The average effect within groups of observed covariates.

    Parameters
    ----------
    by : str, sequence of str, or mapping of str to int, sequence of float or None
        The columns to group by, each a dimension of the answer. A name alone, or with None, groups
        by distinct values; a number of bins by quantiles of the observed column; a sequence by
        those edges (groups are open below and closed above, the outermost unbounded).

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
    by: str | Sequence[str] | Mapping[str, int | Sequence[float] | None] = ()
    needs: ClassVar[tuple[str, ...]] = ("by",)

    def __post_init__(self) -> None:
        """Check that there is something to group by."""
        super().__post_init__()
        names = [self.by] if isinstance(self.by, str) else self.by
        known = isinstance(names, Sequence | Mapping)
        if not known or not names or not all(isinstance(n, str) and n for n in names):
            raise QueryError(
                "CATE needs names of columns to group by, such as by='segment' or by={'age': 4}, "
                f"not {type(self.by).__name__} {' '.join(repr(self.by).split()):.60}"
            )

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
    def coords(self, columns: Mapping[str, NDArray[Any]], labels: NDArray[Any]) -> dict[str, Any]:
        return {name: group.labels for name, group in self._groups(columns).items()}

    @override
    def describe_estimand(self) -> str:
        return (
            f"mean of Y_i(do) - Y_i(versus) within groups of {', '.join(self._by())}, the "
            f"conditional average effect on {what(self)}"
        )

    def _by(self) -> dict[str, Any]:
        if isinstance(self.by, str):
            return {self.by: None}
        return dict(self.by) if isinstance(self.by, Mapping) else dict.fromkeys(self.by)

    def _groups(self, columns: Mapping[str, NDArray[Any]]) -> dict[str, Groups]:
        return {name: grouped(name, rule, columns) for name, rule in self._by().items()}

    def _members(self, view: View) -> TensorVariable:
        """Return 1 where a unit is in a group, of shape (unit, groups of all columns, flat)."""
        groups = self._groups(view.columns)
        sizes = [len(group.labels) for group in groups.values()]
        seen = {n: view.columns[n] for n in groups}
        if view.observed and not any(np.ma.isMaskedArray(v) for v in seen.values()):
            code = _flat_code([g.code(seen[n]) for n, g in groups.items()], sizes)
            return view.number("groups", (code[:, None] == np.arange(np.prod(sizes))).astype(float))
        code = _flat_code([g.code(view.natural(n)) for n, g in groups.items()], sizes)
        return pt.eq(code[:, None], np.arange(np.prod(sizes))).astype("float64")


def _flat_code(codes: list[Any], sizes: list[int]) -> Any:
    """Return one code for the groups of several columns; negative where a unit is in none."""
    flat, inside = codes[0], codes[0] >= 0
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        flat, inside = flat * size + code, inside & (code >= 0)
    return (flat + 1) * inside - 1
