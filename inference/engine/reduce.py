"""Where batches of values go: all kept, or only their mean and standard deviation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..symbolic.late import Late

__all__ = ["Sink"]


class Sink:
    """Takes batches of draws in turn; gives all of them, or their mean and standard deviation.

    Parameters
    ----------
    draws : int
        In all batches.
    summary : bool
        Whether only the mean and the standard deviation over draws are wanted.
    """

    def __init__(self, draws: int, summary: bool) -> None:
        self.draws, self.summary = draws, summary
        self.kept: NDArray[Any] | None = None  # of a summary, the first draw alone
        self.total, self.square = np.zeros(0), np.zeros(0)

    def take(self, where: slice, values: NDArray[Any]) -> None:
        """Take the values of a range of draws, of shape (draws, ...), or one for all of them.

        Parameters
        ----------
        where : slice
        values : ndarray
        """
        size = where.stop - where.start
        if len(values) != size:
            values = np.broadcast_to(values, (size, *values.shape[1:]))
        if not self.summary:
            if self.kept is None:
                self.kept = np.empty((self.draws, *values.shape[1:]), dtype=values.dtype)
            self.kept[where] = values
            return
        flat = np.ascontiguousarray(values, dtype="float64").reshape(size, -1)
        if self.kept is None:
            self.kept = values[0].astype("float64")
            self.total, self.square = np.zeros(flat.shape[1]), np.zeros(flat.shape[1])
        _add(flat, self.kept.ravel(), self.total, self.square)

    def result(self) -> NDArray[Any]:
        """Return all values, or their mean and standard deviation on a leading axis.

        Those come from sums about the first draw, which is one of the values, so that wherever
        they lie at most a factor of the number of draws is lost in precision (Chan, Golub and
        LeVeque 1983, doi:10.1080/00031305.1983.10483115, on shifted data).
        """
        assert self.kept is not None
        if not self.summary:
            return self.kept
        shift = self.total / self.draws
        square = np.maximum(self.square - self.total * shift, 0.0)  # a difference may round below
        sd = np.sqrt(square / max(self.draws - 1, 1))
        shape = self.kept.shape
        return np.stack([self.kept + shift.reshape(shape), sd.reshape(shape)])


def _add_each(values: Any, first: Any, total: Any, square: Any) -> None:
    """Add what each value is beyond the first draw to `total`, and its square to `square`."""
    draws, units = values.shape
    for d in range(0, draws - 3, 4):  # four at once, for the sums are read and written each time
        v, w, x, y = values[d], values[d + 1], values[d + 2], values[d + 3]
        for u in range(units):
            p, q, r, s = v[u] - first[u], w[u] - first[u], x[u] - first[u], y[u] - first[u]
            total[u] = total[u] + p + q + r + s
            square[u] = square[u] + p * p + q * q + r * r + s * s
    for d in range(draws - draws % 4, draws):
        for u in range(units):
            p = values[d, u] - first[u]
            total[u] += p
            square[u] += p * p


_add = Late(_add_each, Path(__file__).read_text(encoding="utf-8"))
