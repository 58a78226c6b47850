"""Calibration from beginning to end, and what it refuses before it begins."""

from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from matplotlib.figure import Figure

from ifonly.inference import (
    ATE,
    ITE,
    Calibration,
    ModelError,
    QueryError,
    World,
    calibrate,
    shift,
)
from ifonly.inference.scm.evidence import Evidence
from ifonly.inference.validation.calibration.replication import Bench, seeds

from .normal_mean import QUICK


def test_the_posterior_is_the_one_in_closed_form(found: Calibration, home: ModuleType) -> None:
    row = found.table.iloc[3]
    parameters = {"effect": row["truth"]}
    world = World.simulate(
        home.normal_mean(), parameters, units=10, seed=int(found.table["seed"].iloc[3])
    )
    precision = 1 / home.PRIOR_SD**2 + 10
    mean = float(world.data["y"].sum()) / precision
    assert row["sd"] == pytest.approx(precision**-0.5, rel=0.25)
    assert row["mean"] == pytest.approx(mean, abs=5 * row["sd"] / np.sqrt(row["ess"]))


def test_more_replications_begin_with_the_same(
    found: Calibration, home: ModuleType, scenario: Any
) -> None:
    fewer = calibrate(scenario, home.QUERY, 3, **QUICK)
    pd.testing.assert_frame_equal(
        fewer.table.drop(columns="seconds"), found.table.iloc[:3].drop(columns="seconds")
    )


@pytest.mark.slow
def test_the_engine_is_calibrated_on_a_normal_mean(home: ModuleType, scenario: Any) -> None:
    options = QUICK | {"jobs": 2, "draws": 400, "tune": 300}
    many = calibrate(scenario, home.QUERY, 400, **options)
    assert many.p_value > 0.01
    for ci_prob in (0.5, 0.9):
        share = many.coverage.loc[(0, "", ci_prob), "share"]
        assert share == pytest.approx(ci_prob, abs=4 * np.sqrt(ci_prob * (1 - ci_prob) / 400))
    z = many.uniformity.loc[(0, "")]
    assert abs(z["mean_z"]) < 4 / np.sqrt(400)
    assert z["sd_z"] == pytest.approx(1.0, abs=4 / np.sqrt(2 * 400))


def test_worlds_that_are_not_the_models_own_are_found_out(home: ModuleType, scenario: Any) -> None:
    """The analyst's model has noise of sd 1; the worlds have 3, so its intervals are too narrow."""

    noisy = home.normal_mean(noise_sd=3.0)

    class Noisy(home.NormalMean):  # type: ignore[misc, name-defined]
        def simulate(self, units: int, seed: int) -> World:
            return World.simulate(noisy, self.parameters, units=units, seed=seed)

    worlds = Noisy(scenario.model)
    wrong = calibrate(worlds, home.QUERY, 24, parameters="truth", **QUICK)
    assert wrong.table["truth"].nunique() == 1
    assert wrong.coverage.loc[(0, "", 0.9), "high"] < 0.9
    assert wrong.p_value < 0.01
    right = calibrate(scenario, home.QUERY, 24, parameters="truth", **QUICK)
    assert right.coverage.loc[(0, "", 0.9), "high"] > 0.9


