"""Figures of runs that are written out by hand."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.validation.trials import Trials


def test_each_figure_of_four_runs() -> None:
    runs = pd.DataFrame(
        {
            "effect": [0.5, 0.5, 0.5, 0.5],
            "estimate": [1.0, 0.4, -1.0, np.nan],
            "half_width": [0.3, 0.3, 0.3, np.nan],
            "units": [10, 20, 20, 20],
            "why": [0, -1, 1, -1],
        }
    )
    found = Trials(runs, {})
    expected = {
        "claims": 0.5, "power": 0.25, "wrong_sign": 0.25, "failed": 0.25, "units": 17.5,
        "bias": (0.5 - 0.1 - 1.5) / 3, "bias_of_claims": (0.5 - 1.5) / 2, "exaggeration": 2.0,
        "coverage": 1 / 3, "loss": 3 * 0.5 / 4, "equivalent": 0.0,
    }  # fmt: skip
    assert {n: found.value(n) for n in expected} == pytest.approx(expected)
    assert found.error("units") == pytest.approx(np.std([10, 20, 20, 20], ddof=1) / 2)
    assert "4 runs" in repr(found)
