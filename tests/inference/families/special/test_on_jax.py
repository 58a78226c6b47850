"""Kernels of rows in JAX's own terms: what plain Python gives. Scalar ones: test_lockstep.py."""

from functools import reduce

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference.families.special import jax_mode
from ifonly.inference.families.special.bits import fresh
from ifonly.inference.families.special.counts import BINOMIAL, NEGATIVE, POISSON
from ifonly.inference.families.special.rows import ROWS

from .plain import plain


@pytest.fixture(scope="module")
def on_jax():
    """The module, imported where it is wanted: it imports JAX."""
    from ifonly.inference.families.special import on_jax

    return on_jax


RNG = np.random.default_rng(2)
OLD, NEW = np.array([0.2, 0.3, 0.5]), np.array([0.45, 0.35, 0.2])
SERIES = np.array([0.5, -1.0, 2.0, 0.25, -3.0])
GARCH = (np.array(0.5), np.array(0.3), np.array(0.4), np.array(2.0))
CASES = {
    "gumbel_move": [(np.array(k), OLD, NEW, RNG.gumbel(size=3)) for k in (0, 1, 2, 2, 2)],
    "ordered_move": [(np.array(k), OLD, NEW, np.array(d)) for k in range(3) for d in (-9.0, 0.4)],
    "recursion": [(SERIES, np.array([0.5, -0.3]))],
    "innovations": [(SERIES, np.array([0.5, -0.3]))],
    "garch_values": [(SERIES, *GARCH)],
    "garch_noise": [(SERIES, *GARCH)],
    "poisson_row": [
        (np.array([3, 3, 3, 0]), np.array([2.0, 2.0, 2.0, 0.0]), RNG.random(4), RNG.random(4) * 4)
    ],
}


def test_every_kernel_of_rows_has_one(on_jax):
    assert on_jax.ROWS.keys() == ROWS.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_row_gets_what_python_gives_it(on_jax, name):
    import jax.numpy as jnp

    for inputs in CASES[name]:
        found = on_jax.ROWS[name](*map(jnp.asarray, inputs))
        with np.errstate(all="ignore"):  # as compiled code does
            expected = plain(ROWS[name].function)(*inputs)
        np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("name", ["gumbel_move", "ordered_move"])
def test_equal_chances_give_the_category(on_jax, name):
    import jax.numpy as jnp

    for value, old, _, draws in CASES[name]:
        same = map(jnp.asarray, (value, old, old * (1 + 1e-14), draws))
        assert on_jax.ROWS[name](*same) == value


@pytest.mark.parametrize(
    ("kind", "a", "b", "law"),
    [
        (POISSON, 3.2, 0.0, stats.poisson(3.2)),
        (POISSON, 500.0, 0.0, stats.poisson(500.0)),
        (BINOMIAL, 12.0, 0.3, stats.binom(12, 0.3)),
        (NEGATIVE, 2.5, 0.4, stats.nbinom(2.5, 0.4)),
    ],
)
def test_the_search_that_stands_for_numba_s(on_jax, kind, a, b, law):
    search = plain(on_jax._search)
    for p in (1e-12, 0.01, 0.4123, 0.8, 0.999):
        assert search(kind, p, 1.0 - p, a, b) == law.ppf(p)
    assert search(kind, 1.0, 0.0, a, b) == (12.0 if kind == BINOMIAL else np.inf)


@pytest.mark.filterwarnings("ignore:overflow")  # bits wrap round, of which NumPy warns
def test_bits_mixed_with_many_parameters_compile():
    """Without an end to each fusion XLA took longer than a test may."""
    seed, first, *others = pt.vectors("seed", "a", "b", "c", "d", "e")
    graph = fresh(seed, first)
    for other in others:
        graph = fresh(graph, other)
    given = np.random.default_rng(1).random((6, 50))
    found = pytensor.function([seed, first, *others], graph, mode=jax_mode())(*given)
    expected = [reduce(plain(fresh), column[1:], column[0]) for column in given.T]
    np.testing.assert_array_equal(np.asarray(found), expected)
