"""Margins, held against closed forms and against what sdmetrics says."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.validation.fidelity.margins import margins
from ifonly.inference.validation.fidelity.tables import both


def test_a_shift_is_its_size_in_standard_deviations() -> None:
    x = np.arange(100.0)
    real, moved = pd.DataFrame({"x": x}), pd.DataFrame({"x": x + 10.0})
    found = margins(both(real, moved))
    assert found["wasserstein"] == pytest.approx(10.0 / np.sqrt((100**2 - 1) / 12))
    assert found["ks_complement"] == pytest.approx(0.9)


def test_levels_differ_by_half_the_sum_of_their_shares() -> None:
    real = pd.DataFrame({"level": ["a"] * 50 + ["b"] * 30 + ["c"] * 20})
    other = pd.DataFrame({"level": ["a"] * 40 + ["b"] * 40 + ["d"] * 20})
    # Half of 0.1 + 0.1 + 0.2 + 0.2.
    assert margins(both(real, other))["tv_complement"] == pytest.approx(0.7)


def test_gaps_count_as_a_level() -> None:
    x = np.arange(100.0)
    other = np.where(x < 25, np.nan, x)
    found = margins(both(pd.DataFrame({"x": x}), pd.DataFrame({"x": other})))
    assert found["tv_complement"] == pytest.approx(0.75)
