"""Kernels by NumPy: the values of the kernels, and graphs in Python that take them."""

import numpy as np
import pytest
from scipy import stats

from ifonly.inference.families.special import (
    by_numpy,
    gamma_quantile,
    gumbel_move,
    poisson_process,
)
from ifonly.inference.families.special.rows import ROWS
from ifonly.inference.symbolic.evaluate import evaluated

from .plain import plain


def each(kernel, *columns):
    with np.errstate(over="ignore"):  # 64 bits wrap
        return np.array([plain(kernel)(*map(float, row)) for row in zip(*columns, strict=True)])


@pytest.mark.parametrize("shape", [0.01, 0.3, 1.0, 2.0, 17.0, 4e3])
def test_gamma_quantiles_are_the_kernel_s_in_both_tails(shape: float) -> None:
    z = np.linspace(-60.0, 60.0, 61)
    found = by_numpy.gamma_quantile(z, shape)
    np.testing.assert_allclose(found, each(gamma_quantile, z, np.full(61, shape)), rtol=1e-10)


def test_the_ends_of_the_gamma() -> None:
    found = by_numpy.gamma_quantile(np.array([-np.inf, np.inf, np.nan]), 2.0)
    np.testing.assert_array_equal(found, [0.0, np.inf, np.nan])


def test_counts_are_the_kernel_s_wherever_they_were_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """None seen, thinned, grown, as they were, and such as take the long way."""
    monkeypatch.setattr(by_numpy.one_by_one, "scalar", plain(poisson_process))
    rng = np.random.default_rng(1)
    anchor = np.concatenate([np.zeros(150), rng.uniform(0.1, 12.0, 150), [5.0, 90.0, 3.0, 100.0]])
    count = rng.poisson(anchor).astype(float)
    count[-3] = 80.0
    mean = np.concatenate([rng.uniform(0.0, 33.0, 300), [5.0, 40.0, 70.0, 100.0]])
    seed = rng.random(304)
    with np.errstate(over="ignore"):
        found = by_numpy.poisson_process(count, anchor, seed, mean)
    np.testing.assert_array_equal(found, each(poisson_process, count, anchor, seed, mean))
    assert found[300] == count[300]


def test_counts_of_fresh_processes_have_the_law() -> None:
    seed = (np.arange(20_000) + 0.5) / 20_000
    found = by_numpy.poisson_process(0.0, 0.0, seed, 4.0)
    seen = np.bincount(found, minlength=12)[:12]
    expected = 20_000 * stats.poisson(4.0).pmf(np.arange(12))
    assert (((seen - expected) ** 2 / expected).sum()) < stats.chi2(12).isf(1e-4)


def test_graphs_in_python_take_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is compiled: the kernel's own function is not called."""
    for kernel in (gamma_quantile, poisson_process):
        op = kernel(*[0.5] * kernel.scalar.py_func.__code__.co_argcount).owner.op.scalar_op
        monkeypatch.setattr(op, "function", None)
    z = np.linspace(-3, 3, 7)
    noise = np.full(7, 0.3)
    [x, n] = evaluated([gamma_quantile(z, 2.0), poisson_process(0.0, 0.0, noise, np.arange(7.0))])
    np.testing.assert_allclose(x, stats.gamma(2.0).ppf(1 / (1 + np.exp(-z))), rtol=1e-10)
    assert n.dtype == np.int64
    assert n[0] == 0


def test_gumbel_races_are_the_kernel_s() -> None:
    """Chances that move, that stay, that vanish, and a race that ends in a tie."""
    rng = np.random.default_rng(2)
    p, new = rng.dirichlet(np.ones(4), 300), rng.dirichlet(np.full(4, 0.3), 300)
    new[:50] = p[:50]
    new[50:80, 2] = 0.0
    noise, value = rng.gumbel(size=(300, 4)), rng.integers(0, 4, 300)
    p[-1], new[-1], noise[-1], value[-1] = 0.25, 0.0, 0.0, 3
    found = by_numpy.gumbel_move(value, p, new, noise)
    race = plain(ROWS["gumbel_move"].function)
    expected = [
        int(race(np.array(v), *rows)) for v, *rows in zip(value, p, new, noise, strict=True)
    ]
    np.testing.assert_array_equal(found, expected)
    assert (found[:50] == value[:50]).all()
    assert not (found[50:80] == 2).any()


def test_races_broadcast_and_run_in_python() -> None:
    rng = np.random.default_rng(3)
    p, noise = rng.dirichlet(np.ones(3), (5, 1)), rng.gumbel(size=(7, 3))
    new = np.array([0.2, 0.5, 0.3])
    symbol = gumbel_move(np.ones((5, 7), int), p, new, noise)
    [found] = evaluated([symbol])
    np.testing.assert_array_equal(found, by_numpy.gumbel_move(np.ones((5, 7), int), p, new, noise))
    assert found.shape == (5, 7)
