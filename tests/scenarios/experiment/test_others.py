"""What standard analyses say of the published rows."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.scenarios.experiment.others import EFFECTS, _briefly, effects, roles_of, said

from .worlds import SCENARIO


def test_what_others_would_say_is_what_was_published(data: pd.DataFrame) -> None:
    table = said(data, roles_of(SCENARIO.model, data), 1.38)
    estimate = table["estimate"].astype(float)
    assert round(estimate["difference"], 3) == 1.967
    assert round(estimate["OLS"], 3) == 1.898
    assert round(estimate["OLS with pre_metric"], 3) == 1.708
    assert round(estimate["OLS with C"], 3) == 1.697
    assert round(estimate["2SLS"], 3) == 1.455
    assert round(estimate["2SLS, eligible only"], 3) == 1.433
    assert estimate["2SLS, eligible and weighted"] == pytest.approx(1.443, abs=1e-3)
    assert round(float(table.loc["2SLS", "se"]), 3) == 0.049
    assert table["covered"].to_dict()["2SLS"]
    assert not table["covered"].to_dict()["OLS"]
    assert "collider" in table.loc["OLS with C", "problems"]
    assert "u is latent" in table.loc["OLS", "problems"]


def test_effects_by_their_algebra() -> None:
    assert pytest.approx({"total": 1.38, "direct": 1.2, "through exposure": 0.18}) == EFFECTS
    draws = {"Y_on_T": [[1.0, 2.0]], "Y_on_exposure": [[0.5, 0.25]], "exposure_on_T": [[2.0, 4.0]]}
    drawn = {n: xr.DataArray(v, dims=("chain", "draw")) for n, v in draws.items()}
    posterior: Any = SimpleNamespace(idata={"posterior": drawn})
    found = effects(posterior)
    np.testing.assert_array_equal(found["direct"], [1.0, 2.0])
    np.testing.assert_array_equal(found["through exposure"], [1.0, 1.0])
    np.testing.assert_array_equal(found["total"], [2.0, 3.0])


def test_roles_are_read_from_the_graph(data: pd.DataFrame) -> None:
    roles = roles_of(SCENARIO.model, data.head())
    assert (roles.treatment, roles.outcome, roles.instruments) == ("T", "Y", ("Z",))
    assert set(roles.adjust) == {"age", "activity", "E", "segment"}


def test_where_all_are_eligible_nobody_is_weighted(data: pd.DataFrame) -> None:
    eligible = data[data["E"] == 1].reset_index(drop=True)
    table = said(eligible, roles_of(SCENARIO.model, data), 1.38)
    assert round(float(table.loc["2SLS", "estimate"]), 3) == 1.433
    assert not table.index.str.contains("weighted").any()


@pytest.mark.parametrize(
    ("problems", "brief"),
    [
        ("", ""),
        ("it leaves T <- u -> Y open; C is a collider", "T <- u -> Y is open; C is a collider"),
        ("separation: the share is 0; more", "separation: the share is 0"),
        ("something else; and more", "something else"),
    ],
)
def test_what_is_wrong_is_told_briefly(problems: str, brief: str) -> None:
    assert _briefly(problems) == brief
