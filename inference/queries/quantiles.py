"""Quantile effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, final, override

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..inputs.arrays import numbers, shown
from ..scm.table import Table
from .documented import documented
from .intervened import Intervened
from .unit_level import what
from .view import View

__all__ = ["QTE"]


@final
@documented
@dataclass(frozen=True, eq=False)
class QTE(Intervened):
    """The quantile effect: the difference of the quantiles of Y(do) and Y(versus) over units.

    It is not the quantile of the difference. Quantiles interpolate linearly, as NumPy's do.
    Doksum (1974), doi:10.1214/aos/1176342662.

    Parameters
    ----------
    q : float or sequence of float
        Probabilities between 0 and 1. Several are the dimension ``q`` of the answer.

    Examples
    --------
    >>> QTE("y", do={"x": 1}, q=[0.1, 0.9]).q
    [0.1, 0.9]
    """

    _: KW_ONLY
    q: float | Sequence[float] = (0.1, 0.25, 0.5, 0.75, 0.9)

    def __post_init__(self) -> None:
        """Check the probabilities."""
        super().__post_init__()
        given = numbers(self.q)  # what is masked is NaN, which is no probability
        q = np.empty(0) if given is None else np.atleast_1d(given)
        numeric = q.dtype.kind in "iuf" and q.ndim == 1 and len(q) > 0
        if not numeric or not ((q >= 0) & (q <= 1)).all():
            raise QueryError(f"QTE takes probabilities between 0 and 1 as q, not {shown(self.q)}")
        if isinstance(self.q, np.ma.MaskedArray):
            object.__setattr__(self, "q", q)

    @override
    def functional(self, view: View) -> TensorVariable:
        after, before = (self._quantiles(view, world) for world in ("do", "versus"))
        difference = view.finite(after - before)
        return difference if np.ndim(self.q) else difference[0]

    def _quantiles(self, view: View, world: str) -> TensorVariable:
        outcome = view.outcome(self, world).astype("float64")
        if outcome.ndim != 1:
            raise QueryError(f"QTE takes an outcome per unit; {self.outcome!r} has further axes")
        position = np.atleast_1d(self.q) * (view.units - 1)
        below = np.floor(position).astype(int)
        above = np.ceil(position).astype(int)
        # Sorted, a NaN would pass for the greatest number.
        undefined = pt.isnan(outcome).any()
        ordered = pt.switch(undefined, np.nan, pt.sort(outcome))
        return ordered[below] + (position - below) * (ordered[above] - ordered[below])

    @override
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        return {"q": np.asarray(self.q)} if np.ndim(self.q) else {}

    @override
    def describe_estimand(self) -> str:
        return f"difference of the quantiles of {what(self)} over units between Y(do) and Y(versus)"
