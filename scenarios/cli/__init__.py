"""The command line: it reads what was typed, runs one command, and says mistakes in one line."""

from .main import command, main

__all__ = ["command", "main"]
