"""One graph over draws and settings: what differs along which axis, in Python, numba and JAX."""

import time
from threading import Thread

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.traversal import ancestors

from ifonly.inference.engine.vectorized import vectorized

X = np.array([1.0, 2.0, 3.0])
B, K = np.linspace(-1.0, 1.0, 5), np.array([0.5, 2.0])


def made(make, axes, backend="python"):
    """The function of what the graph reads of x, b and k, and whether it is narrow."""
    symbols = [pt.TensorType("float64", (None,))(name="x"), pt.scalar("b"), pt.scalar("k")]
    graph = make(*symbols)
    read = [s in ancestors([graph]) for s in symbols]
    axes = {
        s.name: axes[s.name] for s, r in zip(symbols, read, strict=True) if r and s.name in axes
    }
    function, narrow = vectorized(
        [graph], [s for s, r in zip(symbols, read, strict=True) if r], axes, backend
    )
    return lambda *given: function(*(v for v, r in zip(given, read, strict=True) if r)), narrow


@pytest.mark.parametrize("backend", ["python", "numba", "jax"])
def test_settings_and_draws_are_axes_of_their_own(backend):
    function, _ = made(lambda x, b, k: pt.exp(x * b) + k, {"b": "draw", "k": "setting"}, backend)
    [found] = function(X, B, K)
    expected = np.exp(B[:, None] * X) + K[:, None, None]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_an_axis_has_length_one_where_nothing_differs():
    axes = {"b": "draw", "k": "setting"}
    assert made(lambda x, b, k: x + k, axes)[0](X, B, K)[0].shape == (2, 1, 3)
    assert made(lambda x, b, k: x + b, {"b": "draw"})[0](X, B, 1.0)[0].shape == (5, 3)
    assert made(lambda x, b, k: x, {})[0](X, 1.0, 1.0)[0].shape == (1, 3)


def test_a_graph_is_narrow_where_units_and_draws_never_meet():
    axes = {"b": "draw", "k": "setting"}
    assert made(lambda x, b, k: x.mean() * b + k, {"b": "draw"})[1]
    assert not made(lambda x, b, k: (x * b).mean() + k, {"b": "draw"})[1]
    assert made(lambda x, b, k: (x * k).mean() * b, axes)[1]
    assert not made(lambda x, b, k: (x * b).mean() + k, axes)[1]


def test_compiled_code_runs_without_the_lock_of_python():
    """Another thread goes on amid a computation: with the lock it could at both ends alone."""
    run, _ = made(lambda x, b, k: pt.sin(pt.exp(x * b)).sum() + k, {"b": "draw"}, "numba")
    x, b = np.linspace(0.0, 1.0, 50_000), np.linspace(0.0, 1.0, 200)
    run(x, b[:1], 0.0)
    ends, seen = [], []

    def compute():
        ends.append(time.perf_counter())
        run(x, b, 0.0)
        ends.append(time.perf_counter())

    thread = Thread(target=compute)
    thread.start()
    while thread.is_alive():
        seen.append(time.perf_counter())
    start, stop = ends
    assert any(0.3 < (t - start) / (stop - start) < 0.6 for t in seen)


@pytest.mark.parametrize("backend", ["python", "numba", "jax"])
def test_threads_that_ask_at_once_get_their_own_numbers(backend):
    x, found = np.linspace(-1.0, 1.0, 20_000), {}
    function, _ = made(
        lambda x, b, k: pt.sin(pt.exp(b * x) + k).sum(axis=0), {"b": "draw"}, backend
    )
    function(x, B, np.array(0.0))

    def work(shift):
        found[shift] = [function(x, B + shift, np.array(shift))[0] for _ in range(30)]

    threads = [Thread(target=work, args=(k / 4,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for shift, results in found.items():
        expected = np.sin(np.exp((B + shift)[:, None] * x) + shift).sum(axis=1)
        for result in results:
            np.testing.assert_allclose(np.asarray(result), expected, rtol=1e-9)
