"""Graphs as machine code: without Python's lock, and with rows of counts at once."""

from threading import Barrier, Thread

import numpy as np
import pytensor
import pytensor.tensor as pt

from ifonly.inference.engine.on_numba import freed, numba_mode
from ifonly.inference.families.special import poisson_process
from ifonly.inference.families.special.rows import RowKernel


def test_many_threads_call_one_function():
    """PyTensor's own would give some of them the numbers of others."""
    x, shared = pt.dvector("x"), pytensor.shared(np.arange(1000.0))
    run = freed(pytensor.function([x], [pt.exp(x) + shared], mode=numba_mode()), 1)
    start, found = Barrier(4), {}

    def work(k):
        start.wait()
        found[k] = [run(np.full(1000, k / 10 + r))[0] for r in range(20)]

    threads = [Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, results in found.items():
        for r, result in enumerate(results):
            np.testing.assert_allclose(result, np.exp(k / 10 + r) + np.arange(1000.0), rtol=1e-14)


def test_rows_of_counts_are_drawn_at_once():
    seed, mean = pt.dvector("seed"), pt.dvector("mean")
    counts = poisson_process(pt.zeros_like(seed), pt.zeros_like(seed), seed, mean)
    compiled = pytensor.function([seed, mean], counts, mode=numba_mode())
    ops = [getattr(n.op, "core_op", n.op) for n in compiled.maker.fgraph.toposort()]
    inside = [getattr(op, "name", "") for op in ops if isinstance(op, RowKernel)]
    assert inside == ["poisson_row"]
