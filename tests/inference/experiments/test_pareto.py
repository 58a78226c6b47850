"""The Pareto front: held against counting, and against a closed form."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from ifonly.inference import DataError
from ifonly.inference.experiments import pareto, trade_off

RNG = np.random.default_rng(1)


def known(*values: float) -> xr.DataArray:
    return xr.DataArray(list(values), dims="arm", coords={"arm": [*"abcdef"[: len(values)]]})


def drawn(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values[None], dims=("chain", "draw", "arm"))


def test_the_front_of_known_values() -> None:
    gain, cost = known(3.0, 2.0, 1.0, 2.0), known(3.0, 1.0, 1.0, 1.0)
    found = pareto({"gain": gain, "cost": cost}, minimise=["cost"])
    assert found["front"].to_list() == [1.0, 1.0, 0.0, 1.0]  # equals do not beat each other
    assert found.loc["c", "beaten by"] in ("b", "d")
    assert found["beaten"].to_list() == [0.0, 0.0, 1.0, 0.0]
    assert found["cost"].to_list() == [3.0, 1.0, 1.0, 1.0]
    assert found["best: cost"].to_list() == [0.0, 1.0, 1.0, 1.0]


def test_the_front_of_two_normals_is_a_product_of_tails() -> None:
    """With independent differences in both goals, arm 1 is beaten if both are against it."""
    n = 40_000
    first = np.column_stack([np.zeros(n), RNG.normal(0.5, 1.0, n)])
    second = np.column_stack([np.zeros(n), RNG.normal(-0.2, 0.5, n)])
    found = pareto({"one": drawn(first), "two": drawn(second)})
    beaten = norm.cdf(-0.5) * norm.cdf(0.4)
    beats = norm.cdf(0.5) * norm.cdf(-0.4)
    error = np.sqrt(0.25 / n)
    assert abs(found["front"][1] - (1 - beaten)) < 4 * error
    assert abs(found["front"][0] - (1 - beats)) < 4 * error
    assert abs(found["best: one"][1] - norm.cdf(0.5)) < 4 * error


def test_a_weighing_picks_the_best_and_says_what_it_may_lose() -> None:
    n = 40_000
    first = np.column_stack([np.zeros(n), RNG.normal(0.5, 1.0, n)])
    second = np.column_stack([np.zeros(n), RNG.normal(-0.2, 0.5, n)])
    goals = {"one": drawn(first), "two": drawn(second)}
    found = trade_off(goals, [{"one": 1.0}, {"one": 1.0, "two": 2.0}, {"two": 1.0}])
    assert found["arm"].to_list() == [1, 1, 0]
    mean, sd = 0.5 - 2 * 0.2, np.sqrt(2.0)  # of the weighed difference
    z = mean / sd
    assert found["probability"][1] == pytest.approx(norm.cdf(z), abs=4 * np.sqrt(0.25 / n))
    loss = sd * (norm.pdf(z) - z * norm.cdf(-z))  # of a normal below zero
    assert found["loss"][1] == pytest.approx(loss, abs=4 * sd / np.sqrt(n))


@pytest.mark.parametrize(
    ("goals", "options", "message"),
    [
        ({"a": known(1.0, 2.0)}, {}, "two goals or more"),
        ({"a": known(1.0, 2.0), "b": known(1.0, 2.0, 3.0)}, {}, "with the same arms"),
        ({"a": known(1.0, 2.0), "b": known(1.0, np.nan)}, {}, "NaN"),
        ({"a": known(1.0, 2.0), "b": [1.0, 2.0]}, {}, "DataArray of numbers"),
        ({"a": known(1.0, 2.0), "b": known(1.0, 2.0)}, {"minimise": ["c"]}, "does not exist"),
        ({"a": known(1.0, 2.0), "b": known(1.0, 2.0)}, {"minimise": "a"}, "write"),
        ({"a": drawn(RNG.normal(size=(2, 2))).expand_dims(x=2)} | {"b": known(1.0)}, {}, "one dim"),
    ],
)
def test_what_are_no_goals_is_refused(goals: dict, options: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        pareto(goals, **options)


@pytest.mark.parametrize("weight", [{"a": -1.0}, {"a": 0.0}, {"c": 1.0}, {"a": np.inf}])
def test_what_are_no_weights_is_refused(weight: dict) -> None:
    with pytest.raises(DataError, match="weights"):
        trade_off({"a": known(1.0, 2.0), "b": known(1.0, 2.0)}, [weight])
