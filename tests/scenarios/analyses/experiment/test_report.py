"""The page and the facts of an experiment's table."""

import json

from ifonly.scenarios.analyses.experiment.analysis import read_experiment
from ifonly.scenarios.analyses.experiment.plan import Plan, metrics
from ifonly.scenarios.analyses.experiment.report import experiment_facts, experiment_report
from ifonly.scenarios.cli.terminal import plain

from .experiments import table


def test_the_page_holds_every_part_and_its_pictures() -> None:
    plan = Plan("arm", "y", ("y0",), "region", time="day", guardrails=metrics(["kept:0.1"]))
    found = read_experiment(table(), plan)
    page = experiment_report(found, "results.csv", {"read the experiment": 0.1})
    for title in ("What to do next", "The effect", "Look by look", "Guardrails", "Sample ratio",
                  "Balance", "How this was computed"):  # fmt: skip
        assert f">{title}<" in page
    assert page.count("<img") == 3
    assert "each of 20 looks" in page
    assert "The table has the last 10." in page
    assert "kept:0.1" in page
    assert "more units" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_without_times_and_guardrails_their_parts_are_not_there() -> None:
    found = read_experiment(table(), Plan("arm", "y"))
    page = experiment_report(found, "results.csv", {})
    assert "Look by look" not in page
    assert page.count("<img") == 1


def test_facts_are_json() -> None:
    plan = Plan("arm", "y", ("y0",), time="day", guardrails={"kept": 0.1})
    found = read_experiment(table(), plan)
    facts = json.loads(json.dumps(plain(experiment_facts(found)), allow_nan=False))
    assert facts["effect"]["estimate"] == found.primary.estimate
    assert facts["effect"]["safe_interval"] == list(found.safe)
    assert facts["guardrails"][0]["metric"] == "kept"
    assert len(facts["looks"]) == 20
    assert facts["balance"][0]["column"] == "y0"
    assert facts["next"] == list(found.advice)
