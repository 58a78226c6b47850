"""Work for other processes: how it is packed for the way, and who does it.

Queries hold functions and models hold graphs, which only cloudpickle carries between processes. It
is used for that alone: what travels goes straight from one process to another of the same run, and
nothing that was stored is ever unpickled.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any, Protocol

import cloudpickle

from ...errors import ModelError, QueryError
from ...inputs.arrays import shown
from .ranks import Row

__all__ = ["Worker", "bar", "pack", "processes", "spread", "work"]

# Compilers are not made for threads, of which an executor's worker may have several.
ONE_AT_A_TIME = Lock()
# Processes by default, and the seconds of a core until a fresh one has begun, PyMC imported.
MOST, START = 2, 10.0
# Tasks that are given at once: at most so many, and so many seconds of work.
AT_ONCE, AT_A_TIME = 50, 0.5


class Worker(Protocol):
    """What all tasks share, and how one is done."""

    def run(self, task: Any) -> list[Row]:
        """Return the rows of one task."""
        ...

    def run_all(self, tasks: Sequence[Any]) -> Iterator[list[Row]]:
        """Yield the rows of each task, which some workers do many at once."""
        return map(self.run, tasks)


def pack(bench: Worker) -> bytes:
    """Return what all replications share, for the way to another process."""
    return cloudpickle.dumps(bench)


def work(packed: bytes, tasks: Sequence[Any]) -> list[list[Row]]:
    """Return the rows of some replications; a worker unpacks, and compiles, only once.

    Parameters
    ----------
    packed : bytes
        Of `pack`.
    tasks : sequence
        As its `run_all` takes them.

    Returns
    -------
    list of list of Row
    """
    with ONE_AT_A_TIME:
        return list(_unpacked(packed).run_all(tasks))


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Worker:
    bench: Worker = cloudpickle.loads(packed)
    return bench


def spread(
    bench: Worker, tasks: Sequence[Any], executor: Executor | None, jobs: int | None
) -> Iterator[list[Row]]:
    """Yield the rows of each task as it is finished.

    Parameters
    ----------
    bench : Worker
        What all tasks share.
    tasks : sequence
    executor : concurrent.futures.Executor, optional
        By default as many fresh processes as `jobs`.
    jobs : int or None
        1 does without other processes; None begins without, and starts two where the rest is then
        done sooner.

    Raises
    ------
    ModelError
        If the processes die.
    """
    done, size = 0, 1
    if executor is None and (jobs in (None, 1) or len(tasks) <= 1):
        done, size = yield from _alone(bench, tasks, others=jobs is None)
    if done < len(tasks):
        yield from _elsewhere(bench, tasks[done:], size, executor, jobs or MOST)


def _alone(
    bench: Worker, tasks: Sequence[Any], *, others: bool
) -> Generator[list[Row], None, tuple[int, int]]:
    """Yield the rows of tasks done here, until `others` (processes) would do the rest sooner.

    Returns how many are done, and how many at a time.
    """
    done, size, first, quickest = 0, 1, 0.0, float("inf")
    while done < len(tasks):
        some = tasks[done : done + size]
        begun = time.process_time()  # a busy machine delays a fresh process as well
        yield from bench.run_all(some)
        seconds = (time.process_time() - begun) / len(some)
        # The first one also builds what the others share, as it does in each fresh process.
        first, quickest = first or seconds, min(quickest, seconds)
        done += len(some)
        size = max(1, min(AT_ONCE, int(AT_A_TIME / max(seconds, 1e-9))))
        saved = (1 - 1 / MOST) * (len(tasks) - done) * quickest
        if others and done > 1 and saved > START + first:
            break
    return done, size


def _elsewhere(
    bench: Worker, tasks: Sequence[Any], size: int, executor: Executor | None, jobs: int
) -> Iterator[list[Row]]:
    """Yield the rows of tasks that other processes do, so many at a time."""
    packed = pack(bench)
    parts = [tasks[k : k + size] for k in range(0, len(tasks), size)]
    own = processes(min(jobs, len(parts))) if executor is None else None
    pool = executor or own
    assert pool is not None
    futures: list[Future[list[list[Row]]]] = []
    try:
        futures += [pool.submit(work, packed, some) for some in parts]
        for future in as_completed(futures):
            yield from future.result()
    except BrokenProcessPool as error:
        raise ModelError(
            "the processes died before they were done; in a script, put the call under "
            'if __name__ == "__main__":, or do without processes: jobs=1'
        ) from error
    except RuntimeError as error:
        if executor is None or "schedule new futures" not in str(error):
            raise
        raise QueryError(f"the executor takes no work: {error}") from None
    finally:
        for future in futures:
            future.cancel()
        if own is not None:
            own.shutdown(wait=True, cancel_futures=True)


def processes(jobs: int) -> Executor:
    """Return fresh processes, which share nothing with this one.

    They are not forked: a fork after JAX or numba have started their threads can hang.
    """
    context: Any = multiprocessing.get_context("spawn")
    # Ctrl-C reaches the workers too, but this process has the say; they finish what they are at.
    return ProcessPoolExecutor(
        jobs, context, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
    )


@contextmanager
def bar(what: str, total: int, begun: int, *, show: bool) -> Iterator[Callable[[], None]]:
    """Give a function that moves a progress bar on by one.

    Parameters
    ----------
    what : str
        What is being done.
    total, begun : int
        How many tasks there are, and are done before.
    show : bool
    """
    if not isinstance(show, bool):
        raise QueryError(f"progress is True or False, not {shown(show)}")
    if not show:
        yield lambda: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    rate = TextColumn("{task.fields[rate]}")
    columns = (what, BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("", total=total, completed=min(begun, total), rate="")

        def advance() -> None:
            progress.advance(task)
            if speed := progress.tasks[0].speed:
                words = f"{speed:.1f} a second" if speed >= 1 else f"{1 / speed:.1f} s each"
                progress.update(task, rate=words)

        yield advance
