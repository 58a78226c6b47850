"""`ifonly guide`: the ten commonest tasks, for programs that read documentation and for people."""

from __future__ import annotations

import argparse
from importlib.resources import files

from ..terminal import Terminal

__all__ = ["EXAMPLES", "add_arguments", "run", "text"]

EXAMPLES = """examples:
  ifonly guide
  ifonly guide > guide.md"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: there is one guide."""


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print the guide.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    terminal.answer({"guide": text()}, lambda: terminal.line(text().rstrip("\n")))
    return 0


def text() -> str:
    """Return the guide, in Markdown.

    Examples
    --------
    >>> text().splitlines()[0]
    '# ifonly: a guide for programs that read documentation'
    """
    return files("ifonly.scenarios.cli").joinpath("guide.md").read_text(encoding="utf-8")
