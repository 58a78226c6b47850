"""The files that a command reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .terminal import Mistake

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_distinct", "check_writable", "read_frame"]


def check_writable(path: str | Path | None, endings: tuple[str, ...] = ()) -> Path | None:
    """Return `path` if a file can be written there, before anything long is begun.

    Raises
    ------
    Mistake
        If it ends otherwise than in one of `endings`.
    DataError
        If no file can be written there.
    """
    if path is None:
        return None
    from ifonly.inference.outputs import check_output

    if endings and str(path) and Path(path).suffix.lower() not in endings:
        raise Mistake(f"{path} should end in {' or '.join(endings)}")
    check_output(path)
    return Path(path)


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
