"""The truth's rank among draws whose law is known."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from ifonly.inference.validation.calibration.ranks import label, ranked
from ifonly.inference.validation.calibration.uniformity import p_value


def ranks(sd_factor: float, bias: float = 0.0, count: int = 300) -> list[dict[str, Any]]:
    """Ranks of truths among draws of the exact posterior of a normal mean, or of a wrong one."""
    rng = np.random.default_rng(5)
    rows = []
    for _ in range(count):
        truth = rng.standard_normal()
        mean = (truth + rng.standard_normal()) / 2
        draws = mean + bias + sd_factor * np.sqrt(0.5) * rng.standard_normal((2, 100))
        rows.append(ranked(xr.DataArray(draws, dims=("chain", "draw")), truth, rng, (0.5, 0.9)))
    return rows


def test_exact_posteriors_have_uniform_ranks_and_nominal_coverage() -> None:
    rows = ranks(1.0)
    assert p_value([r["pit"] for r in rows]) > 0.01
    for level in (0.5, 0.9):
        share = np.mean([r[f"covered_{100 * level:g}"] for r in rows])
        # Quantiles of 200 draws leave the interval a little narrow, well below a standard error.
        assert share == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / len(rows)))


@pytest.mark.parametrize(("factor", "bias"), [(0.6, 0.0), (1.7, 0.0), (1.0, 0.4)])
def test_wrong_posteriors_have_not(factor: float, bias: float) -> None:
    assert p_value([r["pit"] for r in ranks(factor, bias)]) < 1e-3


def test_ties_are_broken_at_random() -> None:
    rng = np.random.default_rng(1)
    answer = xr.DataArray(np.zeros((2, 50)), dims=("chain", "draw"))
    rows = [ranked(answer, 0.0, rng, (0.9,)) for _ in range(400)]
    assert all(r["covered_90"] for r in rows)
    assert p_value([r["pit"] for r in rows]) > 0.01
    assert ranked(answer, 1.0, rng, (0.9,))["rank"] == 100


def test_correlated_draws_are_thinned() -> None:
    rng = np.random.default_rng(2)
    draws = rng.standard_normal((2, 500)).cumsum(axis=1) * 0.05
    row = ranked(xr.DataArray(draws, dims=("chain", "draw")), 0.0, rng, (0.9,))
    assert row["draws"] <= 2 * max(row["ess"], 2)
    assert 0 <= row["rank"] <= row["draws"]


def test_an_element_is_named_by_its_coordinates() -> None:
    element = xr.DataArray(1.0, coords={"dose": 0.5, "arm": "new"})
    assert label(element) == "dose 0.5, arm new"
