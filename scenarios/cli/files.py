"""Files that a command reads and writes: checked before anything long is begun."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .terminal import Mistake

__all__ = ["check_distinct", "check_inputs", "check_writable", "is_store"]


def check_inputs(*paths: str | Path | None) -> None:
    """Return nothing if each of these is a file; None is none. The engine is not loaded for this.

    Parameters
    ----------
    *paths : path or None

    Raises
    ------
    Mistake
        If one is not.
    """
    for path in paths:
        try:
            there = path is None or Path(path).is_file()
        except (OSError, ValueError):  # a name too long, or with a null character
            there = False
        if not there:
            shown = str(path) if len(str(path)) <= 200 else f"{str(path)[:200]}..."
            raise Mistake(f"there is no file {shown}")


def check_writable(path: str | Path | None, endings: tuple[str, ...] = ()) -> Path | None:
    """Return `path` if a file can be written there, before anything long is begun.

    Its ending and its folder are looked at before the engine is loaded, which takes seconds.

    Parameters
    ----------
    path : str or Path, optional
    endings : tuple of str
        Those that the name may have, such as ``".csv"``; any, if none is given.

    Returns
    -------
    Path or None

    Raises
    ------
    Mistake
        If it ends otherwise than in one of `endings`, or its folder does not exist.
    DataError
        If no file can be written there.
    """
    if path is None:
        return None
    # What names no file at all is told below.
    if endings and Path(path).name and Path(path).suffix.lower() not in endings:
        raise Mistake(f"{path} should end in {' or '.join(endings)}")
    with suppress(OSError, ValueError):  # what is no path at all is told below
        folder = Path(path).parent
        if not folder.is_dir():
            raise Mistake(f"{path} cannot be written: there is no folder {folder}; make it first")
    from ifonly.inference.inputs.output_files import check_output

    check_output(path)
    return Path(path)


def check_distinct(read: Iterable[str | None], written: Iterable[Path | None]) -> None:
    """Return nothing if each file that is written is neither read nor written as another.

    Parameters
    ----------
    read, written : iterable of path or None

    Raises
    ------
    Mistake
        If one would be overwritten.
    """
    taken = {_resolved(p): "is read here, and would be overwritten" for p in read if p}
    for path in filter(None, written):
        if why := taken.get(path.resolve()):
            raise Mistake(f"{path} {why}; name another file")
        taken[path.resolve()] = "would be written twice"


def _resolved(path: str) -> Path | None:
    try:
        return Path(path).resolve()
    except (OSError, ValueError):  # no name of a file, which is told where it is read
        return None


def is_store(path: str | Path) -> bool:
    """Return whether a folder is a Zarr store, which is read like a file."""
    try:
        return any((Path(path) / name).is_file() for name in ("zarr.json", ".zgroup"))
    except OSError:  # a name that is too long
        return False
