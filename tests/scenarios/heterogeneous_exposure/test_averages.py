"""Findings about averages and groups, of a small world whose answers are known."""

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ifonly.scenarios.heterogeneous_exposure import averages
from ifonly.scenarios.heterogeneous_exposure.analyses import Analyses, ols_effect

from .test_truth import tau


@pytest.fixture(scope="module")
def shown(found: Analyses) -> list[Any]:
    return list(averages.sections(found))


def test_the_averages_stand_beside_the_truth(shown: list[Any], found: Analyses) -> None:
    data = found.data
    rows = shown[0].table.set_index("analysis")
    y, t = data["weekly_value"], data["exposure"]
    assert rows["truth"].to_list() == pytest.approx([tau(data).mean()] * 4)
    naive = y[t == 1].mean() - y[t == 0].mean()
    assert rows.loc["naive difference", "estimate"] == pytest.approx(naive)
    assert rows.loc["OLS, no interactions", "estimate"] == pytest.approx(ols_effect(data)[0])
    assert rows.loc["model, told the form", "estimate"] == pytest.approx(tau(data).mean())
    assert not rows.loc["naive difference", "covered"]
    assert rows.loc["model, interactions", "covered"]
    assert f"{tau(data)[t == 1].mean():.3f} for the exposed" in shown[0].text


def test_ols_is_that_of_statsmodels(found: Analyses) -> None:
    import statsmodels.api as sm

    names = ["exposure", "baseline_intent", "power_segment", "seasonality_score", "prior_value"]
    fit = sm.OLS(found.data["weekly_value"], sm.add_constant(found.data[names])).fit()
    expected = fit.params["exposure"], fit.bse["exposure"]
    assert ols_effect(found.data) == pytest.approx(expected, rel=1e-9)


def test_the_two_way_table_is_the_mean_in_each_cell(shown: list[Any], found: Analyses) -> None:
    data = found.data
    quartile = pd.qcut(data["baseline_intent"], 4, labels=False)
    expected = tau(data).groupby([data["power_segment"], quartile]).mean()
    np.testing.assert_allclose(shown[1].table["truth"], expected, atol=1e-12)
    np.testing.assert_allclose(shown[1].table["interactions"], expected, atol=1e-12)
    assert shown[1].table["segment"].to_list() == ["standard"] * 4 + ["power"] * 4


def test_every_covariate_is_cut_into_bins(shown: list[Any], found: Analyses) -> None:
    table = shown[2].table
    counts = {"baseline_intent": 8, "power_segment": 2, "seasonality_score": 8, "prior_value": 8}
    assert table["covariate"].value_counts().to_dict() == counts
    data = found.data
    bins = pd.qcut(data["prior_value"], 8, labels=False)
    part = table[table["covariate"] == "prior_value"]
    np.testing.assert_allclose(part["truth"], tau(data).groupby(bins).mean(), atol=1e-12)
    assert f"median here is {data['baseline_intent'].median():.3f}" in shown[2].text


def test_every_figure_can_be_drawn(shown: list[Any]) -> None:
    for section in shown:
        section.figure.savefig(BytesIO(), format="png", dpi=40)
