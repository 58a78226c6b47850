"""Equations in numbers: what an expression reads, and the prior of scales on an unbounded line."""

from typing import Any

import numpy as np
import pytensor
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks.problem import Problem, Scales


def test_reads_look_through_deterministics(problem: Problem) -> None:
    mean, sd = problem.parameters_of("y")
    assert problem.reads(mean) == {"level", "slope", "x"}
    assert (problem.reads(sd), problem.has_units(sd), problem.has_units(mean)) == (
        {"s"},
        False,
        True,
    )


def test_a_function_takes_the_columns_that_it_reads(
    problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[list[str]] = []
    whole = pytensor.function

    def function(inputs: list[Any], *rest: Any, **options: Any) -> Any:
        taken.append([v.name for v in inputs])
        return whole(inputs, *rest, **options)

    monkeypatch.setattr(pytensor, "function", function)
    mean, sd = problem.parameters_of("y")
    level, slope, s = (problem.equations[n].symbol for n in ("level", "slope", "s"))
    [at] = problem.function([level, slope], [mean * 2.0], ["level", "slope"])(1.0, 3.0)
    np.testing.assert_allclose(at, 2.0 * (1.0 + 3.0 * problem.evidence.columns["x"]))
    [spread] = problem.function([s], [sd * 2.0], ["s"])(4.0)
    np.testing.assert_array_equal(np.ravel(spread), [8.0])
    assert taken == [["level", "slope", "x"], ["s"]]


def test_scales_carry_their_jacobian(problem: Problem) -> None:
    """log and interval transforms, by their textbook densities."""
    scales = Scales.of(problem, ("tau", "s"), [problem.parameters_of("slope")[1]])
    flat = np.array([[0.3, -0.7], [-1.0, 0.2]])
    log_density, values, [sd] = scales.at(flat)
    tau, share = np.exp(flat[:, 0]), 1 / (1 + np.exp(-flat[:, 1]))
    np.testing.assert_allclose(values["tau"], tau)
    np.testing.assert_allclose(values["s"], 5 * share)
    np.testing.assert_allclose(np.ravel(sd), tau)
    expected = stats.halfnorm.logpdf(tau, scale=2.0) + np.log(tau)
    expected += np.log(1 / 5) + np.log(5 * share * (1 - share))
    # PyMC has the logarithm of two over pi in single precision.
    np.testing.assert_allclose(log_density, expected, rtol=1e-8)
