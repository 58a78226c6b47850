"""Findings about models that are not told the form, and the scores of all models."""

from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from ifonly.scenarios.heterogeneous_exposure import flexible
from ifonly.scenarios.heterogeneous_exposure.analyses import Analyses
from ifonly.scenarios.heterogeneous_exposure.flexible import SPLINES, Scored

from .test_truth import tau

TRUTH = np.arange(10.0)


def one(mean: np.ndarray, half: float = 0.5, label: str = "m") -> Scored:
    return Scored(label, TRUTH, mean, mean - half, mean + half, mean.mean(), np.nan, np.nan)


def test_scores_are_their_formulas() -> None:
    off = TRUTH + np.array([0.4, -0.6] * 5)
    scores = one(off)
    assert scores.pehe == pytest.approx(np.sqrt((0.4**2 + 0.6**2) / 2))
    assert scores.coverage == 0.5
    assert scores.correlation == pytest.approx(np.corrcoef(off, TRUTH)[0, 1])
    assert scores.top == 8.5
    assert one(-TRUTH).top == 0.5


def test_what_ranks_nobody_has_the_average_and_no_correlation() -> None:
    scores = one(np.full(10, 4.5), half=np.nan)
    assert np.isnan(scores.correlation)
    assert np.isnan(scores.coverage)
    assert scores.top == 4.5


def test_draws_become_means_and_ends() -> None:
    flat = np.random.default_rng(1).normal(size=(800, 3))
    scores = Scored.of_draws("d", np.zeros(3), flat)
    np.testing.assert_allclose(scores.mean, flat.mean(axis=0))
    np.testing.assert_allclose([scores.low, scores.high], np.quantile(flat, [0.025, 0.975], axis=0))
    ends = np.quantile(flat.mean(axis=1), [0.025, 0.975])
    assert (scores.ate_low, scores.ate_high) == pytest.approx(tuple(ends))


def test_the_table_has_a_row_for_each_model() -> None:
    rows = [one(TRUTH + 0.1, label="a"), one(TRUTH, label="b"), one(TRUTH, half=np.nan, label="c")]
    section = flexible.comparison(rows, " Nothing is missing.")
    assert section.table is not None
    assert section.table["model"].to_list() == ["a", "b", "c"]
    assert section.table["PEHE"].to_list() == pytest.approx([0.1, 0.0, 0.0])
    assert section.table["users covered"].to_list() == ["100.0%", "100.0%", "–"]
    assert "“b”" in section.text
    assert section.text.endswith("Nothing is missing.")
    assert "the best fifth truly has 8.500" in section.text
    for made in (section, flexible.section(rows)):
        made.figure.savefig(BytesIO(), format="png", dpi=40)  # type: ignore[union-attr]


@pytest.mark.slow
def test_every_model_says_its_effects_of_the_same_users(found: Analyses) -> None:
    draws = xr.Dataset({"a": (("chain", "draw"), np.zeros((2, 40)))})
    like: Any = SimpleNamespace(idata={"posterior": draws})
    told: Any = SimpleNamespace(posterior=like, truth=found.told.truth, answer=found.told.answer)
    rows = flexible.scored(replace(found, told=told), peers=("constant", "ols"))
    labels = ["model, told the form", "model, interactions", SPLINES]
    assert [r.label for r in rows][:3] == labels
    truth = tau(found.data).to_numpy()
    for row in rows:
        np.testing.assert_allclose(row.truth, truth, atol=1e-12)
    assert rows[0].pehe < 0.011
    assert len(np.unique(rows[3].mean)) == 1
    # 400 users with noise of sd 1: the effects of curves are known to a few tenths.
    assert 0.05 < rows[2].pehe < 0.5
    assert rows[2].correlation > 0.8
    assert 1.0 < rows[2].r_hat < 1.5
    x = found.data[["baseline_intent", "power_segment", "seasonality_score", "prior_value"]]
    t = found.data["exposure"].to_numpy()[:, None]
    both = np.column_stack([np.ones(len(x)), x, t, x * t])
    slopes = np.linalg.lstsq(both, found.data["weekly_value"], rcond=None)[0]
    expected = slopes[5] + x.to_numpy() @ slopes[6:]
    np.testing.assert_allclose(rows[4].mean, expected, atol=1e-6)
