"""Estimates of experiments, from whatever said them."""

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.experiments import ArmEffect, studies_of


def test_answers_pairs_and_effects_are_taken() -> None:
    draws = xr.DataArray(np.arange(10.0).reshape(2, 5), dims=("chain", "draw"))
    effect = ArmEffect(0.5, 0.2, 10.0, 20)
    table = studies_of({"a": draws, "b": effect, "c": (1.0, 2.0)})
    assert table.loc["a"].tolist() == pytest.approx([4.5, np.std(np.arange(10), ddof=1)])
    assert table.loc["b"].tolist() == [0.5, 0.2]
    assert table.loc["c"].tolist() == [1.0, 2.0]


def test_what_is_no_estimate_is_refused() -> None:
    many = xr.DataArray(np.zeros((1, 2, 3)), dims=("chain", "draw", "unit"))
    with pytest.raises(DataError, match="answers with one number"):
        studies_of([many])
    with pytest.raises(DataError, match="an estimate and a standard error"):
        studies_of({"a": 3.0})
    with pytest.raises(DataError, match="no experiment to pool"):
        studies_of([])
