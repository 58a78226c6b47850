"""Sections that two pages share: equations, the data, and whether to trust the draws."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from ifonly.models.linear_walkthrough import linear_walkthrough
from ifonly.scenarios.reports.sections import data_section, diagnostics_section, equations_section

DRAWN = {"posterior": xr.Dataset({"a": (("chain", "draw"), np.zeros((2, 50)))})}


def of(facts: dict[str, Any], **found: Any) -> Any:
    """Stands for a posterior of two chains with fifty draws each."""
    sizes = {"r_hat": 1.0, "ess_bulk": 90.4, "ess_tail": 80.0, "divergences": 0, "bfmi": 0.9}
    diagnostics = SimpleNamespace(
        **(sizes | {"converged": True, "problems": [], "independent": False} | found)
    )
    return SimpleNamespace(facts=facts, diagnostics=diagnostics, idata=DRAWN)


def test_equations_are_code() -> None:
    lines = equations_section(linear_walkthrough()).text.split("\n")
    assert "  y ~ Normal(y_mu, sigma_y)" in lines
    assert all(line.startswith("  ") for line in lines)


def test_the_data_are_summed_up_over_what_was_seen() -> None:
    data = xr.Dataset({"x": ("unit", [1.0, np.nan, 3.0]), "y": ("unit", [0, 0, 6])})
    section = data_section(data, {"y": "outcome"})
    table = section.table
    assert table is not None
    rows = table.set_index("variable").to_dict(orient="index")
    assert rows["x"] == {
        "role": "", "not seen": 1, "mean": 2.0, "sd": pytest.approx(np.sqrt(2)),
        "min": 1.0, "median": 2.0, "max": 3.0,
    }  # fmt: skip
    assert rows["y"]["role"] == "outcome"
    assert rows["y"]["sd"] == pytest.approx(np.sqrt(12))
    assert "3 units" in section.text


def test_columns_that_say_nothing_are_left_out() -> None:
    data = xr.Dataset({"x": ("person", [1.0])})
    table = data_section(data, {}, "person").table
    assert table is not None
    assert list(table) == ["variable", "mean", "sd", "min", "median", "max"]
    assert np.isnan(table["sd"][0])


def test_chains_that_converged_and_chains_that_did_not() -> None:
    good = diagnostics_section(of({"method": "nuts"}))
    assert good.text == "2 chains of 50 draws each. The chains converged."
    assert good.table is not None
    assert good.table.set_index("diagnostic")["value"]["smallest bulk ESS"] == 90
    bad = diagnostics_section(of({"method": "nuts"}, converged=False, problems=["R-hat 1.3", "b"]))
    assert "cannot be trusted yet: R-hat 1.3; b." in bad.text


def test_weights_and_blocks_are_no_chains() -> None:
    facts = {"method": "laplace", "khat": 0.25, "efficiency": 0.5}
    weights = diagnostics_section(of(facts))
    assert weights.text.startswith("100 independent draws")
    assert weights.table is not None
    values = weights.table.set_index("diagnostic")["value"].to_dict()
    assert values["k-hat of the importance weights"] == 0.25
    assert values["effective number of draws"] == 50
    assert len(values) == 2
    more = diagnostics_section(of(facts | {"quadrature_error": 0.01})).table
    assert more is not None
    assert more["value"].to_list()[-1] == 0.01
    facts = {"method": "blocks", "sampler": "independent draws", "blocks": "exact: a, b; grid: c"}
    blocks = diagnostics_section(of(facts, independent=True))
    assert blocks.table is not None
    assert blocks.table.to_numpy().tolist() == [["exact", "a, b"], ["grid", "c"]]
