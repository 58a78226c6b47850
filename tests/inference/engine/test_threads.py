"""Pieces of a job on several threads."""

import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from threading import Barrier, active_count

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from ifonly.inference.engine.threads import free_cores, in_order, threads


def test_as_many_threads_as_cores_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    assert free_cores() == threads() == 3
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS and Windows
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert free_cores() == threads() == 7


def test_one_thread_where_somebody_shares_out_the_work():
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(threads).result() == 1
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(threads).result() == 1


def test_two_run_at_once_and_come_in_order():
    """Each waits for the other one, so that one thread alone would never end; not the first."""
    both = Barrier(2, timeout=60)
    before = active_count()
    found = list(in_order(lambda k: (k and both.wait(), k)[1], range(7), threads=2))
    assert found == list(range(7))
    assert active_count() == before


def test_few_pieces_are_taken_ahead():
    taken = []
    pieces = (taken.append(k) or k for k in range(100))
    results = in_order(abs, pieces, threads=2)
    assert (next(results), len(taken)) == (0, 1)
    assert (next(results), len(taken)) == (1, 6)
    results.close()
    assert len(taken) == 6


def test_an_error_is_told():
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda k: 1 / k, [1, 0, 2], threads=2))


def test_linear_algebra_keeps_to_the_thread_that_asks():
    """Else its own threads and ours would wait for each other; afterwards it has them again."""

    def used():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(2):
        assert used() == {2}
        found = list(in_order(lambda _: used(), range(4), threads=2))
        assert found[1:] == [{1}] * 3
        assert used() == {2}
