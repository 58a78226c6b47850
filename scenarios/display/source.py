"""The code behind a figure, folded, as a notebook shows it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
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
    return Source("\n\n".join(inspect.getsource(f) for f in dict.fromkeys(_called(function))))


def _called(function: FunctionType) -> Iterator[FunctionType]:
    yield function
    for name in function.__code__.co_names:
        inner = function.__globals__.get(name)
        if not isinstance(inner, FunctionType) or inner is function:
            continue
        if inner.__module__ == function.__module__:
            yield from _called(inner)