def test_answers_with_several_elements_are_ranked_one_by_one(
    home: ModuleType, scenario: Any
) -> None:
    query = ITE("y", do={"t": [shift(1.0), shift(2.0)]})
    ladder = calibrate(scenario, query, 5, **QUICK)
    assert len(ladder.table) == 10
    assert ladder.table["label"].tolist() == ["dose 1", "dose 2"] * 5
    assert len(ladder.coverage) == 4
    assert isinstance(ladder.plot(), Figure)
    first, second = (ladder.table[ladder.table["element"] == k] for k in (0, 1))
    np.testing.assert_allclose(second["truth"], 2 * first["truth"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"parameters": "both"}, "'prior' or 'truth'"),
        ({"sampler": "gibbs"}, "sampler is nutpie or "),
        ({"sampler": ["pymc"]}, "sampler is nutpie or "),
        ({"method": {}}, "method is auto or "),
        ({"parameters": np.zeros(2)}, "'prior' or 'truth'"),
        ({"progress": 3}, "progress is True or False"),
        ({"ci_prob": (0.5, 1.5)}, "between 0 and 1"),
        ({"draws": 0}, "draws is a positive whole number"),
        ({"units": 0}, "units is a positive whole number"),
        ({"ci_prob": "0.9"}, "between 0 and 1"),
        ({"ci_prob": None}, "between 0 and 1"),
        ({"ci_prob": (0.5, 0.5)}, "twice"),
        ({"executor": "pool"}, r"concurrent\.futures\.Executor"),
    ],
)
def test_options_without_a_meaning_are_refused(
    home: ModuleType, scenario: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        calibrate(scenario, home.QUERY, 1, **QUICK | options)
    with pytest.raises(QueryError, match="summary=True"):
        calibrate(scenario, ITE("y", do={"t": 1.0}, summary=True), 1, **QUICK)


def test_a_query_that_does_not_fit_is_an_error_at_once(home: ModuleType, scenario: Any) -> None:
    with pytest.raises(QueryError, match="does not exist"):
        calibrate(scenario, ATE("z", do={"t": 1.0}), 2, **QUICK)


def test_a_query_that_does_not_fit_is_told_before_anything_is_sampled(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def samples(*_: object) -> None:
        raise AssertionError("it has sampled")

    monkeypatch.setattr(Bench, "posterior", samples)
    with pytest.raises(QueryError, match="is a parameter"):
        calibrate(scenario, ATE("effect", do={"t": 1.0}), 1, **QUICK)


@pytest.mark.parametrize("given", [None, "linear_walkthrough", 3])
def test_what_is_no_scenario_is_refused(home: ModuleType, given: Any) -> None:
    with pytest.raises(QueryError, match="takes a scenario, such as get"):
        calibrate(given, home.QUERY, 1, **QUICK)


def test_failed_replications_are_kept_and_said(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    posterior = Bench.posterior

    def sometimes(self: Bench, evidence: Evidence, seed: int, solved: Any) -> Any:
        if seed == seeds(11, 1)[1]:
            raise ModelError("the sampler could not run: of no mind to")
        return posterior(self, evidence, seed, solved)

    monkeypatch.setattr(Bench, "posterior", sometimes)
    with pytest.warns(UserWarning, match="1 of 3 replications failed"):
        some = calibrate(scenario, home.QUERY, 3, **QUICK)
    assert (some.failed, len(some.finished)) == (1, 2)
    assert "of no mind to" in some.table.loc[1, "problem"]
    assert some.coverage["replications"].tolist() == [2, 2]


def test_where_nothing_succeeds_there_is_an_error(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(self: Bench, evidence: Evidence, seed: int, solved: Any) -> Any:
        raise ModelError("the sampler could not run")

    monkeypatch.setattr(Bench, "posterior", never)
    with pytest.raises(ModelError, match="no replication succeeded; the first: the sampler"):
        calibrate(scenario, home.QUERY, 2, **QUICK)


def test_other_samplers_do_too(home: ModuleType, scenario: Any) -> None:
    by_pymc = calibrate(scenario, home.QUERY, 1, **QUICK | {"sampler": "pymc"})
    assert by_pymc.table["sd"].between(0.2, 0.45).all()


@pytest.mark.slow
def test_latents_and_discrete_mechanisms_can_be_calibrated() -> None:
    from types import SimpleNamespace

    with pm.Model(coords={"unit": range(1)}) as model:
        effect = pm.Normal("effect")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        u = pm.Normal("u", dims="unit")
        pm.Normal("y", effect * t + u, 0.5, dims="unit")
    scenario = SimpleNamespace(model=model, parameters={"effect": 1.0}, hidden=("u",), units=15)
    query = ITE("y", do={"t": 1}, versus={"t": 0})
    found = calibrate(scenario, query, 3, **QUICK)
    assert found.table["rank"].notna().all()


def test_where_a_sampler_is_named_it_samples(home: ModuleType, scenario: Any) -> None:
    """As `condition` has it: only where none is named is the method chosen block by block."""
    options = {n: v for n, v in QUICK.items() if n != "method"} | {"draws": 50, "tune": 50}
    named = calibrate(scenario, home.QUERY, 1, **options, sampler="nutpie")
    assert named.about["method"] == "nuts"
    assert calibrate(scenario, home.QUERY, 1, **options).about["method"] == "auto"
