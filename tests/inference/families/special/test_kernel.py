"""Scalar kernels as elementwise symbolic operations."""

import copy
import pickle
from hashlib import sha256
from pathlib import Path

import cloudpickle
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.replace import vectorize_graph
from scipy import special, stats

from ifonly.inference.families import special as kernels
from ifonly.inference.families.special.kernel import KERNELS, NO_KERNELS, compiled, sources
from ifonly.inference.families.special.rows import ROWS

PYTHON = pytensor.compile.mode.Mode(linker="py", optimizer=None)


def test_a_kernel_broadcasts_over_integers_and_floats():
    x, a = pt.lvector(), pt.matrix(shape=(None, 1))
    run = pytensor.function([x, a], kernels.gamma_logit(x, a), mode=PYTHON)
    found = run([1, 2, 3], [[0.5], [2.5]])
    expected = special.logit(special.gammainc([[0.5], [2.5]], [1.0, 2.0, 3.0]))
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_a_kernel_survives_an_axis_of_draws():
    z, mean = pt.vector(), pt.scalar()
    means = pt.vector()
    count = kernels.poisson_quantile(z, mean)
    over = vectorize_graph(count, {mean: means})
    run = pytensor.function([z, means], over, mode=PYTHON)
    found = run([-1.0, 0.0, 1.0], [2.0, 9.0])
    assert found.dtype == np.int64
    expected = stats.poisson([[2.0], [9.0]]).ppf(special.expit([-1.0, 0.0, 1.0]))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ["gamma_logit", "gumbel_move"])
def test_a_kernel_is_pickled_by_its_name(name):
    """So are graphs with kernels in them, and models: for other processes, by cloudpickle."""
    op = KERNELS[name] if name in KERNELS else ROWS[name]
    assert pickle.loads(pickle.dumps(op)) is op
    assert cloudpickle.loads(cloudpickle.dumps([op])) == [op]
    assert copy.deepcopy(op) is op


def test_kernels_of_one_name_are_equal():
    op = KERNELS["gamma_logit"]
    assert op == KERNELS["gamma_logit"]
    assert op != KERNELS["gamma_quantile"]
    assert hash(op) != hash(KERNELS["gamma_quantile"])
    assert (op.nin, op.output) == (2, "float64")
    assert kernels.gamma_logit.scalar is op.function
    assert kernels.gamma_logit.__doc__.startswith("Return log P(a, x) - log Q(a, x).")


def test_every_name_of_the_package_is_a_kernel():
    names = set(kernels.__all__) - {"KERNELS", "by_rows", "jax_mode"}
    assert names == set(KERNELS) | set(ROWS)


def test_what_is_compiled_keeps_its_source():
    def half(x):
        return 0.5 * x

    assert compiled(half).py_func is half


def test_the_cache_is_as_old_as_the_kernels():
    files = {f.stem for f in Path(kernels.__file__).parent.glob("*.py")}
    assert set(NO_KERNELS) < files
    read = sorted(files - set(NO_KERNELS))
    folder = Path(kernels.__file__).parent
    text = b"".join((folder / f"{stem}.py").read_bytes() for stem in read)
    assert sources() == sha256(text).hexdigest()


def test_no_kernel_takes_infinity_for_impossible():
    """Fast-math flags would let a comparison with infinity go."""
    assert KERNELS["gamma_quantile"].impl(np.inf, 2.0) == np.inf
    assert KERNELS["truncated_quantile"].impl(0.0, -np.inf, np.inf) == pytest.approx(0.0, abs=1e-15)
