"""Exponentials and logarithms several at a time, as exact as NumPy's to the ends of the range."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.mode import Mode
from pytensor.graph.traversal import toposort
from scipy.special import logsumexp

from ifonly.inference.conditioning.compiled.mode import SUMMED
from ifonly.inference.conditioning.compiled.quick import (
    LOOPS,
    Quick,
    quick_instead,
    softplus_instead,
)
from ifonly.inference.conditioning.compiled.rewrite import changed
from ifonly.inference.conditioning.compiled.softplus import written

PLAIN = Mode(linker="py", optimizer=None)
LAST_BIT = 2.3e-16


def test_the_exponential_is_exact_to_rounding() -> None:
    x = np.concatenate([np.linspace(-708, 708.9, 40_001), np.linspace(-1, 1, 10_001)])
    np.testing.assert_allclose(LOOPS["exp"](x), np.exp(x), rtol=3 * LAST_BIT)


def test_the_exponential_at_the_ends() -> None:
    x = np.array([-np.inf, -800.0, -708.5, 0.0, 710.0, np.inf, np.nan])
    np.testing.assert_array_equal(LOOPS["exp"](x), [0, 0, 0, 1, np.inf, np.inf, np.nan])


def test_the_logarithm_is_exact_to_rounding() -> None:
    x = np.concatenate([np.exp(np.linspace(-744, 709, 40_001)), np.linspace(0.5, 2, 10_001)])
    np.testing.assert_allclose(LOOPS["log"](x), np.log(x), rtol=3 * LAST_BIT, atol=LAST_BIT)


def test_the_logarithm_at_the_ends() -> None:
    x = np.array([0.0, -0.0, -1.0, np.inf, -np.inf, np.nan, 1.0])
    expected = [-np.inf, -np.inf, np.nan, np.inf, np.nan, np.nan, 0.0]
    np.testing.assert_array_equal(LOOPS["log"](x), expected)


def test_the_logarithm_of_one_and_an_exponential() -> None:
    x = np.array([*np.linspace(-50, 50, 20_001), -np.inf, -800.0, 800.0, np.inf])
    expected = np.logaddexp(0, x)
    found = LOOPS["log_of_1_and_exp"](x)
    assert np.isnan(LOOPS["log_of_1_and_exp"](np.array([np.nan]))).all()
    np.testing.assert_allclose(found, expected, rtol=3 * LAST_BIT, atol=2 * LAST_BIT)


def test_the_logarithm_of_a_sum_of_exponentials() -> None:
    x = np.random.default_rng(1).normal(scale=300, size=(5, 1_000))
    x[:, 0], x[0, 1], x[0, 2], x[2, 3] = -np.inf, -np.inf, np.inf, np.nan
    np.testing.assert_allclose(LOOPS[SUMMED](x), logsumexp(x, axis=0), rtol=4 * LAST_BIT)


def test_arrays_that_do_not_lie_in_one_piece_are_read_as_they_are() -> None:
    x = np.arange(12.0).reshape(3, 4).T[::2]
    np.testing.assert_allclose(LOOPS["exp"](x), np.exp(x), rtol=3 * LAST_BIT)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (pt.exp, "exp"),
        (pt.log, "log"),
        (pt.log2, "log"),
        (pt.softplus, "log_of_1_and_exp"),
    ],
)
def test_what_it_takes_the_place_of(make, name: str) -> None:
    x = pt.vector("x")
    [found] = changed([make(x)], quick_instead)
    names = {n.op.name for n in toposort([found]) if isinstance(n.op, Quick)}
    assert names == {name}
    at = np.array([0.3, 1.0, 7.0])
    [expected, got] = pytensor.function([x], [make(x), found], mode=PLAIN)(at)
    np.testing.assert_allclose(got, expected, rtol=4 * LAST_BIT)


def test_a_named_sum_is_one_loop_and_others_are_left() -> None:
    terms = pt.matrix()
    inside = [pt.logsumexp(terms, axis=0)]
    x = pt.matrix("x")
    [named] = changed([OpFromGraph([terms], inside, name=SUMMED)(x)], quick_instead)
    assert named.owner.op == Quick(SUMMED)
    assert quick_instead(OpFromGraph([terms], inside)(x)) is None
    assert quick_instead(pt.exp(pt.scalar("s"))) is None
    assert quick_instead(pt.sqrt(x)) is None
    assert quick_instead(x) is None


def test_a_softplus_as_densities_write_it_is_one_loop() -> None:
    """At nodes and units too, of arguments that units have; of one value there is no loop."""
    x, a = pt.matrix("x"), pt.vector("a")
    [found] = changed([written(x * a)], softplus_instead)
    assert found.owner.op == Quick("log_of_1_and_exp")
    assert found.owner.inputs[0].owner.op == pt.mul
    at = np.array([[-800.0, -2.0, 0.0], [np.inf, -np.inf, 3.0]])
    got = pytensor.function([x, a], found, mode=PLAIN)(at, np.ones(3))
    np.testing.assert_allclose(got, np.logaddexp(0.0, at), rtol=4 * LAST_BIT)
    assert softplus_instead(written(pt.scalar("s"))) is None
    assert softplus_instead(x + x) is None
