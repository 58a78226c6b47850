"""What is done so far, on disk: one line of JSON per replication, appended when it is finished.

It serves `calibrate`, the simulation of trials, and the arena.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import DataError, IfonlyError
from ...inputs.output_files import check_output, output_path
from .ranks import Row

__all__ = ["Journal"]

FORMAT = "ifonly {} 2"


@dataclass(eq=False)
class Journal:
    """The rows of finished replications, in memory and, where there is a path, in a file.

    The first line of the file says what was run, and each line ends with the digest of what it
    holds. A last line that was cut short, by a crash or a full disk, is dropped; its replication is
    run again. Any other damage is refused.
    """

    about: dict[str, Any]
    path: Path | None = None
    kind: str = "calibration"
    key: str | tuple[str, ...] = "replication"
    rows: dict[Any, list[Row]] = field(default_factory=dict)

    @classmethod
    def opened(
        cls,
        about: dict[str, Any],
        path: str | os.PathLike[str] | None,
        kind: str = "calibration",
        key: str | tuple[str, ...] = "replication",
    ) -> Journal:
        """Return the journal at `path` with the rows that are already there.

        Parameters
        ----------
        about : mapping of str to JSON value
            What identifies the calibration.
        path : path, optional
            By default nothing is kept on disk.
        kind : str
            What is kept, in a word.
        key : str or tuple of str
            The columns that tell what the rows of one line are of.

        Returns
        -------
        Journal

        Raises
        ------
        DataError
            If the file is no calibration, or one of something else.
        """
        if path is None:
            return cls(about, None, kind, key)
        journal = cls(about, output_path(path), kind, key)
        try:
            text = journal._whole_lines()
            if not text:
                journal._write({"format": FORMAT.format(kind), **about}, "w")
                return journal
        except OSError as error:
            raise DataError(f"{path} cannot keep a {kind}: {error.strerror}") from None
        header, *lines = journal._values(text)
        with journal.reading():
            rows = {journal.of(line[0]): line for line in lines}
        _check_same(about, header, str(path), kind)
        journal.rows.update(rows)
        return journal

    def of(self, row: Row) -> Any:
        """Return what a row is of: the key of `rows`."""
        if isinstance(self.key, str):
            return row[self.key]
        return tuple(row[name] for name in self.key)

    def add(self, rows: list[Row]) -> None:
        """Keep the rows of one replication."""
        rows = [{n: _plain(v) for n, v in row.items()} for row in rows]
        self.rows[self.of(rows[0])] = rows
        if self.path is not None:
            self._write(rows, "a")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Say of rows that lack what is read in the block that the file is no journal of its kind.

        Whoever changes a line can write a new digest.
        """
        try:
            yield
        except IfonlyError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            if self.path is None:
                raise
            raise DataError(
                f"{self.path} is damaged or holds no {self.kind} ({type(error).__name__}: {error})"
                "; name another file"
            ) from None

    def _write(self, value: Any, mode: str) -> None:
        assert self.path is not None
        try:
            with self.path.open(mode, encoding="utf-8") as file:
                file.write(_sealed(value) + "\n")
        except OSError as error:
            raise DataError(
                f"{self.path} cannot be written: {error.strerror or error}; what stands there "
                "whole is kept, and is not done again"
            ) from None

    def _whole_lines(self) -> str:
        """Return the file's text up to its last complete line, and cut off what follows."""
        assert self.path is not None
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
        check_output(self.path)
        if not self.path.exists():
            return ""
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content) and not content.startswith(
            f'[{{"format": "ifonly {self.kind[:3]}'.encode()
        ):
            raise DataError(f"{self.path} holds no {self.kind}; name another file")
        if len(whole) < len(content):
            os.truncate(self.path, len(whole))
        return whole.decode("utf-8", errors="replace")

    def _values(self, text: str) -> list[Any]:
        """Return what the lines hold, the first without its format, or refuse the file."""
        values = [_unsealed(line) for line in text.split("\n")[:-1]]
        if not isinstance(values[0], dict) or values[0].pop("format", "") != FORMAT.format(
            self.kind
        ):
            raise DataError(
                f"{self.path} holds no {self.kind}, or a damaged one; name another file"
            )
        if None in values:
            raise DataError(
                f"line {values.index(None) + 1} of {self.path} is damaged; remove that line, and "
                "what it held is done again, or name another file"
            )
        return values


def _sealed(value: Any) -> str:
    """Return a line's text: the value, and the digest that finds damage."""
    digest = hashlib.sha256(json.dumps(value, allow_nan=False).encode()).hexdigest()
    return json.dumps([value, digest])


def _unsealed(line: str) -> Any:
    """Return the value of a line, or None where it is not as it was written."""
    try:
        value, _ = found = json.loads(line)
        return value if _sealed(value) == json.dumps(found) else None
    except (ValueError, TypeError, RecursionError):
        return None


def _check_same(now: dict[str, Any], then: dict[str, Any], path: str, kind: str) -> None:
    # The digests of a model say something only between equal versions.
    skip = {"versions", "made_with", "content"}
    if now.get("versions") != then.get("versions"):
        skip |= {"equations"}
    if "content" not in then and kind == "calibration":
        skip |= {"coords", "data"}
        warnings.warn(
            f"{path} was begun by an earlier version, whose weaker check was used: numbers in "
            "arrays, data and Potentials of the model were not compared",
            UserWarning,
            stacklevel=4,
        )
    elif now.get("made_with") == then.get("made_with"):
        skip -= {"content"}
    changed = [n for n in {**now, **then} if n not in skip and now.get(n) != then.get(n)]
    if changed:
        name = changed[0]
        digests = ("equations", "content", "coords", "data")
        what = "" if name in digests else f" ({then.get(name)!r} there, {now.get(name)!r} here)"
        raise DataError(
            f"{path} holds another {kind}: {', '.join(changed)} differ{what}; name another "
            "file, or run what it was begun with"
        )


def _plain(value: Any) -> Any:
    """Return a number, or a list of them, without NaN or infinity, which JSON does not have."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
