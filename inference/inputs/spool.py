"""Long columns in a temporary file: what nobody reads of them takes no memory.

The operating system maps the file, brings in what is read, and gives its memory to whoever needs
it. So columns of a table on disk are arrays as any others, and those that no question reads are not
held. The file has no name; it is gone with its last array.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["empty", "in_file", "let_go"]

# Bytes up to which an array is held in memory: a million numbers.
LONG = 2**23


def empty(length: int, dtype: DTypeLike) -> NDArray[Any]:
    """Return an array to be filled: in a temporary file where it is long, and there is room.

    Parameters
    ----------
    length : int
        How many values.
    dtype : dtype
        Of numbers, or of objects, which are held in memory.
    """
    kind = np.dtype(dtype)
    size = length * kind.itemsize
    if size <= LONG or kind.hasobject or not hasattr(os, "posix_fallocate"):
        return np.empty(length, kind)
    try:
        with tempfile.TemporaryFile(prefix="ifonly-") as file:
            # Where the disk is full it is told here, and not by a signal at the first write.
            os.posix_fallocate(file.fileno(), 0, size)
            ways: dict[str, Any] = {"trackfd": False} if sys.version_info >= (3, 13) else {}
            return np.frombuffer(mmap.mmap(file.fileno(), size, **ways), kind)
    except OSError:
        return np.empty(length, kind)


def in_file(values: NDArray[Any]) -> NDArray[Any]:
    """Return the same values, in a temporary file where they are long, and are in none.

    Parameters
    ----------
    values : array of shape (row, ...)
    """
    if values.nbytes <= LONG or _mapped(values) is not None:
        return values
    found = empty(values.size, values.dtype)
    if _mapped(found) is None:  # objects, or no room
        return values
    found[:] = values.ravel()
    let_go(found)
    return found.reshape(values.shape)


def let_go(values: NDArray[Any]) -> None:
    """Say that an array is not read for now: of one in a file no memory is taken.

    Parameters
    ----------
    values : ndarray
    """
    mapped = _mapped(values)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def _mapped(values: Any) -> mmap.mmap | None:
    """Return the map that an array is a view of, if any."""
    while isinstance(values, np.ndarray | memoryview):
        values = values.base if isinstance(values, np.ndarray) else values.obj
    return values if isinstance(values, mmap.mmap) else None
