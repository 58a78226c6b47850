"""Findings about whom to expose, of halves whose answers are the truth."""

from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import World
from ifonly.models.heterogeneous_exposure import heterogeneous_exposure
from ifonly.scenarios.heterogeneous_exposure import targets
from ifonly.scenarios.heterogeneous_exposure.analyses import Analyses
from ifonly.scenarios.heterogeneous_exposure.truth import PARAMETERS, published

from ..standin import Standin
from .test_truth import tau

DATA = published(units=3_000, seed=3)
HELD = np.arange(3_000) % 2 == 1


@pytest.fixture(scope="module")
def halves() -> targets.Halves:
    parts: list[Any] = [
        Standin(World.from_evidence(heterogeneous_exposure(), PARAMETERS, DATA[rows]))
        for rows in (~HELD, HELD)
    ]
    return targets.Halves(DATA, tau(DATA).to_numpy(), HELD, *parts)


@pytest.fixture(scope="module")
def shown(halves: targets.Halves) -> list[Any]:
    return list(targets.sections_of(halves))


def test_the_other_half_judges_without_a_form_of_the_effect(halves: targets.Halves) -> None:
    """With the true means and propensities the scores have the true effects for means."""
    rows = DATA[HELD]
    z, g, s, v, t, y = (rows[n].to_numpy() for n in DATA)
    zero = 3.0 + 0.65 * z + 0.85 * g + 0.4 * s + 0.55 * v
    e = 1 / (1 + np.exp(-(-0.25 + 0.65 * z + 0.45 * g + 0.3 * s + 0.18 * v)))
    one = zero + tau(rows)
    expected = one - zero + t * (y - one) / e - (1 - t) * (y - zero) / (1 - e)
    np.testing.assert_allclose(halves.judged, expected, atol=1e-9)
    off = halves.judged.to_numpy() - tau(rows).to_numpy()
    assert abs(off.mean()) < 4.5 * off.std() / np.sqrt(len(off))


def test_fifths_are_those_of_the_prediction(shown: list[Any]) -> None:
    section = shown[0]
    true = tau(DATA[HELD]).sort_values().to_numpy().reshape(5, -1).mean(axis=1)
    np.testing.assert_allclose(section.table["true effect"], true, atol=1e-9)
    np.testing.assert_allclose(section.table["mean prediction"], true, atol=1e-9)
    assert f"truly has {true[-1]:.2f}" in section.text
    # The area below the targeting curve of the truth by itself, in a loop.
    ranked = np.sort(tau(DATA[HELD]))[::-1]
    above = np.cumsum(ranked) / np.arange(1, len(ranked) + 1) - ranked.mean()
    assert f"truth {above.mean():.2f})" in section.text


def test_rules_return_the_algebra(shown: list[Any]) -> None:
    table = shown[1].table.set_index("exposed are")
    effect = tau(DATA[HELD])
    true = table["true profit per user"]
    assert true["nobody"] == 0.0
    assert true["everybody"] == pytest.approx(effect.mean() - targets.COST)
    best = np.maximum(effect - targets.COST, 0.0).mean()
    assert true["the oracle"] == pytest.approx(best)
    assert table["regret"]["everybody"] == pytest.approx(best - effect.mean() + targets.COST)
    assert table["regret"]["whom it pays to expose"] == pytest.approx(0.0, abs=1e-9)
    assert table["share"]["everybody"] == "100%"


def test_fine_cells_are_cursed_in_sample_and_not_by_other_users(halves: targets.Halves) -> None:
    own, theirs = halves.by_cells
    place = targets.cells(targets.members(DATA, targets.FINE))
    mean = pd.Series(halves.own.to_numpy()).groupby(place[~HELD]).mean()
    np.testing.assert_allclose(own, mean[place[~HELD]])
    there = np.isin(place[HELD], mean.index)
    np.testing.assert_allclose(theirs[there], mean[place[HELD][there]])
    fine = targets._curse(halves)["means of fine cells"]
    effect = tau(DATA[HELD]).to_numpy()
    top = np.argsort(theirs, kind="stable")[-300:]
    assert fine["truth"] == pytest.approx(effect[top].mean(), abs=0.05)  # ties at the edge
    spread = halves.judged.to_numpy()[top].std() / np.sqrt(300)
    assert abs(fine["judged"] - fine["truth"]) < 4.5 * spread
    assert fine["claimed"] > fine["truth"] + 0.3


def test_one_half_teaches_the_other(found: Analyses) -> None:
    draws = xr.Dataset({"a": (("chain", "draw"), np.zeros((2, 250)))})
    like: Any = SimpleNamespace(idata={"posterior": draws})
    told: Any = SimpleNamespace(posterior=like, truth=found.told.truth)
    halves = targets.Halves.of(replace(found, told=told))
    assert halves.held.sum() == 200
    learnt = halves.learnt.idata["posterior"]
    slope = learnt["effect_on_intent"].to_numpy()[..., None]
    level = learnt["effect_intercept"].to_numpy()[..., None]
    power = learnt["effect_on_power"].to_numpy()[..., None]
    rows = found.data[halves.held]
    z, g = rows["baseline_intent"].to_numpy(), rows["power_segment"].to_numpy()
    np.testing.assert_allclose(halves.claimed, level + slope * z + power * g, atol=1e-9)


def test_every_figure_can_be_drawn(shown: list[Any]) -> None:
    for section in shown:
        section.figure.savefig(BytesIO(), format="png", dpi=40)
