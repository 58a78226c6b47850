"""Effects of a table, held against the effects that made it."""

import numpy as np
import pytest

from ifonly.inference.errors import DataError, QueryError
from ifonly.scenarios.analyses.effects import choice, lengthscales
from ifonly.scenarios.analyses.effects.analysis import effects

from .small import found, table

TRUTH = 1.0 + table()["x"].to_numpy()


@pytest.mark.parametrize("model", ["linear", "splines"])
def test_units_and_average(model: str) -> None:
    answer = found(model)
    units = answer.units
    assert list(units.columns) == ["mean", "sd", "low", "high"]
    assert list(units.index) == list(table().index)
    # Noise 0.5 and 400 units: 0.05 for the average, some times that for a unit's own effect.
    assert abs(answer.ate["mean"] - TRUTH.mean()) < 4 * 0.06
    assert np.sqrt(np.mean((units["mean"] - TRUTH) ** 2)) < 0.3
    assert np.mean((units["low"] <= TRUTH) & (units["high"] >= TRUTH)) > 0.8


def test_groups_verdicts_and_overlap() -> None:
    answer = found()
    groups = answer.by("x")
    assert groups["units"].tolist() == [100, 100, 100, 100]
    assert groups["mean"].is_monotonic_increasing
    assert groups.index[0].startswith(f"{table()['x'].min():.3g} to ")  # not a little below
    assert answer.by("place").index.tolist() == ["north", "south", "west"]
    assert answer.importance.index[0] == "x"
    assert answer.importance["x"] > 0.9
    assert answer.verdicts.sum() == 400
    assert abs(answer.share_above["mean"] - (TRUTH > 0).mean()) < 0.1
    assert answer.overlap["units"].tolist() == [80] * 5
    treated = answer.overlap["treated"]  # those with large x, whose effect is large
    assert treated.iloc[-1] > treated.iloc[0] + 0.3


def test_a_region_without_contrast_is_named() -> None:
    rows = table().assign(z=np.random.default_rng(1).normal(size=400))
    treated = np.random.default_rng(2).random(400) < 1 / (1 + np.exp(-4 * rows["z"]))
    answer = effects(rows.assign(t=treated), treatment="t", outcome="y", model="linear", draws=50)
    [problem] = [p for p in answer.problems if "probability below 5%" in p]
    assert "their effects rest on the model" in problem


def test_what_others_would_say() -> None:
    said = found().others
    assert said is not None
    rows = table()
    plain = rows.groupby("t")["y"].mean().diff().iloc[-1]
    assert said.loc["difference", "estimate"] == pytest.approx(plain)


def test_the_same_seed_gives_the_same_answer() -> None:
    again = effects(
        table(), treatment="t", outcome="y", model="linear", seed=1, draws=200, tune=300
    )
    np.testing.assert_array_equal(again.draws, found().draws)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "trees"}, "model is auto or linear or splines or process"),
        ({"family": "beta"}, "family is auto or normal or bernoulli or poisson"),
        ({"family": "bernoulli"}, "family 'bernoulli' takes an outcome of 0 and 1, not 'y'"),
        ({"family": "poisson"}, "family 'poisson' takes counts"),
        ({"refits": -1}, "refits"),
        ({"ci_prob": 1.5}, "ci_prob"),
        ({"draws": 0}, "draws is a positive whole number"),
        ({"tune": [1]}, "tune is a positive whole number"),
        ({"refits": "two"}, "refits is a finite number"),
        ({"model": np.zeros(2)}, "model is auto or "),
        ({"treatment": ["t"]}, "the treatment is the name of a column"),
        ({"tell": "loud"}, "tell is a function of the words of a step, not 'loud'"),
        ({"seed": -1}, "seed is a whole number from 0"),
        ({"covariates": 3}, "covariates names columns"),
        ({"modifiers": [None]}, "modifiers names columns"),
    ],
)
def test_options_without_meaning_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(QueryError, match=words):
        effects(table(), **{"treatment": "t", "outcome": "y", **options})
    with pytest.raises(DataError, match="the data are a DataFrame"):
        effects(np.zeros((30, 3)), treatment="t", outcome="y")


