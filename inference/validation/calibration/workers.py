"""Work for other processes: how it is packed for the way, and who does it.

Queries hold functions and models hold graphs, which only cloudpickle carries between processes. It
is used for that alone: what travels goes straight from one process to another of the same run, and
nothing that was stored is ever unpickled.
"""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import lru_cache
from threading import Lock
from typing import Any

import cloudpickle

from .replication import Bench, Row, Task

__all__ = ["pack", "processes", "work"]

# Compilers are not made for threads, of which an executor's worker may have several.
ONE_AT_A_TIME = Lock()


def pack(bench: Bench) -> bytes:
    """Return what all replications share, for the way to another process."""
    return cloudpickle.dumps(bench)


def work(packed: bytes, task: Task) -> list[Row]:
    """Return the rows of one replication; a worker unpacks, and compiles, only once.

    Parameters
    ----------
    packed : bytes
        Of `pack`.
    task : Task

    Returns
    -------
    list of Row
    """
    with ONE_AT_A_TIME:
        return _unpacked(packed).run(task)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Bench:
    bench: Bench = cloudpickle.loads(packed)
    return bench


def processes(jobs: int) -> Executor:
    """Return fresh processes, which share nothing with this one.

    They are not forked: a fork after JAX or numba have started their threads can hang.
    """
    context: Any = multiprocessing.get_context("spawn")
    # Ctrl-C reaches the workers too, but this process has the say; they finish what they are at.
    return ProcessPoolExecutor(
        jobs, context, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    )
