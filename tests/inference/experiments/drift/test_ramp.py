"""Ramp-up: the published reversal, and a world in which time confounds."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import ATE, DataError, World
from ifonly.inference.experiments.drift import ramp_up
from ifonly.models.ramp_up import ramp_up as model

FRIDAY, SATURDAY = 1, 2
TRUTH = {"traffic": [0.25] * 4, "base": [1.0, 0.0, -1.0, -1.5], "effect": 0.5}


def counts(rows: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    """A row per visitor, from counts: the day, the arm, visitors and conversions."""
    parts = [
        pd.DataFrame({"day": day, "t": arm, "y": np.arange(n) < won}) for day, arm, n, won in rows
    ]
    return pd.concat(parts, ignore_index=True)


def test_the_published_reversal() -> None:
    """Crook and others (2009): better on Friday and on Saturday, worse over both."""
    data = counts(
        [
            (FRIDAY, 0, 990_000, 20_000),
            (FRIDAY, 1, 10_000, 230),
            (SATURDAY, 0, 500_000, 5_000),
            (SATURDAY, 1, 500_000, 6_000),
        ]
    )
    found = ramp_up(data, outcome="y", arm="t", period="day")
    assert found.loc[FRIDAY, "effect"] == pytest.approx(0.0230 - 20_000 / 990_000)
    assert found.loc[SATURDAY, "effect"] == pytest.approx(0.0120 - 0.0100)
    assert found.loc["pooled", "effect"] == pytest.approx(6_230 / 510_000 - 25_000 / 1_490_000)
    assert found.loc["pooled", "high"] < 0 < found.loc["within", "low"]
    assert found.attrs["reversed"]
    friday = found.loc[FRIDAY]
    p, q = 0.023, 20_000 / 990_000
    assert friday["se"] == pytest.approx(
        np.sqrt(p * (1 - p) / 10_000 + q * (1 - q) / 990_000), rel=1e-3
    )
    assert friday["share"] == 0.01


def test_within_periods_is_the_truth_of_the_world_and_pooled_is_not() -> None:
    world = World.simulate(model(), TRUTH, units=6_000, seed=2)
    truth = float(world.ask(ATE("y", do={"t": 1}, versus={"t": 0}, expectation=True)))
    day = world.data["day"].to_numpy()
    base = np.array(TRUTH["base"])[day]
    algebra = (1 / (1 + np.exp(-base - 0.5)) - 1 / (1 + np.exp(-base))).mean()
    assert truth == pytest.approx(algebra, abs=1e-12)
    found = ramp_up(world.data, outcome="y", arm="t", period="day")
    assert abs(found.loc["within", "effect"] - truth) < 3 * found.loc["within", "se"]
    assert found.loc["pooled", "high"] < 0
    assert found.attrs["reversed"]


def test_a_constant_share_is_not_reversed() -> None:
    world = World.simulate(model(shares=[0.5] * 4), TRUTH, units=4_000, seed=2)
    found = ramp_up(world.data, outcome="y", arm="t", period="day")
    assert not found.attrs["reversed"]
    both = found.loc[["pooled", "within"], "effect"]
    assert both.max() - both.min() < 3 * found.loc["within", "se"]


DATA = {"y": [0, 1, 1, 0, 1, 1], "t": [0, 0, 1, 1, 0, 1], "day": [1, 1, 1, 1, 2, 2]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "the period 2 has 1 units of arm 0"),
        ({"t": [0, 0, 1, 1, 1, 1]}, "the period 2 has 0 units of arm 0"),
        ({"t": [0, 0, 1, 1, 2, 1]}, "0 and 1"),
        ({"y": [1] * 6, "day": [1] * 6}, "the same for all units"),
        ({"day": None}, "does not exist"),
    ],
)
def test_what_is_no_ramp_up_is_refused(change: dict, message: str) -> None:
    data = {k: v for k, v in (DATA | change).items() if v is not None}
    with pytest.raises(DataError, match=message):
        ramp_up(data, outcome="y", arm="t", period="day")
