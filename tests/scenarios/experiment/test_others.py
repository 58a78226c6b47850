"""What standard analyses say of the published rows."""

import pandas as pd
import pytest

from ifonly.scenarios.experiment.others import roles_of, said

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
