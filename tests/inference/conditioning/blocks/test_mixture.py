"""Products of half-t scales: how they are read, and the laws that they are drawn from."""

from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.mixture import Spread, spread_of, traded
from ifonly.inference.conditioning.blocks.problem import Problem
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe


def read(spread: Any) -> tuple[np.ndarray, dict[str, Spread]] | None:
    """What is read of the standard deviation that `spread` makes of a local and a global scale."""
    with pm.Model(coords={"unit": range(2), "term": range(3)}) as model:
        local = pm.HalfCauchy("local", [1.0, 2.0, 3.0], dims="term")
        shared = pm.HalfStudentT("shared", 4, 0.5)
        weight = pm.Normal("weight", 0.0, spread(local, shared), dims="term")
        pm.Normal("y", weight.sum(), 1.0, dims="unit")
    evidence = read_evidence(Equations(model), {"y": [1.0, 2.0]})
    observed, equations = observe(model, evidence, "unit")
    [block] = blocks_of(equations, {"y"})
    problem = Problem(observed, equations, evidence, block)
    return spread_of(problem, problem.parameters_of("weight")[1], (3,), {"local", "shared"})


def test_a_product_is_its_factors() -> None:
    found = read(lambda local, shared: 2.0 * shared * (local * np.array([1.0, 1.0, 5.0])))
    assert found is not None
    known, scales = found
    np.testing.assert_allclose(known, [2.0, 2.0, 10.0])
    assert {n: (s.size, s.freedom) for n, s in scales.items()} == {
        "local": (3, 1),
        "shared": (1, 4),
    }
    np.testing.assert_allclose(scales["local"].width, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "spread",
    [
        lambda local, shared: local + shared,
        lambda local, shared: local * shared * shared,
        lambda local, shared: local[::-1] * shared,
        lambda local, shared: pm.math.sqrt(local) * shared,
    ],
)
def test_other_expressions_are_not_read(spread: Any) -> None:
    assert read(spread) is None


def test_a_square_and_its_auxiliary_leave_the_half_t_where_it_is() -> None:
    """Without values that have the scale, the two draws in turn have the prior for their law."""
    scale, rng = Spread(4_000, 3.0, np.full(4_000, 0.5)), np.random.default_rng(1)
    square, none = scale.start(rng), np.zeros(4_000)
    for _ in range(200):
        square = scale.square(none, none, scale.auxiliary(square, rng), rng)
    found = stats.kstest(np.sqrt(square) / 0.5, lambda x: 2 * stats.t(3).cdf(x) - 1)
    assert found.statistic < 1.95 / np.sqrt(4_000)


def test_a_slice_has_the_law_of_a_half_t_times_a_normal_likelihood() -> None:
    scale, rng = Spread(1, 1.0, np.ones(1)), np.random.default_rng(2)
    x, draws = 1.0, []
    for _ in range(6_000):
        x = scale.sliced(0, x, 2.0, 1.5, rng)
        draws.append(x)
    grid = np.linspace(1e-4, 12, 40_000)
    mass = np.cumsum(np.exp(2.0 * grid - 0.75 * grid**2) / (1 + grid**2))
    found = stats.kstest(draws[::3], lambda v: np.interp(v, grid, mass / mass[-1]))
    assert found.statistic < 1.95 / np.sqrt(2_000) + 0.01  # neighbours depend a little


def test_scales_that_trade_keep_their_product_and_have_their_laws_given_it() -> None:
    one, other = Spread(1, 1.0, np.ones(1)), Spread(2, 3.0, np.array([0.5, 2.0]))
    rng, draws = np.random.default_rng(3), []
    now = np.array([1.0]), np.array([0.4, 3.0])
    for _ in range(6_000):
        now = traded(one, other, now, rng)
        draws.append(now[0][0])
    np.testing.assert_allclose(now[0] * now[1], [0.4, 3.0], rtol=1e-9)
    x = np.linspace(-12, 12, 40_000)  # the logarithm of the first, which settles the others
    log = stats.halfcauchy.logpdf(np.exp(x)) + x
    for product, width in ((0.4, 0.5), (3.0, 2.0)):
        log += stats.t(3).logpdf(product * np.exp(-x) / width) - x
    mass = np.cumsum(np.exp(log - log.max()))
    ranks = np.interp(np.log(draws[::3]), x, mass / mass[-1])
    found = stats.kstest(ranks, "uniform")
    assert found.statistic < 1.95 / np.sqrt(2_000) + 0.01  # neighbours depend a little
