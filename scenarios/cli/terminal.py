"""Where a command speaks: answers to standard output, everything else to standard error."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from ..display.wording import number

__all__ = ["Mistake", "Terminal", "clean", "complain", "plain"]

# Where there is no terminal there is no width; a log or a pipe takes this one.
WIDTH = 120
# What a terminal would obey instead of show: control characters, marks that turn the direction of
# writing, and halves of characters. Names in a user's files may hold them.
UNSHOWN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Mistake(Exception):
    """What the user got wrong, in one line; the exit code is 2."""


def clean(text: str) -> str:
    r"""Return text that a terminal shows and does not obey.

    Examples
    --------
    >>> print(clean("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    return UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def complain(text: str) -> None:
    """Show what went wrong, as one line."""
    _put(f"ifonly: {' '.join(text.split())}", sys.stderr)


def _put(text: str, file: TextIO) -> None:
    """Write one piece of text: everything that reaches a terminal goes through `clean`."""
    print(clean(text), file=file, flush=True)


@dataclass(frozen=True)
class Terminal:
    """How the user wants to be spoken to.

    Attributes
    ----------
    json : bool
        Whether the answer is for a machine.
    quiet : bool
        Whether only answers, warnings and errors are shown.
    """

    json: bool = False
    quiet: bool = False

    @property
    def progress(self) -> bool:
        """Whether progress bars are seen by somebody."""
        return not self.quiet and sys.stderr.isatty()

    def say(self, text: str) -> None:
        """Show what is going on."""
        if not self.quiet:
            _put(text, sys.stderr)

    def warn(self, text: str) -> None:
        """Show a warning as one line."""
        _put(f"warning: {' '.join(text.split())}", sys.stderr)

    def answer(self, data: Any, show: Callable[[], None]) -> None:
        """Print `data` as JSON for a machine, or call `show` for a person.

        Parameters
        ----------
        data : object
            What JSON can hold, or arrays.
        show : callable
        """
        if self.json:
            text = json.dumps(plain(data), indent=2, allow_nan=False, ensure_ascii=False)
            _put(UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", text), sys.stdout)
        else:
            show()
        sys.stdout.flush()

    def line(self, text: str) -> None:
        """Print one line as it is, however long."""
        _put(text, sys.stdout)

    def print(self, text: str = "", *, bold: bool = False) -> None:
        """Print a paragraph, wrapped at words.

        Parameters
        ----------
        text : str
        bold : bool
        """
        self._console().print(clean(text), style="bold" if bold else None, soft_wrap=False)

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        title: str | None = None,
        numeric: bool = True,
    ) -> None:
        """Print rows under column names.

        Parameters
        ----------
        columns : sequence of str
        rows : iterable of sequences
        title : str, optional
        numeric : bool
            Whether all columns but the first are numbers.
        """
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        title = title and clean(title)
        table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
        for k, name in enumerate(columns):
            right = numeric and k > 0
            table.add_column(
                clean(name), justify="right" if right else "left", no_wrap=right, overflow="fold"
            )
        for row in rows:
            table.add_row(*(clean(v if isinstance(v, str) else number(v)) for v in row))
        self._console().print(table)

    def _console(self) -> Any:
        from rich.console import Console

        width = None if sys.stdout.isatty() else WIDTH
        return Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)


def plain(value: Any) -> Any:
    """Return `value` in types that JSON has; what is not finite becomes null.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"a": np.array([1.0, np.nan]), "b": np.int64(2)})
    {'a': [1.0, None], 'b': 2}
    """
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
