"""Files that a user names: the one place where something is read. Needs no PyMC."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import DataError, IfonlyError

__all__ = ["check_input", "reading"]


def check_input(path: str | os.PathLike[str], *, folder: bool = False) -> Path:
    """Return `path` if there is a regular file, which can be read.

    Parameters
    ----------
    path : str or path
    folder : bool
        Whether a folder is as good, such as a Zarr store.

    Raises
    ------
    DataError
        If there is none: nothing of that name, a folder, a device or a pipe, or no permission.

    Examples
    --------
    >>> check_input("gone.csv")
    Traceback (most recent call last):
    ...
    ifonly.inference.errors.DataError: there is no file gone.csv
    """
    try:
        found = Path(path)
        if "\0" in str(found) or not found.exists():
            raise DataError(f"there is no file {_shown(path)}")
        if found.is_dir() and folder:
            return found
        if found.is_dir():
            raise DataError(f"there is no file {path}: it is a folder; name a file in it")
        if not found.is_file():
            raise DataError(f"there is no file {path}: it is a device or a pipe; name a file")
    except (OSError, TypeError, ValueError) as error:  # a link to itself, a name too long, no name
        if isinstance(error, IfonlyError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"there is no file {_shown(path)}: {reason}") from None
    if not os.access(found, os.R_OK):
        raise DataError(f"{path} cannot be read: you have no permission")
    return found


@contextmanager
def reading(path: str | os.PathLike[str], what: str, *, folder: bool = False) -> Iterator[Path]:
    """Yield a user's file; what goes wrong inside the block is told in one line.

    Readers raise whatever a damaged file provokes.

    Parameters
    ----------
    path : str or path
    what : str
        What the file should be, without an article, such as ``"saved posterior"``.
    folder : bool
        As for `check_input`.

    Yields
    ------
    Path

    Raises
    ------
    DataError
        As by `check_input`, or if the block raises.
    """
    found = check_input(path, folder=folder)
    try:
        yield found
    except (IfonlyError, MemoryError):
        raise
    except Exception as error:
        said = next(iter(str(error).strip().splitlines()), "")
        reason = ": ".join(filter(None, (type(error).__name__, said[:200].rstrip("."))))
        raise DataError(f"{path} cannot be read: it is damaged or no {what} ({reason})") from error


def _shown(path: object) -> str:
    text = str(path)
    return text if len(text) <= 100 and text.isprintable() else repr(text[:100])
