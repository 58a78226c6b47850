"""Packages of optional extras, imported where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..errors import ExtraError

__all__ = ["load"]


def load(module: str, extra: str) -> Any:
    """Return a module that belongs to an optional extra.

    Parameters
    ----------
    module : str
    extra : str
        The extra that installs it.

    Returns
    -------
    module

    Raises
    ------
    ExtraError
        If it is not installed.

    Examples
    --------
    >>> load("math", "any").pi > 3
    True
    >>> load("no_such_package", "estimators")
    Traceback (most recent call last):
    ...
    ifonly.inference.errors.ExtraError: this needs no_such_package, which ... 'ifonly[estimators]'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ExtraError(
            f"this needs {error.name}, which is not installed; install the extra {extra!r}: "
            f"pip install 'ifonly[{extra}]'"
        ) from None
