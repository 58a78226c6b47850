"""Conjugate pairs, held against the formulas of their posteriors."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks.conjugate import conjugate
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.problem import Problem, Solution
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

UNITS, DRAWS = 40, 4_000
RNG = np.random.default_rng(5)
YES = RNG.integers(0, 2, UNITS)
COUNT = RNG.poisson(2.5, UNITS)
WAIT = RNG.geometric(0.3, UNITS)
TIME = RNG.exponential(2.0, UNITS)
OF_TEN = RNG.binomial(10, 0.3, UNITS)
GROUP = RNG.integers(0, 3, UNITS)
LEVEL = RNG.integers(0, 4, UNITS)


def problem_of(build: Callable[[], Any], data: dict[str, Any], unknown: str = "p") -> Problem:
    with pm.Model(coords={"unit": range(1), "group": range(3), "level": range(4)}) as model:
        build()
    evidence = read_evidence(Equations(model), data)
    observed, equations = observe(model, evidence, "unit")
    blocks = blocks_of(equations, set(data))
    [block] = [b for b in blocks if unknown in b.unknowns]
    return Problem(observed, equations, evidence, block)


def solved(build: Callable[[], Any], data: dict[str, Any], unknown: str = "p") -> Solution | None:
    return conjugate(problem_of(build, data, unknown), DRAWS, np.random.default_rng(1))


PAIRS = {
    "yes or no": (
        lambda: pm.Bernoulli("y", pm.Beta("p", 2, 3), dims="unit"),
        YES,
        stats.beta(2 + YES.sum(), 3 + UNITS - YES.sum()),
    ),
    "a named probability": (
        lambda: pm.Bernoulli("y", pm.Deterministic("q", pm.Beta("p", 2, 3)), dims="unit"),
        YES,
        stats.beta(2 + YES.sum(), 3 + UNITS - YES.sum()),
    ),
    "of ten": (
        lambda: pm.Binomial("y", 10, pm.Beta("p", 1, 1), dims="unit"),
        OF_TEN,
        stats.beta(1 + OF_TEN.sum(), 1 + (10 - OF_TEN).sum()),
    ),
    "trials until success": (
        lambda: pm.Geometric("y", pm.Beta("p", 1, 2), dims="unit"),
        WAIT,
        stats.beta(1 + UNITS, 2 + (WAIT - 1).sum()),
    ),
    "counts": (
        lambda: pm.Poisson("y", pm.Gamma("p", 2, 3), dims="unit"),
        COUNT,
        stats.gamma(2 + COUNT.sum(), scale=1 / (3 + UNITS)),
    ),
    "times": (
        lambda: pm.Exponential("y", pm.Gamma("p", 2, 3), dims="unit"),
        TIME,
        stats.gamma(2 + UNITS, scale=1 / (3 + TIME.sum())),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_pairs(name: str) -> None:
    build, values, law = PAIRS[name]
    found = solved(build, {"y": values})
    assert found is not None
    assert found.values["p"].shape == (DRAWS,)
    # Independent draws of the law: Kolmogorov's statistic is below this in all but 1 of 1,000.
    assert stats.kstest(found.values["p"], law.cdf).statistic < 1.95 / np.sqrt(DRAWS)


def by_group() -> None:
    group = pm.Categorical("g", np.ones(3) / 3, dims="unit")
    pm.Bernoulli("y", pm.Beta("p", 2, 3, dims="group")[group], dims="unit")


def test_one_parameter_a_group() -> None:
    found = solved(by_group, {"g": GROUP, "y": YES})
    assert found is not None
    assert found.values["p"].shape == (DRAWS, 3)
    for g in range(3):
        own = YES[g == GROUP]
        law = stats.beta(2 + own.sum(), 3 + len(own) - own.sum())
        assert stats.kstest(found.values["p"][:, g], law.cdf).statistic < 1.95 / np.sqrt(DRAWS)


@pytest.mark.parametrize("grouped", [False, True])
def test_categories(grouped: bool) -> None:
    def build() -> None:
        group = pm.Categorical("g", np.ones(3) / 3, dims="unit")
        if grouped:
            table = pm.Dirichlet("p", np.ones((3, 4)), dims=("group", "level"))
            pm.Categorical("y", table[group], dims="unit")
        else:
            pm.Categorical("y", pm.Dirichlet("p", np.ones(4), dims="level"), dims="unit")

    found = solved(build, {"g": GROUP, "y": LEVEL})
    assert found is not None
    rows = [g == GROUP for g in range(3)] if grouped else [np.ones(UNITS, bool)]
    draws = found.values["p"].reshape(DRAWS, len(rows), 4)
    for k, mine in enumerate(rows):
        a = 1 + np.bincount(LEVEL[mine], minlength=4)
        for level in range(4):  # a margin of a Dirichlet is a beta
            law = stats.beta(a[level], a.sum() - a[level])
            distance = stats.kstest(draws[:, k, level], law.cdf).statistic
            assert distance < 1.95 / np.sqrt(DRAWS)


NOT_PAIRS = {
    "another prior": lambda: pm.Bernoulli("y", pm.Uniform("p"), dims="unit"),
    "a transformed parameter": lambda: pm.Bernoulli("y", pm.Beta("p", 2, 3) ** 2, dims="unit"),
    "a truncated prior": lambda: pm.Poisson(
        "y", pm.Truncated("p", pm.Gamma.dist(2, 3), upper=1.0), dims="unit"
    ),
    "a prior of a rate for its scale": lambda: pm.Exponential(
        "y", 1 / pm.Gamma("p", 2, 3), dims="unit"
    ),
    "a Potential": lambda: (
        pm.Potential("more", pm.Bernoulli("y", pm.Beta("p", 2, 3), dims="unit").sum() * 0.0),
        pm.Potential("of p", pm.modelcontext(None)["p"] * 2.0),
    ),
}


@pytest.mark.parametrize("name", NOT_PAIRS)
def test_what_is_no_pair_is_left_to_others(name: str) -> None:
    assert solved(NOT_PAIRS[name], {"y": YES}) is None


def test_a_parameter_that_two_mechanisms_read_is_no_pair() -> None:
    def build() -> None:
        p = pm.Beta("p", 2, 3)
        pm.Bernoulli("x", p, dims="unit")
        pm.Bernoulli("y", p, dims="unit")

    assert solved(build, {"x": YES, "y": YES}) is None
