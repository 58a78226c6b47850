"""Which dimension an array is over: dims decide, then labels, and sizes only without a choice."""

from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import (
    ATE,
    Counterfactual,
    ModelError,
    QueryError,
    World,
    policy,
    replace_by,
    scale,
    set_to,
    shift,
)
from ifonly.inference.scm.structural import intervene

TIMES = [2024, 2025, 2026]
PANEL = np.arange(6.0).reshape(2, 3) + 1.0
SQUARE = np.arange(9.0).reshape(3, 3) + 1.0
WEEKLY = np.array([10.0, 20.0, 30.0])
PER_UNIT, FIRST = np.array([[1.0], [2.0]]), np.array([[1.0], [0.0]])
DATED = xr.DataArray(WEEKLY, coords={"time": TIMES}, dims="time")
pytestmark = pytest.mark.usefixtures("quick_compile")


def world_of(panel: np.ndarray) -> World:
    """A mechanism over units and times, and one over units alone."""
    with pm.Model(coords={"unit": range(1), "time": TIMES}) as model:
        trend = pm.Normal("trend", dims="time")
        x = pm.Normal("x", trend, 1.0, dims=("unit", "time"))
        z = pm.Normal("z", dims="unit")
        pm.Normal("y", x.sum(-1) + z, 1.0, dims="unit")
    units = np.arange(len(panel), dtype=float)
    data = xr.Dataset({"x": (("unit", "time"), panel), "z": ("unit", units), "y": ("unit", units)})
    return World.from_evidence(model, {"trend": np.zeros(3)}, data)


@pytest.fixture(scope="module")
def panel(quickly: Any) -> World:
    with quickly():
        return world_of(PANEL)


@pytest.fixture(scope="module")
def square(quickly: Any) -> World:
    """As many units as times."""
    with quickly():
        return world_of(SQUARE)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (set_to(WEEKLY), np.tile(WEEKLY, (2, 1))),
        (shift(WEEKLY), PANEL + WEEKLY),
        (scale(WEEKLY), PANEL * WEEKLY),
        (shift(DATED[::-1]), PANEL + WEEKLY),
        (shift(pd.Series(WEEKLY[::-1], index=TIMES[::-1])), PANEL + WEEKLY),
        (shift(np.array([1.0, 2.0])), PANEL + PER_UNIT),
        (shift(xr.DataArray([1.0, 2.0], dims="unit")), PANEL + PER_UNIT),
        (shift(pd.Series([2.0, 1.0], index=[1, 0])), PANEL + PER_UNIT),
        (shift(WEEKLY, where=np.array([True, False])), PANEL + FIRST * WEEKLY),
        (set_to(xr.DataArray(PANEL.T, dims=("time", "unit"))), PANEL),
    ],
)
def test_an_array_over_some_of_the_dimensions(panel, action, expected):
    answer = panel.ask(Counterfactual("x", do={"x": action}))
    np.testing.assert_array_equal(answer, expected)
    assert answer.dims == ("unit", "time")


def test_dims_decide_and_not_sizes(square):
    shifted = square.ask(Counterfactual("x", do={"x": shift(DATED)}))
    np.testing.assert_array_equal(shifted, SQUARE + WEEKLY)
    shifted = square.ask(Counterfactual("x", do={"x": shift(xr.DataArray(WEEKLY, dims="unit"))}))
    np.testing.assert_array_equal(shifted, SQUARE + WEEKLY[:, None])
    # Labels tell as well: those of the units are 0, 1, 2.
    shifted = square.ask(Counterfactual("x", do={"x": shift(pd.Series(WEEKLY, index=TIMES))}))
    np.testing.assert_array_equal(shifted, SQUARE + WEEKLY)
    shifted = square.ask(Counterfactual("x", do={"x": shift(pd.Series(WEEKLY))}))
    np.testing.assert_array_equal(shifted, SQUARE + WEEKLY[:, None])


DRAWN = pm.Normal.dist(WEEKLY, 1.0)
OVER_TIME = xr.DataArray([True, False, True], dims="time")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (Counterfactual("x", do={"x": shift(WEEKLY)}), r"may be over \(unit\) or \(time\)"),
        (Counterfactual("z", do={"z": shift(DATED)}), "dimension 'time'; expected unit"),
        (Counterfactual("z", do={"z": shift(1, where=OVER_TIME)}), "'time'; expected unit"),
        (ATE("z", do={"z": 1}, where=OVER_TIME), "`where` has the dimension 'time'"),
        (Counterfactual("x", do={"x": policy(lambda v: v["z"])}), "over the units or over the"),
        (Counterfactual("x", do={"x": replace_by(DRAWN)}), "over the units or over the"),
        (Counterfactual("x", do={"x": np.zeros(4)}), r"shape \(4,\).*unit: 3, time: 3"),
        (Counterfactual("y", do={"trend": xr.DataArray(WEEKLY, dims="unit")}), "expected time"),
    ],
)
def test_what_sizes_alone_cannot_tell_is_refused(square, query, said):
    with pytest.raises(QueryError, match=said):
        square.ask(query)


def test_parameters_go_by_dims_too(square):
    with pytest.raises(ModelError, match="dimension 'unit'; expected time"):
        World.from_evidence(
            square.model, {"trend": xr.DataArray(WEEKLY, dims="unit")}, {"z": np.zeros(3)}
        )


def test_the_reference_path_goes_by_dims(square):
    for action, expected in [
        (set_to(DATED), np.tile(WEEKLY, (3, 1))),
        (set_to(xr.DataArray(WEEKLY, dims="unit")), np.tile(WEEKLY[:, None], (1, 3))),
    ]:
        new = intervene(square.model, {"x": action})
        np.testing.assert_array_equal(new["x"].eval(), expected)
