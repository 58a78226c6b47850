"""Pairs of columns, held against rank correlations and cells counted by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from ifonly.inference.validation.fidelity.pairs import pairs
from ifonly.inference.validation.fidelity.tables import both


def test_spearman_similarity() -> None:
    rng = np.random.default_rng(1)
    frames = [
        pd.DataFrame(rng.multivariate_normal([0, 0], [[1, r], [r, 1]], 200), columns=["x", "z"])
        for r in (0.8, -0.2)
    ]
    rank = [spearmanr(frame["x"], frame["z"]).statistic for frame in frames]
    found = pairs(both(*frames))
    assert found["spearman_similarity"] == pytest.approx(1 - abs(rank[0] - rank[1]) / 2)
    assert np.isnan(found["contingency_similarity"])


def test_contingency_similarity() -> None:
    real = pd.DataFrame({"a": ["u", "v"] * 50, "b": ["u", "v"] * 50})
    other = pd.DataFrame({"a": ["u", "v"] * 50, "b": ["u", "u", "v", "v"] * 25})
    # All on the diagonal against a quarter in each of four cells: total variation one half.
    assert pairs(both(real, other))["contingency_similarity"] == pytest.approx(0.5)


def test_numbers_beside_levels_stand_in_groups() -> None:
    x = np.arange(100.0)
    real = pd.DataFrame({"x": x, "high": x >= 40})
    other = pd.DataFrame({"x": x, "high": x[::-1] >= 40})
    # Fifths of x: two of them False and three True, against the reverse order.
    assert pairs(both(real, other))["contingency_similarity"] == pytest.approx(0.2, abs=0.03)
    assert pairs(both(real, real))["contingency_similarity"] == pytest.approx(1.0)
