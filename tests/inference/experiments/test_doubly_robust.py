"""Doubly robust scores: right on average if the propensity is, or if the means are."""

import numpy as np
import pytest

from ifonly.inference import DataError
from ifonly.inference.experiments import doubly_robust_scores

UNITS = 40_000


def simulated() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(6)
    x = rng.normal(size=UNITS)
    e = 1 / (1 + np.exp(-x))
    t = rng.binomial(1, e)
    y = x + t * (1 + x) + rng.normal(size=UNITS)
    return {"x": x, "e": e, "t": t, "y": y}


@pytest.mark.parametrize("wrong", ["neither", "means", "propensity"])
def test_one_of_the_two_may_be_wrong(wrong: str) -> None:
    d = simulated()
    zero, one = d["x"], 1 + 2 * d["x"]
    e = d["e"]
    if wrong == "means":
        zero, one = np.zeros(UNITS), np.full(UNITS, 3.0)
    if wrong == "propensity":
        e = np.full(UNITS, 0.3)
    found = doubly_robust_scores(
        d["t"], d["y"], propensity=e, treated_mean=one, untreated_mean=zero
    )
    error = found.std() / np.sqrt(UNITS)
    assert abs(found.mean() - 1.0) < 4.5 * error
    if wrong != "means":
        high = d["x"] > 1
        expected = 1 + d["x"][high].mean()
        assert abs(found[high].mean() - expected) < 4.5 * found[high].std() / np.sqrt(high.sum())


def test_the_score_is_its_formula() -> None:
    found = doubly_robust_scores(
        [1, 0], [3.0, 1.0], propensity=[0.25, 0.2], treated_mean=[2.0, 4.0],
        untreated_mean=[1.0, 0.0],
    )  # fmt: skip
    np.testing.assert_allclose(found, [1.0 + (3.0 - 2.0) / 0.25, 4.0 - 1.0 / 0.8])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"treatment": [1, 2]}, "treatment is 0 or 1"),
        ({"propensity": [0.5, 1.0]}, "treatment of 1 of 2 units is certain"),
        ({"treated_mean": [1.0]}, "treated_mean is a finite number for each unit"),
        ({"outcome": [1.0, np.nan]}, "outcome is a finite number"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict, message: str) -> None:
    right = {
        "treatment": [1, 0], "outcome": [1.0, 0.0], "propensity": [0.5, 0.5],
        "treated_mean": [1.0, 1.0], "untreated_mean": [0.0, 0.0],
    }  # fmt: skip
    with pytest.raises(DataError, match=message):
        doubly_robust_scores(**(right | given))  # type: ignore[arg-type]
