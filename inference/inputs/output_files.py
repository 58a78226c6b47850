"""Files that appear whole or not at all: the one place where something is written.

What is written stands first in a private file of the same folder, which nobody else has made and
no link leads to, and takes the name that the user gave when it is complete. Needs no PyMC.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import DataError

__all__ = ["check_output", "new_folder", "output_path", "write_whole"]

# Without a mode of its own yet, a file gets this one, less what the user's umask takes away.
MODE = 0o666
# How much of a path a message shows.
LONGEST = 200


def check_output(path: str | os.PathLike[str]) -> Path:
    """Return the file that writing to `path` makes or replaces: a link is followed.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If no file can be written there: it is no name, a folder, a device or a pipe, its folder
        does not exist or takes no new file, or it must not be changed.
    """
    target = _target(path)
    partial, file = _opened(target)
    os.close(file)
    partial.unlink()
    return target


def write_whole(path: str | os.PathLike[str], content: bytes | memoryview) -> None:
    """Write a file, which appears whole or not at all; one that is replaced keeps its permissions.

    Parameters
    ----------
    path : str or path
    content : bytes or memoryview

    Raises
    ------
    DataError
        If it cannot be written.
    """
    target = _target(path)
    partial, file = _opened(target)
    try:
        with os.fdopen(file, "wb") as stream:
            if target.exists():
                os.chmod(partial, stat.S_IMODE(target.stat().st_mode))
            stream.write(content)
        partial.replace(target)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {_reason(error)}") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def new_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a private folder, which takes the name `path` when the block has filled it.

    Parameters
    ----------
    path : str or path
        Names nothing that exists.

    Yields
    ------
    Path

    Raises
    ------
    DataError
        If it exists or cannot be written; nothing is then left of it.
    """
    target = output_path(path)
    if os.path.lexists(target):
        raise DataError(f"{path} exists; name a folder that does not")
    if not target.parent.is_dir():
        raise DataError(f"{path} cannot be written: there is no folder {target.parent}")
    partial = target.with_name(f".ifonly-{secrets.token_hex(8)}")
    try:
        partial.mkdir(mode=0o777)
        yield partial
        partial.rename(target)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {_reason(error)}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def output_path(path: str | os.PathLike[str]) -> Path:
    """Return the path that a user names, or raise a `DataError` where it names nothing.

    Examples
    --------
    >>> output_path(7)
    Traceback (most recent call last):
    ...
    ifonly.inference.errors.DataError: an output is named by a text or a path, not int
    """
    if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
        raise DataError(f"an output is named by a text or a path, not {type(path).__name__}")
    if not os.fspath(path) or "\0" in os.fspath(path) or str(Path(path)) == ".":
        raise DataError(f"{os.fspath(path)!r} names no file")
    return Path(path)


def _target(path: str | os.PathLike[str]) -> Path:
    """Return the regular file, there or to come, that `path` means."""
    named = output_path(path)
    shown = str(named) if len(str(named)) <= LONGEST else f"{str(named)[:LONGEST]} ..."
    try:
        target = named.resolve()
        if target.is_symlink():
            raise DataError(f"{shown} cannot be written: it is a link that leads to itself")
        if target.is_dir():
            raise DataError(f"{shown} is a folder; name a file, such as {named / 'file'}")
        if not target.parent.is_dir():
            folder = target.parent if named.is_symlink() else named.parent
            raise DataError(
                f"{shown} cannot be written: there is no folder {folder}; make it first"
            )
        if target.exists() and not target.is_file():
            raise DataError(f"{shown} is no file but a device or a pipe; name a file")
        if target.exists() and not os.access(target, os.W_OK):
            raise DataError(f"{shown} cannot be written: it is protected; name another file")
    except (OSError, RuntimeError) as error:  # a link that leads to itself, a name too long
        raise DataError(f"{shown} cannot be written: {_reason(error)}") from None
    return target


def _opened(target: Path) -> tuple[Path, int]:
    """Return a new private file beside `target`, open for writing."""
    partial = target.with_name(f".ifonly-{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return partial, os.open(partial, flags, 0o600 if target.exists() else MODE)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """Return why, in the system's words."""
    said = getattr(error, "strerror", None) or str(error)
    return next(iter(said.splitlines()), type(error).__name__)
