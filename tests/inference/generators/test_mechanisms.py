"""Mechanisms, held against what generated the data."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from ifonly.inference.generators.columns import read_column
from ifonly.inference.generators.laws import Law
from ifonly.inference.generators.mechanisms import Mechanism, learn_mechanism

UNITS, DRAWS = 3_000, 40


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "x": rng.normal(size=UNITS),
            "z": rng.normal(size=UNITS),
            "w": rng.choice(["a", "b"], UNITS),
        }
    )


def learnt(
    frame: pd.DataFrame, law: Law, values: np.ndarray, treatment: np.ndarray | None = None
) -> Mechanism:
    columns = tuple(read_column(name, frame[name]) for name in frame)
    return learn_mechanism(
        frame, columns, (law, values), treatment, DRAWS, np.random.default_rng(2)
    )


def test_chances_are_those_that_made_the_data(frame: pd.DataFrame) -> None:
    chance = expit(-1 + frame["x"] + 0.8 * frame["x"] * frame["z"]).to_numpy()
    covered = []
    for seed in range(100, 103):
        rng = np.random.default_rng(seed)
        found = learnt(frame, "bernoulli", (rng.random(UNITS) < chance) * 1.0)
        assert np.sqrt(np.mean((found.mean(frame, None, None) - chance) ** 2)) < 0.04
        draws = np.stack([found.mean(frame, None, k) for k in range(DRAWS)])
        low, high = np.quantile(draws, [0.025, 0.975], axis=0)
        covered.append(np.mean((low < chance) & (chance < high)))
    # Units of one table go together: their share has an sd of 0.07 from table to table.
    assert np.mean(covered) == pytest.approx(0.95, abs=4 * 0.07 / np.sqrt(3))


def test_curves_and_effects_of_the_treatment_are_found(frame: pd.DataFrame) -> None:
    rng = np.random.default_rng(4)
    arm = rng.integers(0, 2, UNITS) * 1.0
    effect = (1.0 + 0.5 * frame["z"] - (frame["w"] == "b")).to_numpy()
    values = np.sin(1.5 * frame["x"]).to_numpy() + arm * effect + 0.5 * rng.normal(size=UNITS)
    found = learnt(frame, "normal", values, arm)
    one, zero = (found.mean(frame, np.full(UNITS, t), None) for t in (1.0, 0.0))
    assert np.sqrt(np.mean((one - zero - effect) ** 2)) < 0.06
    inner = frame["x"].abs() < 1.5
    assert np.sqrt(np.mean((zero - np.sin(1.5 * frame["x"]))[inner] ** 2)) < 0.1
    assert found.scales.mean() == pytest.approx(0.5, abs=0.02)
    # The posterior of a standard deviation from n units has relative spread 1 / sqrt(2 n).
    assert found.scales.std() / 0.5 == pytest.approx(1 / np.sqrt(2 * UNITS), rel=0.5)


def test_counts_have_their_size_and_amounts_their_mean(frame: pd.DataFrame) -> None:
    rng = np.random.default_rng(5)
    mean = np.exp(0.5 + 0.4 * frame["x"]).to_numpy()
    counts = rng.poisson(rng.gamma(2.0, mean / 2.0)).astype(float)
    found = learnt(frame, "negative_binomial", counts)
    assert found.scales[0] == pytest.approx(2.0, rel=0.25)
    assert np.mean(np.abs(found.mean(frame, None, None) / mean - 1)) < 0.08
    amounts = np.exp(1.0 + 0.4 * frame["x"].to_numpy() + 0.6 * rng.normal(size=UNITS))
    found = learnt(frame, "lognormal", amounts)
    expected = np.exp(1.0 + 0.4 * frame["x"] + 0.6**2 / 2).to_numpy()
    assert np.mean(np.abs(found.mean(frame, None, None) / expected - 1)) < 0.05


def test_what_says_nothing_is_shrunk(frame: pd.DataFrame) -> None:
    rng = np.random.default_rng(6)
    chance = np.full(UNITS, 0.3)
    found = learnt(frame, "bernoulli", (rng.random(UNITS) < chance) * 1.0)
    # An unshrunk fit of these 19 terms would be off by sqrt(19 * 0.21 / 3000) = 0.036.
    assert np.sqrt(np.mean((found.mean(frame, None, None) - chance) ** 2)) < 0.02


def test_rows_are_read_in_the_draw_that_is_named(frame: pd.DataFrame) -> None:
    rng = np.random.default_rng(7)
    found = learnt(frame, "normal", rng.normal(size=UNITS))
    chosen = np.arange(UNITS) % DRAWS
    mixed = found.predictor(frame, None, chosen)
    for draw in (0, DRAWS - 1):
        assert mixed[chosen == draw] == pytest.approx(found.mean(frame, None, draw)[chosen == draw])
