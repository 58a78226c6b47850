"""What PyTensor and PyMC say of their own work, which changes no answer, and is kept from the user.

A rewrite that fails leaves its graph as it was, which is slower and means the same; numbers are not
touched by whose routines multiply matrices, nor by what runs without a compiler. Nor is it noted
meanwhile where in the program each node of a graph was made: nobody reads it, and it takes a third
of the time in which graphs are made.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pytensor import config

__all__ = ["without_notes"]

# Rewrites that fail; which BLAS is used.
LOGGERS = ("pytensor.graph.rewriting.basic", "pytensor.tensor.blas")
# Of a model that is rewritten: that the objects which made it belong to the old one. No object is
# used here. Then: that something runs in Python.
WARNINGS = (
    "Detected variables likely created by GP objects",
    "Numba will use object mode to run",
    "Loop fusion failed because",
)
OURS = logging.getLogger("ifonly.upstream")


@contextmanager
def without_notes() -> Iterator[None]:
    """Keep these notes from the user meanwhile; the logger ``ifonly.upstream`` has the log's.

    Everything else that is logged or warned of goes its way.

    Examples
    --------
    >>> with without_notes():
    ...     logging.getLogger("pytensor.tensor.blas").warning("whose routines are used")
    """
    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addFilter(_aside)
    try:
        with warnings.catch_warnings(), config.change_flags(traceback__limit=0):
            for start in WARNINGS:
                warnings.filterwarnings("ignore", start, UserWarning)
            yield
    finally:
        for logger in loggers:
            logger.removeFilter(_aside)


def _aside(record: logging.LogRecord) -> bool:
    """Tell our own logger, for whoever looks for it, and nobody else."""
    OURS.debug("%s: %s", record.name, record.getMessage())
    return False
