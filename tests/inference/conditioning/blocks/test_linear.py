"""Linear mechanisms, held against algebra and quadrature."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks import linear as module
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.linear import linear
from ifonly.inference.conditioning.blocks.problem import Problem, Solution
from ifonly.inference.conditioning.blocks.rotated import Rotated
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

DRAWS = 8_000
RNG = np.random.default_rng(11)
X = RNG.normal(size=30)
Y = 1.0 + 2.0 * X + RNG.normal(size=30)
GROUP = RNG.integers(0, 3, 30)


def solved(model: pm.Model, data: dict[str, Any], unknown: str) -> Solution | None:
    evidence = read_evidence(Equations(model), data)
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, set(data)) if unknown in b.unknowns]
    problem = Problem(observed, equations, evidence, block)
    [found] = linear([problem], DRAWS, [np.random.default_rng(1)])
    return found


def test_known_spread_is_the_textbook_posterior() -> None:
    """Normal weights: covariance (X'X / s^2 + 1 / t^2)^-1; a LogNormal is one in its logarithm."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        a, b = pm.Normal("a", 0.5, 2.0), pm.Normal("b", 0.0, 1.0)
        pm.LogNormal("y", a + b * x, 0.8, dims="unit")
    found = solved(model, {"x": X, "y": np.exp(Y)}, "a")
    assert found is not None
    design = np.column_stack([np.ones(30), X])
    precision = design.T @ design / 0.64 + np.diag([1 / 4, 1.0])
    covariance = np.linalg.inv(precision)
    mean = covariance @ (design.T @ Y / 0.64 + np.array([0.5 / 4, 0.0]))
    draws = np.column_stack([found.values["a"], found.values["b"]])
    sd = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(draws.mean(0), mean, atol=4 * sd.max() / np.sqrt(DRAWS))
    np.testing.assert_allclose(np.cov(draws.T), covariance, atol=0.08 * covariance.max())


def test_unknown_spread_is_the_integral() -> None:
    """The margin of the spread, by quadrature over it of the normal density of the data."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        mean = pm.Normal("a", 0.0, 1.0) + pm.Normal("b", 0.0, 1.0) * x
        pm.Normal("y", mean, pm.HalfNormal("s", 2.0), dims="unit")
    found = solved(model, {"x": X, "y": Y}, "s")
    assert found is not None
    s = np.linspace(0.3, 4.0, 4_000)
    design = np.column_stack([np.ones(30), X])
    log = [
        stats.multivariate_normal.logpdf(Y, np.zeros(30), design @ design.T + v**2 * np.eye(30))
        for v in s[::10]
    ]
    log = np.interp(s, s[::10], log) + stats.halfnorm.logpdf(s, scale=2.0)
    mass = np.cumsum(np.exp(log - log.max()))
    ranks = np.interp(found.values["s"], s, mass / mass[-1])
    assert stats.kstest(ranks, "uniform").statistic < 1.95 / np.sqrt(DRAWS) + 1e-3


@pytest.mark.parametrize("mean", [0.0, 3.0])
def test_a_spread_alone_where_the_mean_is_given(mean: float) -> None:
    """No weights at all: the margin of the spread is its prior by the density of the data."""
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", mean, pm.HalfNormal("s", 2.0), dims="unit")
    found = solved(model, {"y": Y}, "s")
    assert found is not None
    s = np.linspace(0.3, 8.0, 8_000)
    log = stats.norm.logpdf(Y[:, None], mean, s).sum(0) + stats.halfnorm.logpdf(s, scale=2.0)
    mass = np.cumsum(np.exp(log - log.max()))
    ranks = np.interp(found.values["s"], s, mass / mass[-1])
    assert stats.kstest(ranks, "uniform").statistic < 1.95 / np.sqrt(DRAWS) + 1e-3


@pytest.mark.parametrize("centred", [True, False])
def test_eight_schools(centred: bool) -> None:
    """Published (Rubin 1981 data, mu ~ N(0, 5), tau ~ HalfCauchy(5)): mu 4.40 (3.32), tau 3.59."""
    effect = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    error = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
    with pm.Model(coords={"unit": range(8)}) as model:
        mu, tau = pm.Normal("mu", 0, 5), pm.HalfCauchy("tau", 5)
        if centred:
            theta = pm.Normal("theta", mu, tau, dims="unit")
        else:
            theta = mu + tau * pm.Normal("z", 0, 1, dims="unit")
        pm.Normal("y", theta, error, dims="unit")
    found = solved(model, {"y": effect}, "mu")
    assert found is not None
    assert found.values["theta" if centred else "z"].shape == (DRAWS, 8)
    assert found.values["mu"].mean() == pytest.approx(4.40, abs=4 * 3.32 / np.sqrt(DRAWS))
    assert found.values["mu"].std() == pytest.approx(3.32, abs=0.1)
    assert found.values["tau"].mean() == pytest.approx(3.59, abs=4 * 3.2 / np.sqrt(DRAWS))


@cache
def two_spreads() -> tuple[np.ndarray, np.ndarray]:
    """A grid of either spread, and the posterior mass at each pair of points."""
    one_hot = np.eye(3)[GROUP]
    grid = np.exp(np.linspace(-4.0, 1.8, 60))
    log = np.array(
        [
            [
                stats.multivariate_normal.logpdf(
                    Y, np.zeros(30), 1.0 + b**2 * one_hot @ one_hot.T + w**2 * np.eye(30)
                )
                + stats.halfnorm.logpdf(b)
                + stats.halfnorm.logpdf(w)
                + np.log(b * w)
                for w in grid
            ]
            for b in grid
        ]
    )
    mass = np.exp(log - log.max())
    mass /= mass.sum()
    return grid, mass


@pytest.mark.parametrize("centred", [True, False])
def test_group_effects_and_two_spreads_are_the_integral(centred: bool) -> None:
    """Two scales: means and deviations by quadrature over both."""
    with pm.Model(coords={"unit": range(1), "group": range(3)}) as model:
        g = pm.Categorical("g", np.ones(3) / 3, dims="unit")
        between, within = pm.HalfNormal("between", 1.0), pm.HalfNormal("within", 1.0)
        centre = pm.Normal("centre", 0.0, 1.0)
        if centred:
            effect = pm.Normal("effect", centre, between, dims="group")
        else:
            z = pm.Normal("effect", 0.0, 1.0, dims="group")
            effect = pm.Deterministic("moved", centre + between * z, dims="group")
        pm.Normal("y", effect[g], within, dims="unit")
    found = solved(model, {"g": GROUP, "y": Y}, "effect")
    assert found is not None
    grid, mass = two_spreads()
    for name, weights in (("between", mass.sum(1)), ("within", mass.sum(0))):
        mean = float(weights @ grid)
        sd = float(np.sqrt(weights @ grid**2 - mean**2))
        draws = found.values[name]
        assert draws.mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(DRAWS) + 2e-3)
        assert draws.std() == pytest.approx(sd, rel=0.06)


def test_large_offsets_do_not_matter() -> None:
    """A covariate near 1e7 leaves its slope where one near 0 has it."""
    answers = []
    for offset in (0.0, 1e7):
        with pm.Model(coords={"unit": range(1)}) as model:
            x = pm.Normal("x", offset, dims="unit")
            mean = pm.Normal("a", 0.0, 1e9) + pm.Normal("b", 0.0, 1.0) * x
            pm.Normal("y", mean, 1.0, dims="unit")
        found = solved(model, {"x": X + offset, "y": Y}, "b")
        assert found is not None
        answers.append((found.values["b"].mean(), found.values["b"].std()))
    np.testing.assert_allclose(*answers, rtol=2e-2)


def not_linear() -> dict[str, Any]:
    def product() -> None:
        pm.Normal("y", pm.Normal("a") * pm.Normal("b"), 1.0, dims="unit")

    def curved() -> None:
        pm.Normal("y", pm.math.exp(pm.Normal("a")), 1.0, dims="unit")

    def another_prior() -> None:
        pm.Normal("y", pm.Laplace("a", 0.0, 1.0), 1.0, dims="unit")

    def heavy_tails() -> None:
        pm.StudentT("y", nu=3.0, mu=pm.Normal("a"), sigma=1.0, dims="unit")

    def spread_of_a_weight() -> None:
        a = pm.Normal("a")
        pm.Normal("y", a, pm.math.exp(a), dims="unit")

    def spread_by_unit() -> None:
        a, s = pm.Normal("a"), pm.HalfNormal("s")
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", a, s * (1 + x**2), dims="unit")

    def scale_of_either_sign() -> None:
        pm.Normal("y", pm.Normal("a") * pm.Laplace("b", 0.0, 1.0), 1.0, dims="unit")

    def scale_beside_the_data() -> None:
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", pm.Normal("a") * x ** pm.HalfNormal("power"), 1.0, dims="unit")

    kinds = (
        product, curved, another_prior, heavy_tails, spread_of_a_weight, spread_by_unit,
        scale_of_either_sign, scale_beside_the_data,
    )  # fmt: skip
    return {f.__name__: f for f in kinds}


@pytest.mark.parametrize("name", not_linear())
def test_what_is_not_linear_is_left_to_others(name: str) -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        not_linear()[name]()
    data = {"y": Y} | ({"x": X} if "x" in model.named_vars else {})
    assert solved(model, data, "a") is None


def line(law: str) -> pm.Model:
    """A line through the data; the law of its scale is known, or another for other data."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        mean = pm.Normal("a") + pm.Normal("b") * x
        width = 1.0 + x.max() ** 2 if law == "of the data" else 2.0
        sd = 0.7 if law == "no scale" else pm.HalfNormal("s", width)
        pm.Normal("y", mean, sd, dims="unit")
    return model


def several(model: pm.Model, count: int) -> list[Problem]:
    """The same block for other data of the same shapes."""
    rng = np.random.default_rng(3)
    found: list[Problem] = []
    for _ in range(count):
        evidence = read_evidence(
            Equations(model), {"x": rng.normal(size=20), "y": rng.normal(size=20)}
        )
        if not found:
            observed, equations = observe(model, evidence, "unit")
            [block] = [b for b in blocks_of(equations, {"x", "y"}) if "a" in b.unknowns]
        found.append(Problem(observed, equations, evidence, block))
    return found


@pytest.mark.parametrize(
    ("law", "most", "parts"),
    [("known", 10, [5]), ("known", 2, [2, 2, 1]), ("known", 0, [1] * 5), ("no scale", 10, [5]),
     ("of the data", 10, [1] * 5)],
)  # fmt: skip
def test_problems_at_once_are_solved_as_each_alone(
    law: str, most: int, parts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last bit; in parts that memory holds, and one by one where the scale's law differs."""
    problems, count = several(line(law), 5), 6_000
    sizes = []
    of = Rotated.of

    def counted(triangles: Any, *rest: Any) -> Rotated:
        sizes.append(len(triangles))
        return of(triangles, *rest)

    alone = [linear([p], count, [np.random.default_rng(k)]) for k, p in enumerate(problems)]
    monkeypatch.setattr(Rotated, "of", counted)
    monkeypatch.setattr(module, "BATCH", most * count * 3)  # each has 6,000 draws of 2 weights
    together = linear(problems, count, [np.random.default_rng(k) for k in range(5)])
    assert sizes == parts
    for [one], other in zip(alone, together, strict=True):
        assert one is not None
        assert other is not None
        for name, values in one.values.items():
            np.testing.assert_array_equal(other.values[name], values)
    assert len({float(found.values["a"][0]) for found in together if found is not None}) == 5


def test_one_of_several_that_has_no_peak_is_left_to_others() -> None:
    """All its values are the mean: the smaller the spread, the likelier, without end."""
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", 0.0, pm.HalfNormal("s"), dims="unit")
    problems = []
    for values in (Y, np.zeros(30), 2 * Y):
        evidence = read_evidence(Equations(model), {"y": values})
        observed, equations = observe(model, evidence, "unit")
        [block] = blocks_of(equations, {"y"})
        problems.append(Problem(observed, equations, evidence, block))
    problems = [replace(p, model=observed, equations=equations) for p in problems]
    found = linear(problems, 100, [np.random.default_rng(1) for _ in problems])
    assert [solution is None for solution in found] == [False, True, False]
