"""`ifonly list`: the scenarios by name."""

from __future__ import annotations

import argparse

from ... import TITLES
from ..terminal import Terminal

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = "example:\n  ifonly list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: a list takes no options."""


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Print name and title of each scenario.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    width = max(map(len, TITLES))

    def show() -> None:
        for name, title in TITLES.items():
            terminal.line(f"{name:<{width}}  {title}")

    terminal.answer([{"name": n, "title": t} for n, t in TITLES.items()], show)
    return 0
