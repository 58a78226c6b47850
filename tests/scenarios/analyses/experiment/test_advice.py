"""Advice: stop, go on, or do not read yet."""

import numpy as np
import pytest

from ifonly.scenarios.analyses.experiment.analysis import read_experiment
from ifonly.scenarios.analyses.experiment.plan import Plan

from .experiments import table


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (0.4, "One may stop: new has more of y than control"),
        (-0.4, "take control"),
        (0.0, "Nothing is shown. So many units find an effect of"),
    ],
)
def test_what_the_interval_says_is_what_to_do(effect: float, words: str) -> None:
    found = read_experiment(table(effect=effect), Plan("arm", "y", before=("y0",)))
    assert words in " ".join(found.advice)


def test_significant_for_one_look_alone_is_said_to_be_just_that() -> None:
    data = table(effect=0.0)
    new = data["arm"] == "new"
    plan = Plan("arm", "y", before=("y0",))
    se = read_experiment(data, plan).primary.se
    data.loc[new, "y"] += 2.4 * se - read_experiment(data, plan).primary.estimate
    assert "if one has looked before, go on" in " ".join(read_experiment(data, plan).advice)


def test_arms_that_differed_before_are_named() -> None:
    data = table()
    data["y0"] += np.where(data["arm"] == "new", 0.6, 0.0)
    found = read_experiment(data, Plan("arm", "y", before=("y0",)))
    assert "The arms differed already before, in y0" in " ".join(found.advice)
    assert "differed" not in " ".join(read_experiment(table(), Plan("arm", "y", ("y0",))).advice)


def test_a_harmed_guardrail_comes_before_what_the_outcome_says() -> None:
    plan = Plan("arm", "y", ("y0",), guardrails={"latency": -1.0})
    first, second = read_experiment(table(effect=0.4), plan).advice
    assert first == "Stop: latency is harmed."
    assert second.startswith("By y alone: One may stop")


def test_few_or_unequal_clusters_are_said() -> None:
    data = table()
    plan = Plan("arm", "y", ("y0",), cluster="shop")
    assert "clusters" not in " ".join(read_experiment(data, plan).advice)
    few = data.assign(shop=np.where(data["arm"] == "new", 10, 0) + np.arange(len(data)) % 8)
    assert read_experiment(few, plan).advice[0].startswith("There are 16 clusters")
    one = data.assign(
        shop=data["shop"].where(data["day"] > 8, np.where(data["arm"] == "new", 7, 8))
    )
    one.loc[one["shop"] == 7, "arm"] = "new"
    one.loc[one["shop"] == 8, "arm"] = "control"
    assert "The clusters are unequal: from" in " ".join(read_experiment(one, plan).advice)


def test_a_measure_from_before_is_asked_for() -> None:
    assert "--pre" in read_experiment(table(), Plan("arm", "y")).advice[-1]
