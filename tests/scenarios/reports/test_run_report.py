"""The page of a run, chapter by chapter."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from ifonly.inference import compare
from ifonly.scenarios import Section, get
from ifonly.scenarios.reports.page import Chapter
from ifonly.scenarios.reports.run_report import chapters, open_findings
from ifonly.scenarios.run import Clock, Run

from ..standin import Standin

WHOLE = get("linear_walkthrough")
ASKED = ("average effect of b = 0", "unit by unit, b = 0")
SCENARIO = replace(
    WHOLE,
    queries={label: WHOLE.queries[label] for label in ASKED},
    sections=lambda world, posterior: iter([Section("Found", "It is so.")]),
)
DIAGNOSTICS = SimpleNamespace(
    converged=True,
    independent=False,
    problems=(),
    r_hat=1.0,
    ess_bulk=6,
    ess_tail=6,
    divergences=0,
    bfmi=1.0,
)


@pytest.fixture(scope="module")
def pages() -> tuple[Run, dict[str, Chapter], list[str]]:
    """A run without a sampler, its chapters by title, and what was said."""
    world = SCENARIO.simulate(units=60, seed=2)
    # Of beta_by one draw in six is far off, of beta_ay all are.
    by = np.array([[0.7, 0.7, 0.7], [0.7, 0.6, 0.8]])
    posterior: Any = Standin(world, beta_by=by, beta_ay=by)
    posterior.diagnostics = DIAGNOSTICS
    found = {n: compare(posterior.ask(q), world.ask(q)) for n, q in SCENARIO.queries.items()}
    run = Run(SCENARIO, world, posterior, found, 2, "numba", Clock())
    said: list[str] = []
    return run, {c.title: c for c in chapters(run, said.append)}, said


def test_chapters_in_order(pages: tuple[Run, dict[str, Chapter], list[str]]) -> None:
    run, found, said = pages
    assert list(found) == [
        "The answers against the truth", "The model", "The data", "The posterior", "Findings",
        "Query by query", "How this was computed",
    ]  # fmt: skip
    assert said == ["Finding: Found"]
    assert "findings" in run.clock.seconds
    assert [s.title for s in found["Query by query"].sections] == list(ASKED)


def test_small_answers_stand_one_by_one_and_large_ones_together(
    pages: tuple[Run, dict[str, Chapter], list[str]],
) -> None:
    run, found, _ = pages
    one, many = found["The answers against the truth"].sections
    assert "for 1 of 1 numbers" in one.text
    assert one.table is not None
    assert many.table is not None
    [row] = one.table.to_dict(orient="records")
    assert row["query"] == ASKED[0]
    assert row["truth"] == pytest.approx(-0.7 * float(run.world.data["b"].mean()), abs=1e-12)
    assert many.table["query"].tolist() == [ASKED[1]]
    assert many.table["elements"].tolist() == [60]


def test_parameters_beside_their_truth(
    pages: tuple[Run, dict[str, Chapter], list[str]],
) -> None:
    _, found, _ = pages
    table = found["The posterior"].sections[1].table
    assert table is not None
    rows = table.set_index("parameter")
    assert rows.index.tolist() == list(SCENARIO.parameters)
    assert rows["truth"].to_dict() == SCENARIO.parameters
    assert rows.loc["beta_by", "mean"] == pytest.approx(0.7)
    assert rows["covered"].to_dict()["beta_by"]
    assert not rows["covered"].to_dict()["beta_ay"]
    assert rows.loc["beta_ay", "bias"] == pytest.approx(0.7 - 1.5)


def test_the_data_come_in_the_order_of_the_model(
    pages: tuple[Run, dict[str, Chapter], list[str]],
) -> None:
    table = pages[1]["The data"].sections[0].table
    assert table is not None
    assert table["variable"].tolist() == ["a", "b", "c", "y"]
    assert table["role"].tolist() == ["cause", "treatment", "cause", "outcome"]


def test_a_query_says_its_estimand_and_its_rung(
    pages: tuple[Run, dict[str, Chapter], list[str]],
) -> None:
    section = pages[1]["Query by query"].sections[0]
    assert "Rung 3: observed units, each with its own noise." in section.text
    assert section.figure is not None
    assert section.figure.get_suptitle() == ""
    assert section.table is not None
    assert "90% interval" in section.table


def test_how_it_was_made(pages: tuple[Run, dict[str, Chapter], list[str]]) -> None:
    table = pages[1]["How this was computed"].sections[0].table
    assert table is not None
    made = dict(table.to_numpy().tolist())
    assert made["model"] == "ifonly.models.linear_walkthrough:linear_walkthrough"
    assert (made["units"], made["seed"], made["sampler"]) == ("60", "2", "stand-in")


@pytest.mark.parametrize(
    ("rows", "inches", "expected"), [(3, 2.0, 3), (30, 6.0, 1), (10, 5.0, 2), (40, 30.0, 1)]
)
def test_long_findings_are_opened_by_a_click(rows: int, inches: float, expected: int) -> None:
    found = [
        Section("T", "Words. " * 20, pd.DataFrame({"x": range(rows)}), Figure((6.0, inches)))
        for _ in range(4)
    ]
    assert open_findings(found) == expected
    above = [Section("", "", pd.DataFrame({"x": range(60)}))]
    assert open_findings(found, above) == 1  # what stands above leaves no room
