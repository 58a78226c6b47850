"""Functions that become machine code late: numba is loaded when the first of them runs.

Numba takes half a second to load, and what answers in Python does without it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

__all__ = ["Late"]


class Late:
    """A function that numba compiles when it is called, by Python or by machine code.

    Parameters
    ----------
    function : callable
        In the part of Python that numba takes.
    source : str
        What else its machine code depends on: it is compiled anew where this is another.

    Attributes
    ----------
    py_func : callable
        The function itself.
    """

    def __init__(self, function: Callable[..., Any], source: str) -> None:
        self.py_func, self.source = function, source

    @cached_property
    def code(self) -> Any:
        """The function compiled: a numba dispatcher."""
        from .machine_code import kept, known

        known(Late)
        return kept(self.py_func, self.source)

    def __call__(self, *arguments: Any) -> Any:
        """Return what the function gives."""
        return self.code(*arguments)
