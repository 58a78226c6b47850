"""The code behind a figure, folded, as a notebook shows it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from types import FunctionType
from typing import Any

__all__ = ["Source", "code_behind"]


@dataclass(frozen=True)
class Source:
    """Python code that a notebook shows folded.

    Attributes
    ----------
    text : str
    """

    text: str

    def _repr_html_(self) -> str:
        return f"<details><summary>The code</summary><pre>{escape(self.text)}</pre></details>"


def code_behind(function: Callable[..., Any]) -> Source:
    """Return the source of a function, and of those of its own module that it calls.

    Parameters
    ----------
    function : callable
        Written in Python.

    Examples
    --------
    >>> "def code_behind" in code_behind(code_behind).text
    True
    """
    assert isinstance(function, FunctionType)
    return Source("\n\n".join(inspect.getsource(f) for f in _called(function)))


def _called(function: FunctionType) -> dict[FunctionType, None]:
    """Return a function and those of its module that it leads to, each once."""
    found: dict[FunctionType, None] = {}
    todo = [function]
    while todo:
        one = todo.pop()
        if one in found:
            continue
        found[one] = None
        read = (one.__globals__.get(name) for name in one.__code__.co_names)
        inner = [f for f in read if isinstance(f, FunctionType)]
        todo += reversed([f for f in inner if f.__module__ == one.__module__])
    return found
