"""Tables on disk, or in pieces: read a batch at a time, and of them the columns that are needed."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from .input_files import check_input
from .spool import empty, in_file, let_go

__all__ = ["Pieces", "in_pieces"]

# Formats of files by how their names end; a folder is of Parquet.
FORMATS = {".parquet": "parquet", ".pq": "parquet", ".arrow": "ipc", ".feather": "ipc"}
# Share of the free memory that columns may take: what is computed from them needs some as well.
MOST = 0.5
# Rows up to which a file is read as one batch, which is then held as it was read.
AT_ONCE = 2**20
# Files up to which columns of more rows are read one after the other, in the same memory: each file
# is opened as often as there are columns.
FEW_FILES = 16


@dataclass(frozen=True, eq=False)
class Pieces:
    """A table that is not in memory.

    Attributes
    ----------
    names : tuple of str
        Its columns.
    source : pyarrow.dataset.Dataset or dask.dataframe.DataFrame
    """

    names: tuple[str, ...]
    source: Any

    def columns(self, wanted: Collection[str]) -> dict[str, Any]:
        """Return the columns of these names that there are, read in one pass.

        Parameters
        ----------
        wanted : collection of str

        Returns
        -------
        dict of str to array of shape (row,)
            Rows in the order of the files, or of the partitions; not to be changed. A pandas
            Categorical of a column that has categories.

        Raises
        ------
        DataError
            If there is none, they cannot be read, or do not fit into memory.
        """
        named = [n for n in self.names if n in wanted]
        if not named:
            raise DataError(
                "the data have none of the model's columns; they have "
                f"{', '.join(self.names) or 'no columns'}"
            )
        if twice := [n for n in named if named.count(n) > 1]:
            raise DataError(f"the data have the column {twice[0]!r} twice; drop one")
        free, rows = _free(), self._rows()
        coded = self._categorical(named)
        plain = [n for n in named if n not in coded]
        _check_fits(plain, self._least(plain, rows), free)
        grown = {n: _Grown(rows, self._of_files) for n in plain}
        for batch in self._batches(plain, rows) if plain else ():
            for name, values in batch.items():
                grown[name].add(values)
            _check_fits(plain, sum(column.held for column in grown.values()), free)
        # One after another, so that few are held twice.
        return {n: coded[n] if n in coded else grown.pop(n).whole() for n in named}

    def _categorical(self, names: Collection[str]) -> dict[str, Any]:
        """Return the columns that have categories, which may be others in each batch."""
        if hasattr(self.source, "partitions"):
            kinds = self.source.dtypes
            coded = [n for n in names if isinstance(kinds[n], pd.CategoricalDtype)]
            return {n: self.source[n].compute().array for n in coded}
        from pyarrow.types import is_dictionary

        coded = [n for n in names if is_dictionary(self.source.schema.field(n).type)]
        with _said("the data cannot be read"):
            return {n: self.source.to_table(columns=[n]).to_pandas()[n].array for n in coded}

    def _rows(self) -> int | None:
        """Return how many rows there are, where that is known before they are read."""
        if hasattr(self.source, "partitions"):
            return None
        with _said("the data cannot be read"):
            return int(self.source.count_rows())

    def _least(self, names: Collection[str], rows: int | None) -> int:
        """Return how many bytes columns take at least, as far as that is known unread."""
        from pyarrow.types import is_floating, is_integer

        if rows is None:
            return 0
        kinds = [self.source.schema.field(n).type for n in names]
        bits = sum(k.bit_width for k in kinds if is_floating(k) or is_integer(k))
        return int(rows * bits // 8)

    @property
    def _of_files(self) -> bool:
        """Whether it is Parquet on this machine: what is decoded there is nobody else's memory."""
        kind = getattr(getattr(self.source, "format", None), "default_extname", None)
        place = getattr(getattr(self.source, "filesystem", None), "type_name", None)
        return (kind, place) == ("parquet", "local")

    def _how(self, rows: int | None) -> dict[str, Any]:
        """Return how files are scanned: as a stream, which takes half the memory and less time."""
        from pyarrow.dataset import ParquetFragmentScanOptions

        if not self._of_files:
            return {}
        stream = ParquetFragmentScanOptions(use_buffered_stream=True, pre_buffer=False)
        size = {"batch_size": rows} if rows and rows <= AT_ONCE else {}
        return {"fragment_scan_options": stream, **size}

    def _batches(self, names: list[str], rows: int | None) -> Iterator[dict[str, NDArray[Any]]]:
        if hasattr(self.source, "partitions"):
            for part in self.source[names].partitions:
                frame = part.compute()
                yield {n: frame[n].to_numpy() for n in names}
            return
        few = self._of_files and len(self.source.files) <= FEW_FILES
        apart = few and rows is not None and rows > AT_ONCE
        with _said("the data cannot be read"):
            for some in [[n] for n in names] if apart else [names]:
                for batch in self.source.to_batches(columns=some, **self._how(rows)):
                    yield {n: batch.column(n).to_numpy(zero_copy_only=False) for n in some}


