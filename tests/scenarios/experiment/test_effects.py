"""Findings about effects: in whom, and whom to treat, of cells whose effects are known."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import Comparison
from ifonly.scenarios.experiment import effects
from ifonly.scenarios.experiment.truth import BY_CELL, COST, SEGMENTS, VALUE, published

SHAPE = (3, 4)
COORDS = {"segment": list(SEGMENTS), "activity": ["lowest", "low", "high", "highest"]}
# Six draws, whose mean is 0.
OFF = xr.DataArray([[-0.1, 0.0, 0.1], [0.1, -0.1, 0.0]], dims=("chain", "draw"))


def cells(values: Any) -> xr.DataArray:
    grid = np.broadcast_to(np.asarray(values, dtype=float), SHAPE).copy()
    return xr.DataArray(grid, dims=("segment", "activity"), coords=COORDS)


def drawn(values: Any) -> xr.DataArray:
    return (cells(values) + OFF).transpose("chain", "draw", ...)


def heatmap(values: Any) -> Any:
    comparison = Comparison(drawn(values), cells(values))
    pair: Any = SimpleNamespace(compare=lambda query: comparison)
    return effects._heatmap(pair)


def test_an_effect_that_is_the_same_is_said_to_be() -> None:
    section = heatmap(1.38)
    assert "the same for everybody" in section.text
    assert "standard deviation of 0.000" in section.text
    assert section.figure.get_suptitle() == "Nobody gains more than anybody else"
    assert section.table["segment"].tolist() == [s for s in SEGMENTS for _ in range(4)]
    assert section.table["truth"].tolist() == pytest.approx([1.38] * 12)


def test_an_effect_that_varies_is_said_to() -> None:
    section = heatmap([[1.0], [1.2], [2.0]])
    assert "largest for VIPs" in section.text
    assert f"standard deviation of {np.std([1.0, 1.2, 2.0]):.3f}" in section.text
    assert section.figure.get_suptitle() == "The active and the VIPs gain most"


def test_colours_do_not_make_small_differences_look_large() -> None:
    one = np.full(SHAPE, 1.0)
    assert effects._ends(one, one + 0.01) == pytest.approx((0.7, 1.3))
    assert effects._ends(one, one + 2.0) == pytest.approx((-1.0, 3.0))
    with_gap = np.where(np.eye(*SHAPE) > 0, np.nan, 1.0)
    assert effects._ends(with_gap, with_gap) == pytest.approx((0.7, 1.3))


def test_others_are_conditioned_as_the_posterior_was(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(effects, "condition", lambda *a, **k: given.update(k, of=a) or "posterior")
    draws = xr.Dataset({"a": (("chain", "draw"), np.zeros((2, 110)))})
    posterior: Any = SimpleNamespace(
        model="model", facts={"method": "laplace"}, idata={"posterior": draws}
    )
    data = pd.DataFrame({"Y": [1.0]})
    assert effects.again(posterior, data, seed=3) == "posterior"
    assert given["of"] == ("model", data)
    found = {n: given[n] for n in ("method", "draws", "tune", "chains", "seed", "progress")}
    assert found == {
        "method": "laplace", "draws": 110, "tune": 110, "chains": 2, "seed": 3, "progress": False,
    }  # fmt: skip


@pytest.fixture
def treated(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Whom to treat of 1 000 users, where the half that is learnt from promises too much."""
    data = published(units=1_000)
    promised = [[3.0], [1.38], [1.38]]  # of casual users, whose points are worth least

    def again(posterior: Any, part: pd.DataFrame, seed: int) -> Any:
        answer = drawn(promised if seed == 0 else 1.38)
        return SimpleNamespace(ask=lambda query: answer)

    monkeypatch.setattr(effects, "again", again)
    world = SimpleNamespace(data=data.to_xarray().rename(index="unit"))
    pair: Any = SimpleNamespace(world=world, posterior=None, truth=lambda query: cells(1.38))
    return effects._whom_to_treat(pair), data


def test_the_winners_curse_is_told(treated: Any) -> None:
    text = treated[0].text
    assert "expects an effect of 3.00" in text
    assert "the other half finds 1.38" in text
    assert "the truth is 1.38" in text
    assert f"a treatment costs {COST:g}" in text


def test_treating_everybody_returns_the_algebra(treated: Any) -> None:
    section, data = treated
    table = section.table
    assert table["share treated"].tolist() == [f"{k}0%" for k in range(1, 11)]
    last = table.iloc[-1]
    users = last["budget"] / COST
    assert users == pytest.approx(500, abs=2), "the half that is not learnt from"
    worth = np.array(VALUE)[data["segment"]].mean()
    # Halves are drawn within segments, so that a mean over one is that over both, to a user.
    assert last["true profit"] == pytest.approx(users * (1.38 * worth - COST), abs=10.0)
    assert last["profit"] == pytest.approx(last["true profit"], abs=1e-9)
    assert last["return on investment"] == pytest.approx(last["profit"] / last["budget"])


def test_those_whose_points_are_worth_most_come_first(treated: Any) -> None:
    """VIPs return 1.38 x 3 and casual users what was promised, 3 x 0.8, of which they keep 1.1."""
    section, data = treated
    first = section.table.iloc[0]
    vips = (data["segment"] == 2).mean()
    assert vips > 0.08
    share = min(1.0, vips / 0.1)
    per_user = share * (1.38 * 3.0 - COST) + (1 - share) * (1.38 * 0.8 - COST)
    assert first["true profit"] == pytest.approx(50 * per_user, abs=10.0)
    assert first["profit"] == pytest.approx(first["true profit"], abs=1e-9)


def test_cells_are_those_of_the_law_of_activity() -> None:
    """Quartiles of a gamma law of shape 2 and scale 2."""
    from scipy.stats import gamma

    assert BY_CELL["activity"] == tuple(gamma(2, scale=2).ppf([0.25, 0.5, 0.75]).round(2))
