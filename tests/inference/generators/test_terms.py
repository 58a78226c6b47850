"""Terms of a regression."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.generators.columns import read_column
from ifonly.inference.generators.terms import Terms, terms_of

RNG = np.random.default_rng(1)
FRAME = pd.DataFrame(
    {
        "x": RNG.normal(10, 2, 500),
        "z": RNG.normal(size=500),
        "w": RNG.normal(size=500),
        "level": RNG.choice(["a", "b", "c"], 500),
        "gap": np.where(RNG.random(500) < 0.2, np.nan, RNG.normal(size=500)),
        "one": 1,
    }
)
COLUMNS = [read_column(name, FRAME[name]) for name in FRAME]


def learnt(response: np.ndarray) -> Terms:
    return terms_of(FRAME, COLUMNS, response)


def test_lines_are_standardised_and_gaps_have_their_own() -> None:
    lines, curves, _ = learnt(FRAME["x"].to_numpy()).blocks(FRAME)
    # x, z, w; two of three levels; gap and whether it is missing; nothing for a constant.
    assert lines.shape == (500, 7)
    assert lines.mean(axis=0) == pytest.approx(np.zeros(7), abs=1e-9)
    assert lines.std(axis=0) == pytest.approx(np.ones(7))
    assert curves.shape == (500, 12)  # three for each of the four columns of numbers


def test_a_spline_is_a_line_beyond_its_knots_and_smooth_between() -> None:
    terms = learnt(FRAME["x"].to_numpy())
    grid = pd.concat([FRAME.iloc[[0]]] * 400, ignore_index=True)
    grid["x"] = np.linspace(-10, 30, 400)
    curves = terms.blocks(grid)[1][:, :3]
    second = np.diff(curves, n=2, axis=0) / (40 / 399) ** 2
    low, high = np.quantile(FRAME["x"], [0.05, 0.95])
    beyond = (grid["x"][1:-1] < low - 0.2) | (grid["x"][1:-1] > high + 0.2)
    assert second[beyond] == pytest.approx(0.0, abs=1e-8)
    assert np.abs(second[~beyond]).max() > 0.01
    assert np.abs(np.diff(second, axis=0)).max() < 0.2 * np.abs(second).max()


def test_products_that_the_response_needs_come_first() -> None:
    response = FRAME["z"] * FRAME["w"] + 0.1 * FRAME["x"]
    terms = terms_of(FRAME, COLUMNS, response.to_numpy())
    assert [1, 2] in terms.pairs.tolist()
    product = terms.blocks(FRAME)[2][:, terms.pairs.tolist().index([1, 2])]
    z, w = ((FRAME[c] - FRAME[c].mean()) / FRAME[c].std(ddof=0) for c in "zw")
    assert product == pytest.approx((z * w).to_numpy())


def test_wide_tables_keep_the_products_that_are_strongest() -> None:
    rng = np.random.default_rng(2)
    wide = pd.DataFrame(rng.normal(size=(300, 25)), columns=[f"c{k}" for k in range(25)])
    columns = [read_column(name, wide[name]) for name in wide]
    terms = terms_of(wide, columns, (wide["c3"] * wide["c17"]).to_numpy())
    assert len(terms.pairs) == 160
    assert [3, 17] in terms.pairs.tolist()
