from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import World
from ifonly.inference.errors import DataError, QueryError
from ifonly.inference.estimators.effects import FunctionEstimator
from ifonly.inference.validation.arena import WorldCases, arena
from ifonly.inference.validation.arena.bench import Bench

from .lines import CASES, QUICK, ROLES, failing, line, oracle

# What depends on the machine.
MEASURED = ["seconds", "memory"]


def same(a, b):
    pd.testing.assert_frame_equal(a.table.drop(columns=MEASURED), b.table.drop(columns=MEASURED))


def test_the_truth_wins_and_a_failure_crashes_nothing():
    given = [FunctionEstimator("oracle", oracle), FunctionEstimator("failing", failing), "ols"]
    found = arena(CASES, given, 3, **QUICK)
    summary = found.summary
    assert list(summary.index) == ["oracle", "ols", "constant", "zero", "failing"]
    assert summary.loc["oracle", "pehe"] < 1e-12
    assert summary.loc["oracle", "ate_coverage"] == 1.0
    assert summary.loc["zero", "coverage"] == 0.0
    assert summary.loc["failing", "failed"] == 3
    assert summary.loc["ols", "failed"] == 0
    assert np.isnan(summary.loc["failing", "pehe"])
    assert set(found.problems.reset_index()["estimator"]) == {"failing"}


def test_coverage_is_of_the_expected_effect_and_near_its_level():
    """The model of OLS with interactions is true here; its noise would widen nothing."""
    found = arena(CASES, ["ols"], 16, **QUICK)
    shares = found.table.xs("ols", level="estimator")["coverage"]
    assert abs(shares.mean() - 0.95) < 3 * shares.std() / np.sqrt(16) + 0.01
    # Intervals are narrower than the noise of a difference of two outcomes (0.7).
    assert found.summary.loc["ols", "width"] < 0.7


def test_an_interrupted_run_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "arena.jsonl"
    whole = arena(CASES, ["ols"], 3, **QUICK)
    run = Bench.run

    def interrupted(self, match):
        if match.replication == 1 and match.estimator == "zero":
            raise KeyboardInterrupt
        return run(self, match)

    with monkeypatch.context() as patch:
        patch.setattr(Bench, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            arena(CASES, ["ols"], 3, path=path, **QUICK)
    assert len(path.read_text().splitlines()) == 1 + 4
    same(arena(CASES, ["ols"], 3, path=path, **QUICK), whole)
    # More estimators join; what is done is not done again.
    played = []
    monkeypatch.setattr(Bench, "run", lambda self, m: played.append(m.estimator) or run(self, m))
    arena(CASES, ["ols", FunctionEstimator("oracle", oracle)], 3, path=path, **QUICK)
    assert played == ["oracle"] * 3
    with pytest.raises(DataError, match="another arena: seed differ"):
        arena(CASES, ["ols"], 3, path=path, progress=False, seed=5)


def test_threads_do_the_same():
    with ThreadPoolExecutor(2) as pool:
        threads = arena(CASES, ["ols"], 3, executor=pool, **QUICK)
    same(threads, arena(CASES, ["ols"], 3, **QUICK))


@pytest.mark.slow
def test_processes_do_the_same():
    # They cannot import these tests: a function inside another goes to them whole.
    model = line()
    cases = WorldCases(
        "a line",
        lambda units, seed: World.simulate(model, {}, units=units, seed=seed),
        ROLES,
        units=60,
    )
    same(arena(cases, ["ols"], 3, jobs=2, **QUICK), arena(cases, ["ols"], 3, **QUICK))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"replications": 0}, "replications is a positive whole number"),
        ({"cost": -1.0}, "cost is a finite number of at least 0"),
        ({"value": np.inf}, "value is a finite number of at least 0"),
        ({"cases": None}, "cases are such as WorldCases"),
        ({"estimators": 3}, "estimators are several, not 3"),
        ({"estimators": [["ols"]]}, "unit effects you named"),
        ({"progress": None}, "progress is True or False"),
        ({"path": 3}, "an output is named by a text or a path"),
        ({"ci_prob": 95}, "ci_prob is a probability"),
        ({"executor": 3}, "executor is a concurrent.futures.Executor"),
        ({"estimators": ["nobody"]}, "'nobody'"),
    ],
)
def test_options_without_a_meaning_are_refused(options, words):
    usual = {"cases": CASES, "estimators": ["zero"], "replications": 1, "progress": False}
    with pytest.raises((QueryError, DataError), match=words):
        arena(**usual | options)
