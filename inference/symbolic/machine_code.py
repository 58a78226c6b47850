"""Machine code on disk: in a folder that nobody else can write, and mended where it is damaged.

numba keeps what it compiled in PyTensor's folder, and unpickles what it finds there: whoever can
write the folder can run code as its reader. So it is made private, and is not read where others
could have written it. What is saved ends in a checksum, which numba itself passes over.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba
from numba.core import caching
from numba.extending import typeof_impl
from pytensor import config
from pytensor.link.numba import cache as pytensor_cache

__all__ = ["FOLDER", "is_private", "kept", "known", "private_folder"]

OTHERS = stat.S_IWGRP | stat.S_IWOTH
MARK = b"ifonly sha256 "
SUM = len(MARK) + sha256().digest_size


def is_private(folder: Path) -> bool:
    """Return whether nobody else can have written what is in `folder`; it is closed to others.

    Parameters
    ----------
    folder : Path
        One that exists. Its mode becomes 0700 where it is the user's own, and where neither it nor
        a file in it was open to others, or it is empty.
    """
    if not hasattr(os, "getuid"):  # Windows, where the user's own folder is closed by default
        return True
    found = folder.stat()
    if found.st_uid != os.getuid():
        return False
    if not found.st_mode & 0o077:
        return True
    inside = [entry.stat(follow_symlinks=False) for entry in os.scandir(folder)]
    foreign = any(f.st_uid != os.getuid() or f.st_mode & OTHERS for f in inside)
    if inside and (foreign or found.st_mode & OTHERS):
        return False
    folder.chmod(0o700)
    return True


def private_folder(folder: Path) -> Path:
    """Return `folder`, or one for this process alone where others can write it.

    Parameters
    ----------
    folder : Path
        One that exists.

    Warns
    -----
    UserWarning
        If others can write it.
    """
    if is_private(folder):
        return folder
    warnings.warn(
        f"others can write {str(folder)!r}, so the machine code in it is not read, and this run "
        "compiles anew; remove that folder, and the next run makes one of its own",
        stacklevel=2,
    )
    fresh = Path(tempfile.mkdtemp(prefix="ifonly-"))
    atexit.register(shutil.rmtree, fresh, ignore_errors=True)
    return fresh


class _Mended(caching.IndexDataCacheFile):
    """numba's files of one function; what is damaged among them is as if it were not there."""

    def load(self, key: Any) -> Any:
        """Return what is kept under `key`; None where nothing is, or what is there is damaged."""
        try:
            return super().load(key)
        except Exception:
            if not self._ours:
                raise
            self._forget()
            return None

    def save(self, key: Any, data: Any) -> None:
        """Keep `data` under `key`, in place of what is damaged."""
        try:
            super().save(key, data)
        except Exception:
            if not self._ours:
                raise
            self._forget()
            super().save(key, data)

    @property
    def _ours(self) -> bool:
        return Path(self._cache_path) == FOLDER

    def _forget(self) -> None:
        _tell(str(FOLDER))
        Path(self._index_path).unlink(missing_ok=True)

    def _dump(self, obj: Any) -> bytes:
        data: bytes = super()._dump(obj)
        return data + MARK + sha256(data).digest() if self._ours else data

    def _load_data(self, name: str) -> Any:
        data = Path(self._data_path(name)).read_bytes()
        end = len(data) - SUM
        if data[end:].startswith(MARK) and data[end + len(MARK) :] != sha256(data[:end]).digest():
            raise ValueError(f"{name} is damaged")
        return super()._load_data(name)


@cache
def _tell(folder: str) -> None:
    warnings.warn(
        f"machine code in {folder!r} is damaged; it is compiled again and replaced", stacklevel=2
    )


def kept(function: Callable[..., Any], source: str) -> Any:
    """Return `function` compiled by numba, with exact arithmetic, and kept in the folder.

    Parameters
    ----------
    function : callable
        In the part of Python that numba takes.
    source : str
        What else its machine code depends on: it is compiled anew where this is another.

    Returns
    -------
    numba.core.dispatcher.Dispatcher
    """
    name = f"{function.__module__}.{function.__qualname__}"
    sources: Any = getattr(pytensor_cache, "CACHED_SRC_FUNCTIONS", None)
    on = sources is not None and config.numba__cache
    if on:
        sources[function] = sha256((source + name).encode()).hexdigest()
    # C calls none of them: a wrapper for it is a fifth of the work.
    ways: dict[str, Any] = {"fastmath": False, "error_model": "numpy", "no_cfunc_wrapper": True}
    return numba.njit(function, cache=on, **ways)


@cache
def known(kind: type) -> None:
    """Tell numba that what has its compiled function as ``code`` is called as that function is.

    Parameters
    ----------
    kind : type
        Whose instances machine code calls.
    """
    typeof_impl.register(kind)(lambda late, context: typeof_impl(late.code, context))


FOLDER = private_folder(Path(pytensor_cache.NUMBA_CACHE_PATH))
pytensor_cache.NUMBA_CACHE_PATH = FOLDER
vars(caching)["IndexDataCacheFile"] = _Mended
