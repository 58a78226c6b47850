"""Simulated trials, against the recursion, the algebra, and the published sizes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import DataError, QueryError
from ifonly.inference.experiments import (
    assurance,
    confidence_sequence_rule,
    group_sequential,
    posterior_rule,
    power,
    size,
)
from ifonly.inference.validation.calibration.workers import processes
from ifonly.inference.validation.trials import EachRun, MeanDifference, TwoArms, simulate_trials
from ifonly.scenarios import get

SD = np.sqrt(2.0)  # of the outcome within an arm, covariate included


def test_ten_looks_do_what_the_recursion_says(model: pm.Model) -> None:
    design, rule = TwoArms("t", "y", 800, looks=10), group_sequential(10, "obrien_fleming")
    found = simulate_trials(model, design, rule=rule, parameters={"effect": 0.25}, seed=3,
                            replications=4_000)  # fmt: skip
    drift = 0.25 / (SD * np.sqrt(4 / 800))
    assert abs(found.value("power") - rule.power(drift)) < 3.5 * found.error("power")
    assert abs(found.value("units") - 800 * rule.expected(drift)) < 3.5 * found.error("units")
    assert found.effect == pytest.approx(0.25)
    # Stopping early for a large estimate makes what is claimed too large.
    assert found.value("bias_of_claims") > 10 * found.error("bias_of_claims")
    assert found.value("exaggeration") > 1.1


def test_daily_looks_at_a_posterior_err_often_and_a_confidence_sequence_does_not(
    model: pm.Model,
) -> None:
    """A posterior of 0.95 of either sign, looked at for thirty days; the recursion says 37 %."""
    design = TwoArms("t", "y", 600, looks=30)
    rules = {
        "posterior": posterior_rule(1 / np.sqrt(np.arange(1, 31)), 0.95),
        "sequence": confidence_sequence_rule(np.arange(1, 31) / 30),
    }
    found = {
        n: simulate_trials(model, design, MeanDifference("y", ("x",)), r,
                           parameters={"effect": 0.0}, replications=500)
        for n, r in rules.items()
    }  # fmt: skip
    assert found["posterior"].value("claims") == pytest.approx(
        rules["posterior"].size, abs=3.5 * found["posterior"].error("claims") + 0.015
    )
    assert found["posterior"].value("claims") > 0.35
    assert found["sequence"].value("claims") < 0.05


def test_looking_five_times_at_196_has_the_published_size(model: pm.Model) -> None:
    rule = posterior_rule(1 / np.sqrt(np.arange(1, 6)), 0.975)
    found = simulate_trials(model, TwoArms("t", "y", 1_000, 5), rule=rule,
                            parameters={"effect": 0.0}, replications=5_000)  # fmt: skip
    assert rule.size == pytest.approx(size(5), abs=1e-6)
    assert abs(found.value("claims") - 0.1417) < 3 * found.error("claims")
    assert np.isnan(found.value("power"))


def test_a_covariate_saves_half_the_units(model: pm.Model) -> None:
    found = simulate_trials(model, TwoArms("t", "y", 200), MeanDifference("y", ("x",)),
                            parameters={"effect": 0.4}, replications=4_000)  # fmt: skip
    assert abs(found.value("power") - power(0.4, 1.0, 200)) < 3.5 * found.error("power") + 0.005
    assert abs(found.value("coverage") - 0.95) < 3.5 * found.error("coverage")
    assert abs(found.value("bias")) < 3.5 * found.error("bias")


def test_parameters_from_the_prior_give_assurance(model: pm.Model) -> None:
    found = simulate_trials(model, TwoArms("t", "y", 400), replications=4_000, seed=1)
    positive = np.mean(found.runs["why"] == 0)
    expected = assurance((0.2, 0.2), SD, 400)
    assert abs(positive - expected) < 3.5 * np.sqrt(expected * (1 - expected) / 4_000)
    # An effect of the run's own: it varies as the prior does.
    assert found.runs["effect"].std() == pytest.approx(0.2, rel=0.05)


def test_an_interrupted_simulation_goes_on_and_threads_give_the_same(
    model: pm.Model, tmp_path: Path
) -> None:
    design, options = TwoArms("t", "y", 40), {"parameters": {"effect": 0.5}, "seed": 4}
    path = tmp_path / "trials.jsonl"
    simulate_trials(model, design, replications=250, path=path, **options)  # type: ignore[arg-type]
    first = path.read_text()
    found = simulate_trials(model, design, replications=700, path=path, **options)  # type: ignore[arg-type]
    assert path.read_text().startswith(first)
    assert len(path.read_text().splitlines()) == 1 + 3
    with ThreadPoolExecutor(2) as pool:
        again = simulate_trials(model, design, replications=700, executor=pool, **options)  # type: ignore[arg-type]
    assert found.runs.equals(again.runs)
    with pytest.raises(DataError, match="holds another trials: seed differ"):
        simulate_trials(model, design, replications=250, path=path, parameters={"effect": 0.5})


@pytest.mark.slow
def test_other_processes_give_the_same_and_go_on_where_this_one_stopped(
    model: pm.Model, tmp_path: Path
) -> None:
    design, path = TwoArms("t", "y", 40), tmp_path / "trials.jsonl"
    options = {"parameters": {"effect": 0.5}, "seed": 4}
    simulate_trials(model, design, replications=250, path=path, **options)  # type: ignore[arg-type]
    with processes(1) as pool:
        found = simulate_trials(
            model,
            design,
            replications=600,
            path=path,
            executor=pool,
            **options,  # type: ignore[arg-type]
        )
    assert len(path.read_text().splitlines()) == 1 + 3
    again = simulate_trials(model, design, replications=600, **options)  # type: ignore[arg-type]
    assert found.runs.equals(again.runs)


@pytest.mark.slow
def test_the_published_sample_has_its_power_in_the_published_population() -> None:
    """1,001 users find the effect of the encouragement in 80 % of runs; 53 that of a treatment."""
    scenario = get("experiment")
    for treatment, units, replications in (("Z", 1_001, 1_000), ("T", 53, 2_000)):
        design = TwoArms(treatment, "Y", units)
        options = {"parameters": scenario.parameters, "replications": replications}
        found = simulate_trials(scenario.model, design, **options)  # type: ignore[arg-type]
        # Welch's test of 53 users has 0.02 less than the normal distribution says.
        assert abs(found.value("power") - 0.80) < 3.5 * found.error("power") + 0.02


def test_a_failing_analysis_claims_nothing_and_is_counted(model: pm.Model) -> None:
    found = simulate_trials(model, TwoArms("t", "y", 40), EachRun(lambda f: (np.nan, 1.0), "t"),
                            parameters={"effect": 0.5}, replications=10)  # fmt: skip
    assert found.value("failed") == 1.0
    assert found.value("claims") == 0.0


@pytest.mark.parametrize(
    ("design", "options", "words"),
    [
        (TwoArms("t", "yy", 40), {}, "the design's outcome is 'yy'"),
        (TwoArms("t", "y", 40, strata="z"), {}, "the design's strata is 'z'"),
        (TwoArms("t", "y", 40, looks=2), {"rule": group_sequential(3, "pocock")}, "looks at"),
        (TwoArms("t", "y", 40), {"parameters": {"efect": 1.0}}, "which the model does not have"),
        (TwoArms("t", "y", 40), {"analysis": MeanDifference("y", ("z",))}, "the analysis reads"),
        (TwoArms("t", "y", 40), {"replications": 0}, "positive whole number"),
        (TwoArms("t", "y", 40), {"ci_prob": 1.0}, "ci_prob is a probability"),
    ],
)
def test_what_does_not_fit_is_refused(model: pm.Model, design, options, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QueryError, match=words):
        simulate_trials(model, design, **options)
