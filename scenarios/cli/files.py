"""Files that appear whole or not at all, and data as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .terminal import Mistake

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_distinct", "check_writable", "read_frame", "write_whole"]


def check_writable(path: str | Path | None, endings: tuple[str, ...] = ()) -> Path | None:
    """Return `path` if a file can be written there, before anything long is begun.

    Raises
    ------
    Mistake
        If its folder does not exist or takes no file, it is a folder itself, or ends otherwise
        than in one of `endings`.
    """
    if path is None:
        return None
    path = Path(path)
    if str(path) == "." or "\0" in str(path):
        raise Mistake(f"{str(path)!r} names no file")
    if endings and path.suffix.lower() not in endings:
        raise Mistake(f"{path} should end in {' or '.join(endings)}")
    probe = _partial(path)
    try:
        if path.is_dir():
            raise Mistake(f"{path} is a folder; name a file")
        if not path.parent.is_dir():
            raise Mistake(f"{path} cannot be written: there is no folder {path.parent}")
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Mistake(f"{path} cannot be written: {error.strerror or error}") from None
    return path


def check_distinct(read: Iterable[str | None], written: Iterable[Path | None]) -> None:
    """Return nothing if each file that is written is neither read nor written as another.

    Raises
    ------
    Mistake
        If one would be overwritten.
    """
    taken = {Path(p).resolve(): "is read here, and would be overwritten" for p in read if p}
    for path in filter(None, written):
        if why := taken.get(path.resolve()):
            raise Mistake(f"{path} {why}; name another file")
        taken[path.resolve()] = "would be written twice"


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Call `write` with a temporary name beside `path`; the file takes its name when done.

    Raises
    ------
    Mistake
        If it cannot be written.
    """
    partial = _partial(path)
    try:
        write(partial)
        partial.replace(path)
    except OSError as error:
        raise Mistake(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    # The ending stays last: some writers choose the format by it.
    return path.with_name(f".{path.stem}.part{path.suffix}")


def read_frame(path: str | Path) -> pd.DataFrame:
    """Return the table in a CSV or Parquet file.

    Raises
    ------
    Mistake
        If there is no such file, or it cannot be read.
    """
    import pandas as pd

    path = Path(path)
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        ".csv": pd.read_csv,
        ".parquet": pd.read_parquet,
        ".pq": pd.read_parquet,
    }
    if not path.is_file():
        raise Mistake(f"there is no file {path}")
    if path.suffix.lower() not in readers:
        raise Mistake(f"{path} is neither .csv nor .parquet; write it as one of these")
    try:
        return readers[path.suffix.lower()](path)
    except pd.errors.EmptyDataError:
        raise Mistake(f"{path} is empty") from None
    except Exception as error:  # the readers raise whatever a damaged file provokes
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Mistake(f"{path} cannot be read: {reason.rstrip('.')}") from None
