"""A user's table: read as it stands in the file, or refused."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from .files import check_inputs
from .terminal import Mistake

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_table", "columns_of", "read_frame"]

# Endings of names, in lower case.
CSV, PARQUET = (".csv", ".csv.gz"), (".parquet", ".pq")
# What is no text begins with these, and this is what to do.
BEGINNINGS = {
    b"PK\x03\x04": "is an archive, such as a spreadsheet is; save its sheet as .csv",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet; save its sheet as .csv",
    b"\x1f\x8b": "is compressed; call it .csv.gz",
    b"\xff\xfe": "is text in UTF-16; save it as UTF-8",
    b"\xfe\xff": "is text in UTF-16; save it as UTF-8",
}
# Integers up to here are floats too, exactly.
EXACT = 2**53


def read_frame(path: str | Path, only: Collection[str] | None = None) -> pd.DataFrame:
    """Return the table in a CSV or Parquet file.

    Parameters
    ----------
    path : str or path
        Ends in ``.csv``, ``.csv.gz``, ``.parquet`` or ``.pq``.
    only : collection of str, optional
        Of its columns those of these names; the others stay in the file.

    Returns
    -------
    pandas.DataFrame
        A missing value is NaN.

    Raises
    ------
    Mistake
        If there is no such file, it cannot be read, or what it means is not certain: rows that
        differ in length from the header, two columns of one name, another separator than the comma.
    """
    path = Path(path)
    check_inputs(path)
    check_table(path)
    reader: Callable[[Path, Collection[str] | None], pd.DataFrame] = (
        _parquet if str(path).lower().endswith(PARQUET) else _csv
    )
    try:
        return _in_numpy(reader(path, only), path)
    except Mistake:
        raise
    except Exception as error:  # the readers raise whatever a damaged file provokes
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Mistake(f"{path} cannot be read: {reason.rstrip('.')}") from None


def check_table(path: str | Path | None) -> None:
    """Return nothing if the name is that of a table that can be read; None is none.

    Parameters
    ----------
    path : str or path, optional

    Raises
    ------
    Mistake
        If it ends otherwise.
    """
    if path is not None and not str(path).lower().endswith((*CSV, *PARQUET)):
        raise Mistake(f"{path} is neither .csv nor .parquet; write it as one of these")


def columns_of(path: str | Path) -> tuple[str, ...]:
    """Return the names of a table's columns, as far as they can be read without the table."""
    try:
        if str(path).lower().endswith(PARQUET):
            from pyarrow.parquet import read_schema

            return tuple(read_schema(path).names)
        opened = gzip.open if str(path).lower().endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            return tuple(name.strip() for name in next(csv.reader(file)))
    except Exception:  # whatever is wrong with it is told when it is read
        return ()


def _csv(path: Path, only: Collection[str] | None) -> pd.DataFrame:
    import pandas as pd

    content = path.read_bytes()
    if path.suffix.lower() == ".gz":
        content = gzip.decompress(content)
    for beginning, told in BEGINNINGS.items():
        if content.startswith(beginning):
            raise Mistake(f"{path} {told}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistake(
            f"{path} is no text in UTF-8 (byte {error.start + 1}); save it as .csv in UTF-8"
        ) from None
    if "\0" in text:
        raise Mistake(
            f"{path} holds null characters, so that it is no table in text; export it anew"
        )
    names = _header(text, path)
    return pd.read_csv(
        io.StringIO(text),
        names=names,
        usecols=None if only is None else [n for n in names if n in only],
        header=0,
        index_col=False,
        dtype_backend="numpy_nullable",
        low_memory=False,
    )


def _header(text: str, path: Path) -> list[str]:
    """Return the names of the columns, once every row is known to have as many fields."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next((row for row in rows if row), None)
    if header is None:
        raise Mistake(f"{path} is empty")
    names = [name.strip() or f"column {k} (no name)" for k, name in enumerate(header, start=1)]
    for sign, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(names) == 1 and sign in names[0]:
            raise Mistake(
                f"{path} parts its columns by {word}; write it with commas between the columns and "
                "a point before decimals"
            )
    if twice := [n for k, n in enumerate(names) if n in names[:k]]:
        raise Mistake(f"{path} has two columns {twice[0]!r}; give each a name of its own")
    for row in rows:
        if row and len(row) != len(names):
            raise Mistake(
                f"{path} has {len(row)} fields in line {rows.line_num} and {len(names)} names in "
                "its header; give each row one field for each name"
            )
    return names


def _parquet(path: Path, only: Collection[str] | None) -> pd.DataFrame:
    import pandas as pd

    columns = None if only is None else [n for n in columns_of(path) if n in only]
    return pd.read_parquet(path, columns=columns, dtype_backend="numpy_nullable")


def _in_numpy(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return the table in NumPy's types, a missing value as NaN, every number as it was."""
    import numpy as np
    import pandas as pd

    columns = []
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if not isinstance(column.dtype, pd.api.extensions.ExtensionDtype):
            columns.append(column)
            continue
        kind, size = getattr(column.dtype, "kind", "O"), getattr(column.dtype, "itemsize", 0)
        if kind not in "biuf":
            columns.append(column.astype(object))
        elif not column.isna().any():
            columns.append(pd.Series(column.to_numpy(dtype=f"{kind}{size}"), column.index))
        elif kind in "iu" and bool(((column > EXACT) | (column < -EXACT)).any()):
            raise Mistake(
                f"{path} holds integers beyond 2**53 beside missing values in the column {name!r}; "
                "no float is the same number: recode them"
            )
        else:
            columns.append(column.astype("Float64").astype(np.float64))
    whole = pd.concat(columns, axis=1) if columns else frame
    whole.columns = frame.columns
    return whole
