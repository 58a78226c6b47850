"""Counts of a whole row at once: those of each unit alone, however it comes to them."""

import math

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import in2out

from ifonly.inference.families.special import poisson_process
from ifonly.inference.families.special.process_rows import (
    SHORT,
    TOGETHER,
    by_rows,
    falling,
    poisson_row,
)
from ifonly.inference.families.special.rows import ROWS

from .plain import plain


@pytest.fixture(autouse=True)
def wrapping():
    """Products of 64 bits wrap and new units divide by 0, of which numba does not warn."""
    with np.errstate(all="ignore"):
        yield


def row(count, anchor, seed, mean):
    arrays = np.broadcast_arrays(count, anchor, seed, mean)
    count, *others = (np.array(a, dtype=float) for a in arrays)
    return plain(ROWS["poisson_row"].function)(count.astype(np.int64), *others)


def each(count, anchor, seed, mean):
    units = zip(*np.broadcast_arrays(count, anchor, seed, mean), strict=True)
    return np.array([plain(poisson_process)(*map(float, unit)) for unit in units])


def test_the_exponential_falls():
    x = np.linspace(0.0, 32.0, 500)
    found = np.array([plain(falling)(v) for v in x])
    np.testing.assert_allclose(found, [math.exp(-v) for v in x], rtol=1e-13)


def test_units_of_all_kinds_have_the_counts_that_they_have_alone():
    """Thinned, grown, as seen, new, of mean zero; and with many points, and far beyond the mean."""
    rng = np.random.default_rng(1)
    size = TOGETHER + 90  # one whole lot, and a part of another
    anchor = rng.uniform(0.1, 9.0, size)
    count = rng.poisson(anchor).astype(float)
    mean = anchor * rng.choice([0.0, 0.3, 0.9, 1.0, 1.0 + 1e-14, 1.4, 5.0, 30.0], size)
    count[:40], anchor[:40] = 0.0, 0.0  # new units
    count[40:50], anchor[40:50], mean[40:50] = 80.0, 75.0, np.linspace(1.0, 140.0, 10)
    seed = rng.random(size)
    np.testing.assert_array_equal(row(count, anchor, seed, mean), each(count, anchor, seed, mean))


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0, 2.0, 60.0])
@pytest.mark.parametrize("size", [0, 1, 3])
def test_rows_whose_units_are_alike(part, size):
    """None, one, or all of the units need another round."""
    seed = (np.arange(size) + 0.5) / 3
    found = row(3.0, 2.0, seed, 2.0 * part)
    assert found.shape == (size,)
    np.testing.assert_array_equal(found, each(3.0, 2.0, seed, 2.0 * part))


@pytest.mark.parametrize("mean", [-1.0, -0.0, -40.0])
@pytest.mark.parametrize(("count", "anchor"), [(3.0, 2.0), (0.0, 0.0), (0.0, -1.0)])
def test_a_mean_below_zero_ends(mean, count, anchor):
    """It is refused elsewhere, once all is computed."""
    seed = (np.arange(40) + 0.5) / 40
    np.testing.assert_array_equal(row(count, anchor, seed, mean), each(count, anchor, seed, mean))


@pytest.mark.parametrize("mean", [math.nan, 1e30, math.inf])
def test_what_has_no_count_is_as_alone(mean):
    """The greatest number, where the mean is beyond 64 bits."""
    np.testing.assert_array_equal(row(3.0, 2.0, [0.4], mean), each(3.0, 2.0, [0.4], mean))


def rewritten(*inputs):
    graph = FunctionGraph(outputs=[poisson_process(*inputs)], clone=False)
    in2out(by_rows).rewrite(graph)
    return graph.outputs[0]


def test_a_graph_s_long_rows_are_done_at_once():
    """With numbers that are the same for all units, and axes of draws and settings in front."""
    seed = pt.tensor("seed", shape=(None, None, 100))
    anchor, mean = pt.tensor("anchor", shape=(1, None, 1)), pt.tensor("mean", shape=(None, 1, 100))
    found = rewritten(pt.vector("count", shape=(100,), dtype="int64"), anchor, seed, mean)
    assert "poisson_row" in str(found.owner)
    rng = np.random.default_rng(2)
    given = {
        "count": rng.poisson(2.0, 100),
        "anchor": np.full((1, 4, 1), 2.0),
        "seed": rng.random((3, 4, 100)),
        "mean": rng.uniform(0.0, 5.0, (3, 1, 100)),
    }
    value = found.eval(given, mode="NUMBA")
    expected = each(*(np.broadcast_to(v, (3, 4, 100)).ravel() for v in given.values()))
    np.testing.assert_array_equal(value.ravel(), expected)


@pytest.mark.parametrize("shape", [(), (7, SHORT - 1)])
def test_short_rows_are_left(shape):
    found = rewritten(*[pt.tensor(shape=shape) for _ in range(4)])
    assert "poisson_row" not in str(found.owner)


def test_it_is_a_symbolic_operation():
    value = poisson_row(np.array([3, 3]), [2.0, 2.0], [0.4, 0.4], [2.0, 0.0]).eval(mode="NUMBA")
    np.testing.assert_array_equal(value, [3, 0])
