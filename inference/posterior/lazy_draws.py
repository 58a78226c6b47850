"""Draws by name, of which some are made only when they are first read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

__all__ = ["Drawn", "is_made"]

Arrays = Mapping[str, NDArray[Any]]


class Drawn(Mapping[str, "NDArray[Any]"]):
    """Draws of parameters and latents.

    Parameters
    ----------
    known : mapping of str to array of shape (draw, ...)
    later : mapping of str to callable
        Returns the draws of that name, and of others perhaps; called when it is first read.
    """

    def __init__(self, known: Arrays, later: Mapping[str, Callable[[], Arrays]]) -> None:
        self._known, self.later = dict(known), dict(later)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._known and name in self.later:
            self._known.update(self.later[name]())
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in self.later

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._known, *self.later]))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def is_made(self, name: str) -> bool:
        """Return whether draws are there already."""
        return name in self._known


def is_made(drawn: Arrays, name: str) -> bool:
    """Return whether the draws of a name are there, and need not be made first.

    Parameters
    ----------
    drawn : Arrays
    name : str
    """
    return drawn.is_made(name) if isinstance(drawn, Drawn) else name in drawn