@pytest.mark.slow
@pytest.mark.parametrize("shared", [True, False])
def test_processes_join_the_curves_where_they_explain_more(
    monkeypatch: pytest.MonkeyPatch, shared: bool
) -> None:
    """A product of two sines is no product of smooth curves of few knots."""
    if shared:
        monkeypatch.setattr(choice, "DECISIVE", np.inf)
    monkeypatch.setattr(lengthscales, "OUTCOME_LANDMARKS", 80)
    monkeypatch.setattr(lengthscales, "EFFECT_LANDMARKS", 20)
    rng = np.random.default_rng(3)
    x, z, t = rng.uniform(-2, 2, 600), rng.uniform(-2, 2, 600), rng.integers(0, 2, 600)
    surface = 2 * np.sin(3 * x) * np.sin(3 * z)
    rows = {"t": t, "x": x, "z": z, "y": surface + t * (1 + x) + 0.3 * rng.normal(size=600)}
    answer = effects(rows, treatment="t", outcome="y", seed=1, draws=100, tune=150)
    assert set(answer.parts) == {"splines", "process"} if shared else {"process"}
    assert answer.weights["process"] > 0.9
    assert sum(answer.weights.values()) == pytest.approx(1.0)
    # The noise is 0.3 and half the units are treated: 0.3 * sqrt(4 / 600) is 0.024 on average.
    assert abs(answer.ate["mean"] - (1 + x.mean())) < 4 * 0.04
    assert np.sqrt(np.mean((answer.units["mean"] - (1 + x)) ** 2)) < 0.25


def test_a_region_where_all_are_treated_is_named_once() -> None:
    rows = table().assign(z=np.random.default_rng(1).normal(size=400))
    rows["t"] = np.where(rows["z"] > 0.5, 1, rows["t"])
    answer = effects(rows, treatment="t", outcome="y", model="linear", seed=1, draws=50, tune=50)
    inside = rows["z"] > 0.5
    [region] = answer.regions
    assert region.units == pytest.approx(inside.sum(), abs=5)
    [said] = [p for p in answer.problems if "not from a comparison of units" in p]
    assert "with z > 0." in said


def test_a_world_of_the_fitted_model_has_its_effects() -> None:
    part = found().parts["linear"]
    outcomes, known = part.simulated(np.random.default_rng(2))
    x, t = table()["x"].to_numpy(), table()["t"].to_numpy()
    # Noise 0.5: a regression on the right columns leaves it, and gives these effects back.
    assert np.sqrt(np.mean((known - TRUTH) ** 2)) < 0.4
    west = (table()["place"] == "west").to_numpy()
    north = (table()["place"] == "north").to_numpy()
    plain = np.column_stack([np.ones(400), x, west, north])
    design = np.hstack([plain, t[:, None] * plain])
    weights, left, *_ = np.linalg.lstsq(design, outcomes, rcond=None)
    assert np.sqrt(left[0] / 392) == pytest.approx(0.5, abs=0.08)
    assert np.sqrt(np.mean((plain @ weights[4:] - known) ** 2)) < 0.2


@pytest.mark.parametrize("model", ["auto", "linear"])
def test_without_a_covariate_that_varies_the_effect_is_the_difference_of_means(model: str) -> None:
    rows = table()[["t", "y"]].assign(same=1.0)
    found = effects(rows, treatment="t", outcome="y", model=model, draws=200, tune=100)
    arms = rows.groupby("t")["y"]
    difference = arms.mean()[1] - arms.mean()[0]
    error = np.sqrt((arms.var() / arms.size()).sum())
    # The prior pulls by less than a tenth of an error; 800 draws leave a 28th.
    assert found.ate["mean"] == pytest.approx(difference, abs=0.3 * error)
    assert found.ate["sd"] == pytest.approx(error, rel=0.25)
    assert np.ptp(found.units["mean"]) == 0.0
    assert any("'same' is the same for all units" in p for p in found.problems)
