"""Pieces of one job on several threads, and what they give in the pieces' own order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from itertools import islice
from multiprocessing import parent_process
from threading import current_thread, main_thread
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["free_cores", "in_order", "threads"]


def free_cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def threads() -> int:
    """Return how many threads may compute: one for each core that this process may use.

    One in a thread or in a process that somebody else has made, as `calibrate` does: the work has
    been shared out there, and more threads would only take turns.
    """
    if parent_process() is not None or current_thread() is not main_thread():
        return 1
    return free_cores()


def in_order[T, R](
    function: Callable[[T], R], pieces: Iterable[T], threads: int = 1
) -> Iterator[R]:
    """Yield what a function gives for each piece, in order, however many threads there are.

    Parameters
    ----------
    function : callable
        Called by several threads at once, but for the first piece: machine code is made by then.
    pieces : iterable
        Taken one after the other, at most two for each thread ahead of what was yielded: so a
        thread that is done finds the next one made.
    threads : int

    Yields
    ------
    object

    Examples
    --------
    >>> list(in_order(str, range(4), threads=2))
    ['0', '1', '2', '3']
    """
    rest = iter(pieces)
    yield from map(function, islice(rest, 1 if threads > 1 else None))
    waiting: deque[Future[R]] = deque()
    with _alone(threads), ThreadPoolExecutor(threads) as pool:
        try:
            for piece in rest:
                waiting.append(pool.submit(function, piece))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _alone(threads: int) -> AbstractContextManager[Any]:
    """Keep linear algebra to the thread that asks for it, where several do.

    Its own threads, beside ours, wait for each other: a product took 40 times as long.
    """
    return _blas().limit(limits=1) if threads > 1 else nullcontext()


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")
