"""Privacy: copies are caught, fresh rows are not."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.validation.fidelity import privacy


def rows(seed: int, size: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"x": rng.normal(size=size), "z": rng.normal(size=size), "g": ["a", "b"] * (size // 2)}
    )


def test_copies_are_caught_and_fresh_rows_are_not() -> None:
    learnt, held_out = rows(1), rows(2)
    copied = privacy(learnt, held_out, learnt)
    assert copied == pytest.approx({"holdout_share": 1.0, "membership_auc": 1.0}, abs=0.02)
    fresh = privacy(learnt, held_out, rows(3, 2_000))
    # The membership figure has a standard error of sqrt(1 / (12 * 600) * 2) = 0.017.
    assert fresh == pytest.approx({"holdout_share": 0.5, "membership_auc": 0.5}, abs=0.06)


def test_ties_count_half() -> None:
    same = pd.DataFrame({"g": ["a", "b", "c"] * 20})
    assert privacy(same, same, same)["holdout_share"] == 0.5
