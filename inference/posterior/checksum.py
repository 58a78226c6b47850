"""The seal of a saved file: a last line that holds the digest of all bytes before it.

HDF5 reads as far as it wrote and leaves the line alone, so every reader of netCDF still opens the
file; a single changed bit, wherever it is, breaks the seal. It finds damage and is no signature:
whoever changes a file on purpose can seal it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import DataError

__all__ = ["check_groups", "check_seal", "sealed"]

MARK = b"\nifonly sha256 "
LENGTH = len(MARK) + 64 + 1
# Read at a time; a posterior may be larger than memory.
BLOCK = 2**20


def sealed(content: bytes | memoryview) -> bytes:
    """Return a finished file's content with its seal.

    Parameters
    ----------
    content : bytes or memoryview

    Returns
    -------
    bytes
    """
    return b"".join((content, MARK, hashlib.sha256(content).hexdigest().encode(), b"\n"))


def check_seal(path: Path, what: str = "saved posterior") -> None:
    """Return nothing if the file is what was sealed, byte for byte.

    Parameters
    ----------
    path : path
    what : str
        What the file should be, without an article.

    Raises
    ------
    DataError
        If it is not, or has no seal.
    """
    size = path.stat().st_size - LENGTH
    last = b""
    if size >= 0:
        with path.open("rb") as file:
            file.seek(size)
            last = file.read()
    if not last.startswith(MARK):
        raise DataError(
            f"{path} is damaged or no {what}: it does not end in the checksum that saving "
            "writes; save it again"
        )
    if last != MARK + _digest(path, size) + b"\n":
        raise DataError(
            f"{path} is damaged: its content is not what was saved (the checksum differs); save it "
            "again, or take another copy"
        )


def check_groups(path: Path) -> None:
    """Return nothing if a netCDF file has groups below its root alone, and no link.

    Groups that hold each other in a circle have no end for a reader, and a link leads into another
    file: whoever changes a file can seal it again.

    Parameters
    ----------
    path : path

    Raises
    ------
    ValueError
        If it has more.
    """
    import h5py

    with h5py.File(path, "r") as file:
        groups = [file[n] for n in _plain(file) if file.get(n, getclass=True) is h5py.Group]
        for group in groups:
            if any(group.get(n, getclass=True) is h5py.Group for n in _plain(group)):
                raise ValueError(f"the group {group.name!r} holds a group")


def _plain(group: Any) -> Iterator[str]:
    """Yield the names in a group, none of which may be a link."""
    import h5py

    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{name!r} is a link")
        yield name


def _digest(path: Path, size: int) -> bytes:
    """Return the SHA-256 of the first `size` bytes, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while size > 0 and (block := file.read(min(BLOCK, size))):
            found.update(block)
            size -= len(block)
    return found.hexdigest().encode()
