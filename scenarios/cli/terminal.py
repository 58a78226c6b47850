"""Where a command speaks: answers to standard output, everything else to standard error."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..display.wording import number

__all__ = ["Mistake", "Terminal", "plain"]

# Where there is no terminal there is no width; a log or a pipe takes this one.
WIDTH = 120


class Mistake(Exception):
    """What the user got wrong, in one line; the exit code is 2."""


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
            print(text, file=sys.stderr, flush=True)

    def warn(self, text: str) -> None:
        """Show a warning as one line."""
        print(f"warning: {' '.join(text.split())}", file=sys.stderr, flush=True)

    def answer(self, data: Any, show: Callable[[], None]) -> None:
        """Print `data` as JSON for a machine, or call `show` for a person."""
        if self.json:
            print(json.dumps(plain(data), indent=2, allow_nan=False, ensure_ascii=False))
        else:
            show()
        sys.stdout.flush()

    def print(self, text: str = "", *, bold: bool = False) -> None:
        """Print a paragraph, wrapped at words."""
        self._console().print(text, style="bold" if bold else None, soft_wrap=False)

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        title: str | None = None,
        numeric: bool = True,
    ) -> None:
        """Print rows under column names; the first column is text, the others numbers."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
        for k, name in enumerate(columns):
            right = numeric and k > 0
            table.add_column(
                name, justify="right" if right else "left", no_wrap=right, overflow="fold"
            )
        for row in rows:
            table.add_row(*(v if isinstance(v, str) else number(v) for v in row))
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
