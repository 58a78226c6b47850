"""Cases of the arena from a sandbox, and the power of finding a modifier."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.errors import DataError
from ifonly.inference.validation.arena import arena
from ifonly.scenarios.analyses.sandbox.analysis import Analysis, turned
from ifonly.scenarios.analyses.sandbox.cases import SandboxCases, found_modifier, power
from ifonly.scenarios.analyses.sandbox.files import scenario_of


def test_a_case_is_rows_with_their_true_effects(analysis: Analysis) -> None:
    cases = SandboxCases.of("mine", analysis, 300)
    case = cases.case(0, 5)
    drawn = analysis.sandbox.draw(300, 5)
    assert np.array_equal(case.effects, drawn.truth["tau"])
    # Estimators take no gaps.
    assert cases.roles.adjust == ("age", "birth place", "smokes")
    assert "bmi" not in case.data
    oracle = SandboxCases.of("oracle", analysis, 300, latent=True)
    assert np.array_equal(oracle.case(0, 5).data["u"], drawn.truth["u"])
    assert cases.about["sandbox"] == oracle.about["sandbox"]
    assert cases.about != SandboxCases.of("mine", turned(analysis, effect=1), 300).about


def test_the_scenario_gives_the_same_cases_with_levels_as_codes(analysis: Analysis) -> None:
    scenario = scenario_of(analysis)
    assert scenario.cases is not None
    case, own = scenario.cases(300).case(0, 5), SandboxCases.of("m", analysis, 300).case(0, 5)
    np.testing.assert_allclose(case.effects, own.effects, atol=1e-12)
    np.testing.assert_allclose(case.data["U"], own.data["U"], atol=1e-9)
    assert set(case.data["birth place"]) == {0, 1, 2}


def test_the_arena_sees_the_hidden_confounding_and_the_oracle_does_not(analysis: Analysis) -> None:
    """Least squares, which is right for this sandbox's learnt means, with x and with x and U."""
    strong = turned(analysis, effect=1.0, overlap="0", confounding=1.0)
    bias = {
        name: arena(cases, ["ols"], 4, seed=1, progress=False).summary.loc["ols", "ate_bias"]
        for name, cases in (
            ("none", SandboxCases.of("n", turned(strong, confounding=None), 1_500)),
            ("hidden", SandboxCases.of("h", strong, 1_500)),
            ("oracle", SandboxCases.of("o", strong, 1_500, latent=True)),
        )
    }
    # The standard error of the mean of four estimates is about sd / sqrt(1500) = 0.03 here.
    assert abs(bias["none"]) < 0.15
    assert bias["hidden"] == pytest.approx(1.0, abs=0.15)
    assert abs(bias["oracle"]) < 0.2


def test_power_grows_with_units_and_holds_its_level(analysis: Analysis) -> None:
    strong = turned(analysis, effect="1 + 0.3*z(age)", overlap="0", confounding=None)
    none = turned(strong, effect=1.0)
    found = power(strong, "age", [100, 1_000], replications=40, seed=2)
    assert found.loc[100, "power"] < found.loc[1_000, "power"]
    assert found.loc[1_000, "power"] > 0.8
    level = power(none, "age", [500], replications=60, seed=2)
    assert level["low"].item() <= 0.05 <= level["high"].item()
    with pytest.raises(DataError, match="no covariate of numbers"):
        power(strong, "birth place", [100])


def test_the_p_value_is_that_of_a_product_in_least_squares() -> None:
    """By hand: HC3 on y ~ 1 + x + t + t (x - mean)."""
    from scipy.stats import norm

    from ifonly.inference.estimators import Roles

    rng = np.random.default_rng(3)
    x, t = rng.normal(size=80), rng.integers(0, 2, 80)
    y = x + t * (1 + 0.4 * x) + rng.normal(size=80)
    design = np.column_stack([np.ones(80), x, t, t * (x - x.mean())])
    inverse = np.linalg.inv(design.T @ design)
    slope = inverse @ design.T @ y
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    meat = design.T @ (((y - design @ slope) / (1 - leverage)) ** 2 * design.T).T
    error = np.sqrt((inverse @ meat @ inverse)[3, 3])
    expected = 2 * norm.sf(abs(slope[3] / error))
    data = pd.DataFrame({"x": x, "t": t, "y": y})
    assert found_modifier(data, Roles("t", "y", ("x",)), "x") == pytest.approx(expected, rel=1e-9)
