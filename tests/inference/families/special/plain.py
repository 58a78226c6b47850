"""Kernels as the plain Python functions that they are written as, for tests without numba."""

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any


@cache
def plain(kernel: Any) -> Callable[..., Any]:
    """The source function of a kernel, which calls source functions in turn."""
    source = getattr(kernel, "scalar", kernel)
    source = getattr(source, "py_func", source)
    names = dict(source.__globals__)
    for name in source.__code__.co_names:
        if hasattr(names.get(name), "scalar") or hasattr(names.get(name), "py_func"):
            names[name] = plain(names[name])
    return FunctionType(source.__code__, names, source.__name__, source.__defaults__)
