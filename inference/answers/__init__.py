"""Answers read, drawn and handed on: as ArviZ, xarray and files have them."""

from .files import read_answer, write_answer
from .plot import plot
from .summary import summary
from .tree import to_datatree

__all__ = ["plot", "read_answer", "summary", "to_datatree", "write_answer"]