class _Grown:
    """A column that grows batch by batch: in place, where its length is known.

    Parameters
    ----------
    rows : int or None
        The length.
    as_read : bool
        Whether a batch that is all of it is held as it is.
    """

    def __init__(self, rows: int | None, as_read: bool) -> None:
        self.rows, self.as_read, self.held, self._at = rows, as_read, 0, 0
        self._values: NDArray[Any] | None = None
        self._parts: list[NDArray[Any]] = []

    def add(self, values: NDArray[Any]) -> None:
        """Take the next values; of whole numbers some of which are missing, all become floats."""
        if not len(values):  # a part without rows
            return
        if self.rows is None:
            self._parts.append(values)
            self.held += values.nbytes
            return
        if self._at + len(values) > self.rows:
            raise self._changed(self._at + len(values))
        if self._values is None:
            if self.as_read and len(values) == self.rows:
                self._values, self._at, self.held = values, self.rows, values.nbytes
                return
            self._values = empty(self.rows, values.dtype)
            self.held = self._values.nbytes
        kind = np.result_type(self._values.dtype, values.dtype)
        if kind != self._values.dtype:
            self._values = in_file(self._values.astype(kind))
        self._values[self._at : self._at + len(values)] = values
        self._at += len(values)
        if self._at == self.rows:
            let_go(self._values)

    def whole(self) -> NDArray[Any]:
        """Return all values, not to be changed."""
        if self._values is None:
            self._values = np.concatenate(self._parts) if self._parts else np.zeros(0)
        if self.rows is not None and self._at != self.rows:
            raise self._changed(self._at)
        self._values = in_file(self._values)
        self._values.flags.writeable = False
        let_go(self._values)
        return self._values

    def _changed(self, found: int) -> DataError:
        return DataError(
            f"the data had {self.rows} rows, and {found} were read: they changed meanwhile; "
            "read them again when nobody writes them"
        )


def in_pieces(data: Any) -> Pieces | None:
    """Return a table that is not in memory; None for anything else.

    Parameters
    ----------
    data : path, pyarrow.dataset.Dataset, dask.dataframe.DataFrame or anything else
        A path of a file of Parquet or Arrow, of a folder of Parquet files, or with wildcards. Files
        are read in the order of the numbers in their names, part.2 before part.10, as Dask writes
        and reads them.

    Returns
    -------
    Pieces or None

    Raises
    ------
    DataError
        If there is no such file, or it is of another format.
    """
    if isinstance(data, str | os.PathLike):
        return _files(os.fspath(data))
    kind = type(data).__module__.partition(".")[0]
    if kind.startswith("dask") and hasattr(data, "columns") and data.ndim == 2:
        names = tuple(map(str, data.columns))
        return Pieces(names, data if names == tuple(data.columns) else data.rename(columns=str))
    if kind == "pyarrow" and hasattr(data, "to_batches") and hasattr(data, "scanner"):
        return Pieces(tuple(data.schema.names), data)
    return None


def _files(path: str) -> Pieces:
    from pyarrow import dataset

    found: Any = path
    kind: str | None = "parquet"
    if any(sign in path for sign in "*?[") and not os.path.exists(path):
        found = sorted(glob(path), key=_numbered)
        if not found:
            raise DataError(f"there is no file {path!r}; give a Parquet file, or a folder of them")
        kind = _format(found[0]) or "parquet"
    elif check_input(path, folder=True).is_file():
        kind = _format(path)
    if kind is None:
        raise DataError(
            f"{path!r} is no file of Parquet or Arrow ({', '.join(FORMATS)}); read it, and give "
            "its columns"
        )
    name = {"parquet": "Parquet", "ipc": "Arrow"}[kind]
    with _said(f"{path!r} cannot be read as {name}"):
        source = dataset.dataset(found, format=kind)
        files = sorted(source.files, key=_numbered)
        if not files:
            raise DataError(f"the folder {path!r} holds no Parquet file")
        if len(files) > 1:
            source = dataset.dataset(files, format=kind, schema=_schema(source))
    return Pieces(tuple(source.schema.names), source)


def _schema(source: Any) -> Any:
    """Return the columns of all files: one that a file lacks is missing there, not everywhere."""
    from pyarrow import unify_schemas

    each = [part.physical_schema for part in source.get_fragments()]
    return unify_schemas(each, promote_options="permissive")


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Say in one line what Arrow says in many."""
    from pyarrow import ArrowException

    try:
        yield
    except (OSError, ValueError, ArrowException) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{what}: {_first_line(error)}") from None


def _format(path: str) -> str | None:
    """Return the format that a file's name says; None of one that is not read."""
    return FORMATS.get(os.path.splitext(path)[1].lower())


def _numbered(path: str) -> list[str | int]:
    """Return what sorts paths as they are numbered: part.2 before part.10."""
    return [int(s) if k % 2 else s for k, s in enumerate(re.split("([0-9]+)", path))]


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _check_fits(names: Collection[str], held: int, free: int) -> None:
    """Refuse columns that take too much of the memory."""
    if held > MOST * free:
        raise DataError(
            f"the columns {', '.join(names)} take more than {MOST:.0%} of the "
            f"{free / 2**30:.1f} GiB of memory that are free; give fewer rows, a model "
            "that has fewer of the columns, or a machine with more memory"
        )


def _free() -> int:
    """Return how many bytes of memory are free."""
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
