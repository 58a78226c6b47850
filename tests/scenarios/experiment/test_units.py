"""Findings about the experiment's users."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.scenarios.experiment.truth import SEGMENTS
from ifonly.scenarios.experiment.units import (
    _assignment,
    _cohorts,
    _effective,
    first_stage,
    frame,
)


def test_the_first_stage_of_any_data(data: pd.DataFrame) -> None:
    assert round(first_stage(data), -1) == 3_780


def test_segments_have_their_names() -> None:
    codes = xr.Dataset({"segment": ("unit", [2, 0, 1]), "Y": ("unit", [1.0, 2.0, 3.0])})
    world: Any = SimpleNamespace(data=codes)
    found = frame(world)
    assert found["segment"].to_list() == ["vip", "casual", "regular"]
    assert found["Y"].to_list() == [1.0, 2.0, 3.0]


def test_cohorts_are_described(data: pd.DataFrame) -> None:
    some = data.iloc[:3_000].assign(segment=np.array(SEGMENTS)[data["segment"][:3_000]])
    table = _cohorts(some).table
    assert table is not None
    assert table.groupby("cohort")["units"].sum().eq(3_000).all()
    by_segment = table[table["cohort"] == "segment"].set_index("group")["mean Y"]
    assert by_segment.to_dict() == pytest.approx(some.groupby("segment")["Y"].mean().to_dict())


def test_strata_balance_what_they_are_made_of(data: pd.DataFrame) -> None:
    some = data.iloc[:2_000].assign(segment=np.array(SEGMENTS)[data["segment"][:2_000]])
    section = _assignment(some)
    assert section.table is not None
    assert "the 12 strata" in section.text
    table = section.table.set_index("what they had before")
    made_of = table.index.str.startswith(("segment", "activity quartile"))
    assert made_of.sum() >= 5
    assert table.loc[made_of, "difference, within strata"].abs().max() < 0.03
    assert table.loc[made_of, "difference, over all"].abs().max() > 0.03


def test_the_effective_number_of_the_eligible_is_kishs() -> None:
    """Where the chance to be eligible is the same for all, nothing is lost."""
    data = pd.DataFrame({"activity": [1.0, 4.0, 9.0, 4.0], "E": [1, 1, 1, 0]})

    def pair(slope: float) -> Any:
        drawn = {n: xr.DataArray(np.full((1, 2), v)) for n, v in
                 (("E_intercept", 0.0), ("E_on_activity", slope))}  # fmt: skip
        return SimpleNamespace(posterior=SimpleNamespace(idata={"posterior": drawn}))

    assert _effective(pair(0.0), data) == (3, pytest.approx(3.0))
    weight = 1 + np.exp(-(np.array([1.0, 4.0, 9.0]) - 4.0) / np.sqrt(8.0))
    kish = weight.sum() ** 2 / (weight**2).sum()
    assert _effective(pair(1.0), data) == (3, pytest.approx(kish, rel=1e-6))
