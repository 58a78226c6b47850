"""Analyses of many runs at once are those of each run."""

from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import statsmodels.api as sm
from scipy.stats import norm, ttest_ind

from ifonly.inference import ATE, QueryError
from ifonly.inference.validation.trials import EachRun, MeanDifference, PosteriorOf, Reading


@pytest.fixture
def runs() -> tuple[dict[str, Any], np.ndarray]:
    rng = np.random.default_rng(0)
    arm = rng.permuted(np.tile(np.arange(40) % 2, (5, 1)), axis=1)
    x = rng.normal(size=(5, 40))
    return {"x": x, "y": arm * 0.5 + x + rng.normal(size=(5, 40)), "t": arm}, arm


def test_plain_and_adjusted_differences_are_those_of_libraries(
    runs: tuple[dict[str, Any], np.ndarray],
) -> None:
    columns, arm = runs
    plain, adjusted = MeanDifference("y")(columns, arm), MeanDifference("y", ("x",))(columns, arm)
    for k in range(5):
        y, a = columns["y"][k], arm[k]
        welch = ttest_ind(y[a == 1], y[a == 0], equal_var=False)
        assert 2 * norm.sf(abs(plain.z[k])) == pytest.approx(welch.pvalue)
        low, high = welch.confidence_interval(0.9)
        assert plain.half_width(0.9)[k] == pytest.approx((high - low) / 2)
        design = sm.add_constant(np.column_stack([a, columns["x"][k]]))
        fit = sm.OLS(y, design).fit(cov_type="HC1")
        assert adjusted.estimate[k] == pytest.approx(fit.params[1])
        assert adjusted.se[k] == pytest.approx(fit.bse[1])


def test_a_function_of_a_table_is_called_for_each_run(
    runs: tuple[dict[str, Any], np.ndarray],
) -> None:
    columns, arm = runs

    def own(frame: pd.DataFrame) -> tuple[float, float]:
        return float(frame["y"][frame["t"] == 1].mean()), 1.0

    found = EachRun(own, "t")(columns, arm)
    assert found.estimate[3] == pytest.approx(columns["y"][3][arm[3] == 1].mean())
    with pytest.raises(QueryError, match="returns two numbers"):
        EachRun(lambda frame: (1.0, 2.0, 3.0), "t")(columns, arm)  # type: ignore[arg-type, return-value]


def test_a_query_s_posterior_is_an_analysis(
    model: pm.Model, runs: tuple[dict[str, Any], np.ndarray]
) -> None:
    """With the prior N(0.2, 0.2) and a known variance of 1 the posterior is in closed form."""
    columns, arm = runs
    query = ATE("y", do={"t": 1}, versus={"t": 0})
    found = PosteriorOf(model, query, ("x", "t", "y"))(
        {n: v[:2] for n, v in columns.items()}, arm[:2]
    )
    for k in range(2):
        rest = columns["y"][k] - columns["x"][k]
        precision = arm[k].sum() + 25.0
        mean = (rest @ arm[k] + 25 * 0.2) / precision
        assert found.estimate[k] == pytest.approx(mean, abs=0.02)
        assert found.se[k] == pytest.approx(precision**-0.5, rel=0.06)


def test_no_variance_is_no_number_and_no_claim() -> None:
    arm = np.array([[0, 0, 1, 1]])
    found = MeanDifference("y")({"y": np.ones((1, 4))}, arm)
    assert not np.isfinite(found.z).any()
    assert Reading(np.array([2.0]), np.array([1.0])).z.tolist() == [2.0]
