"""Rows of a least-squares problem, read off expressions that are affine in the weights."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference.conditioning.blocks import design
from ifonly.inference.conditioning.blocks.design import Rows, prior_rows, rows
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.problem import Problem
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

X = np.array([0.5, -1.0, 2.0])
Y = np.array([1.0, 0.0, 3.0])


def test_rows_of_the_units_and_of_the_prior(problem: Problem) -> None:
    mean, _ = problem.parameters_of("y")
    seen = rows(problem, ("level", "slope"), mean, Y)
    np.testing.assert_allclose(seen.matrix, np.column_stack([np.ones(3), X]))
    np.testing.assert_allclose(seen.target, Y)
    own = prior_rows(problem, ("level", "slope"))
    np.testing.assert_allclose(own.matrix, [[1.0, 0.0], [-0.5, 1.0]])
    np.testing.assert_allclose(own.target, [1.0, 0.0])


def test_weights_of_several_elements_have_a_column_each() -> None:
    """A level for each of two groups, and a number that no weight moves."""
    with pm.Model(coords={"unit": range(1), "group": range(2)}) as model:
        of = pm.Data("of", [0], dims="unit")
        level = pm.Normal("level", [1.0, 2.0], 1.0, dims="group")
        pm.Normal("y", level[of] + 0.5, 1.0, dims="unit")
    evidence = read_evidence(Equations(model), {"of": [1, 0, 1], "y": Y})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"y"}) if b.unknowns]
    problem = Problem(observed, equations, evidence, block)
    seen = rows(problem, ("level",), problem.parameters_of("y")[0], Y)
    np.testing.assert_allclose(seen.matrix, [[0, 1], [1, 0], [0, 1]])
    np.testing.assert_allclose(seen.target, Y - 0.5)
    own = prior_rows(problem, ("level",))
    np.testing.assert_allclose(own.matrix, np.eye(2))
    np.testing.assert_allclose(own.target, [1.0, 2.0])


def test_rows_of_a_prior_are_of_the_data_where_the_prior_reads_them(problem: Problem) -> None:
    """Else they are worked out once: another table of the same model has the very same."""
    other = replace(problem, evidence=read_evidence(problem.equations, {"x": 2 * X, "y": Y}))
    weights = ("level", "slope")
    assert prior_rows(other, weights) is prior_rows(problem, weights)
    with pm.Model(coords={"unit": range(1)}) as model:
        d = pm.Data("d", [0.0], dims="unit")
        level = pm.Normal("level", d.mean(), 1.0)
        pm.Normal("y", level, 1.0, dims="unit")
    tables = [read_evidence(Equations(model), {"d": k * X, "y": Y}) for k in (1, 2)]
    observed, equations = observe(model, tables[0], "unit")
    [block] = [b for b in blocks_of(equations, {"y"}) if b.unknowns]
    for k, evidence in enumerate(tables, 1):
        own = prior_rows(Problem(observed, equations, evidence, block), ("level",))
        np.testing.assert_allclose(own.target, [k * X.mean()])


def test_rows_in_units_of_their_standard_deviations() -> None:
    found = Rows(np.array([[2.0, 4.0], [3.0, 9.0]]), np.array([6.0, 12.0]))
    found = found.divided(np.array([2.0, 3.0]))
    np.testing.assert_array_equal(found.matrix, [[1.0, 2.0], [1.0, 3.0]])
    np.testing.assert_array_equal(found.target, [3.0, 4.0])


def test_rows_in_batches_are_those_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels of groups, slopes and a product, against the matrix written by hand."""
    rng = np.random.default_rng(1)
    n = 1_000
    x, of = rng.normal(size=n), rng.integers(0, 3, n)
    y, sd = rng.normal(size=n), rng.uniform(0.5, 2.0, n)
    with pm.Model(coords={"unit": range(1), "group": range(3)}) as model:
        a = pm.Normal("x", 0.0, 1.0, dims="unit")
        group = pm.Data("of", [0], dims="unit")
        spread = pm.Data("spread", [1.0], dims="unit")
        level = pm.Normal("level", 0.0, 1.0, dims="group")
        slope, curve = pm.Normal("slope"), pm.Normal("curve")
        pm.Normal("y", level[group] + slope * a + curve * a**2 + 0.5, spread, dims="unit")
    evidence = read_evidence(Equations(model), {"x": x, "of": of, "spread": sd, "y": y})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"x", "y"}) if b.unknowns]
    problem = Problem(observed, equations, evidence, block)
    mean, _ = problem.parameters_of("y")
    names = ("level", "slope", "curve")
    symbols = [equations[w].symbol for w in names]
    shapes = [problem.shape(w) for w in names]
    hand = np.column_stack([of == 0, of == 1, of == 2, x, x**2])
    whole = np.column_stack([hand, y - 0.5]) / sd[:, None]
    for step in (64, 2_000):
        monkeypatch.setattr(design, "BATCH", step)
        sizes = [len(b) for _, _, b in design.batches(problem, symbols, shapes, mean)]
        assert len(sizes) == -(-n // step)
        seen = rows(problem, names, mean, y)
        np.testing.assert_allclose(seen.matrix, hand, atol=1e-14)
        np.testing.assert_allclose(seen.target, y - 0.5, rtol=1e-14)
        factor = design.triangle(problem, symbols, shapes, mean, y, sd)
        assert len(factor) <= max(6, step)
        np.testing.assert_allclose(factor.T @ factor, whole.T @ whole, rtol=1e-12)


def test_columns_that_are_much_alike_go_by_rotations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products of columns lose half of the digits; what a line leaves of y is one part in 1e9."""
    monkeypatch.setattr(design, "BATCH", 64)
    rng = np.random.default_rng(2)
    x, rest = rng.normal(size=1_000), 1e-9 * rng.normal(size=1_000)
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("x", 0.0, 1.0, dims="unit")
        pm.Normal("y", pm.Normal("level") + pm.Normal("slope") * a, 1.0, dims="unit")
    evidence = read_evidence(Equations(model), {"x": x, "y": 2.0 * x + rest})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"x", "y"}) if b.unknowns]
    problem = Problem(observed, equations, evidence, block)
    symbols, (mean, _) = [equations[w].symbol for w in block.unknowns], problem.parameters_of("y")
    factor = design.triangle(problem, symbols, [(), ()], mean, evidence.columns["y"])
    centred = x - x.mean()
    left = rest - rest.mean() - centred * (centred @ rest) / (centred @ centred)
    np.testing.assert_allclose(abs(factor[-1, -1]), np.sqrt(left @ left), rtol=1e-5)


def test_a_factor_of_columns_that_are_alike_has_their_products(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A matrix times weights, its last column the sum of the others: read in one evaluation."""
    monkeypatch.setattr(design, "BATCH", 64)
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(1_000, 2)), rng.normal(size=1_000)
    x = np.column_stack([x, x.sum(axis=1)])
    with pm.Model(coords={"unit": range(1), "term": range(3)}) as model:
        data = pm.Data("x", x[:1], dims=("unit", "term"))
        pm.Normal("y", data @ pm.Normal("weight", dims="term"), 1.0, dims="unit")
    evidence = read_evidence(Equations(model), {"x": x, "y": y})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"y"}) if b.unknowns]
    problem = Problem(observed, equations, evidence, block)
    given = problem, [equations["weight"].symbol], [(3,)], problem.parameters_of("y")[0], y
    monkeypatch.setattr(design, "_affine", lambda at, shapes: _once(at, shapes))
    factor = design.triangle(*given, alike=True)
    whole = np.column_stack([x, y])
    np.testing.assert_allclose(factor.T @ factor, whole.T @ whole, atol=1e-9)
    assert len(factor) == 4
    near = x @ [1.0, 0.0, 2.0] + 1e-9 * y  # of this products would lose what is left
    factor = design.triangle(*given[:4], near, alike=True)
    left = y - x[:, :2] @ np.linalg.lstsq(x[:, :2], y, rcond=None)[0]
    found = np.sqrt((factor[2:, -1] ** 2).sum())  # the third column is no direction of its own
    np.testing.assert_allclose(found, 1e-9 * np.sqrt(left @ left), rtol=1e-5)


def _once(at: Callable[..., np.ndarray], shapes: Sequence[tuple[int, ...]]) -> tuple[Any, Any]:
    """Return no columns, and what is left where no symbol is to be tried."""
    assert not shapes
    return np.zeros((len(at()), 0)), at()


def test_a_mean_over_units_is_never_taken_over_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(design, "BATCH", 2)
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        slope = pm.Normal("slope")
        pm.Normal("y", slope * (x - x.mean()), 1.0, dims="unit")
    evidence = read_evidence(Equations(model), {"x": X, "y": Y})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"x", "y"}) if b.unknowns]
    problem = Problem(observed, equations, evidence, block)
    seen = rows(problem, ("slope",), problem.parameters_of("y")[0], Y)
    np.testing.assert_allclose(seen.matrix[:, 0], X - X.mean())
