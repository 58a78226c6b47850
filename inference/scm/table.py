"""All columns of the units: the model's, those kept beside it, and single columns of matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

__all__ = ["Table", "Watched"]


class Watched(Mapping[str, Any]):
    """Columns that note whether anybody has read the numbers of one."""

    def __init__(self, columns: Mapping[str, NDArray[Any]]) -> None:
        self._columns, self.read = columns, False

    def __getitem__(self, name: str) -> NDArray[Any]:
        self.read = True
        return self._columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True, eq=False)
class Table(Mapping[str, Any]):
    """Columns by name; ``"x[k]"`` is one column of the matrix ``x``, by its label or position.

    Attributes
    ----------
    own : mapping of str to array of shape (unit, ...)
        The model's variables, masked where a value is missing.
    beside : mapping of str to array of shape (unit, ...)
        Columns that the model does not know.
    levels : callable
        Gives the labels of a column's codes, or of its categories, or None.
    features : callable
        Gives the labels along the second axis of a matrix, or None.
    """

    own: Mapping[str, NDArray[Any]]
    beside: Mapping[str, NDArray[Any]]
    levels: Callable[[str], NDArray[Any] | None]
    features: Callable[[str], NDArray[Any] | None]

    def __getitem__(self, name: str) -> NDArray[Any]:
        for held in (self.own, self.beside):
            if name in held:
                return held[name]
        base, bracket, key = name.rpartition("[")
        if not bracket or not key.endswith("]") or base not in self:
            raise KeyError(name)
        matrix, key = self[base], key.removesuffix("]")
        if matrix.ndim != 2:
            raise KeyError(name)
        labels = self.features(base)
        known = [str(v) for v in (range(matrix.shape[1]) if labels is None else labels)]
        if key in known:
            return matrix[:, known.index(key)]
        if key.isdigit() and int(key) < len(known):
            return matrix[:, int(key)]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield from self.own
        yield from self.beside

    def __len__(self) -> int:
        return len(self.own) + len(self.beside)
