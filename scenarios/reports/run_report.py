"""What the report of a run says, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..display.graph import draw_graph
from ..display.wording import interval
from ..scenario import Section
from .page import MOST_ROWS, Chapter
from .provenance import made_section, method_facts
from .sections import (
    about_units,
    data_section,
    diagnostics_section,
    element_label,
    equations_section,
)
from .tables import low_coverage, one_by_one, over_many

if TYPE_CHECKING:
    from ..run import Run

__all__ = ["chapters", "open_findings"]

# A parameter with more elements than this is not shown one by one.
MOST_ELEMENTS = 24
# Findings that are open, if the page is then no higher than this (in pixels, 1,200 wide); a click
# opens each of the others.
OPEN, HIGHEST = 3, 4_000
# What stands above the findings, and a row of a table.
HEAD, ROW = 1_900, 33


def chapters(run: Run, say: Callable[[str], None]) -> Iterator[Chapter]:
    """Yield the chapters of a scenario that was run.

    Parameters
    ----------
    run : Run
    say : callable
        Told what is being made.
    """
    scenario = run.scenario
    overview = list(_overview(run))
    yield Chapter("The answers against the truth", overview)
    model = [_graph_section(run), equations_section(scenario.model)]
    yield Chapter("The model", model, open_parts=1)
    yield Chapter("The data", [data_section(_in_order(run), scenario.roles)], folded=True)
    posterior = [diagnostics_section(run.posterior), _parameters(run)]
    yield Chapter("The posterior", posterior, folded=True)
    if scenario.sections is not None:
        found = []
        with run.clock("findings"):
            for section in scenario.sections(run.world, run.posterior):
                say(f"Finding: {section.title}")
                found.append(section)
        yield Chapter("Findings", found, open_parts=open_findings(found, overview))
    queries = [_query(label, c) for label, c in run.comparisons.items()]
    yield Chapter("Query by query", queries, folded=True)
    yield Chapter("How this was computed", [_made(run)], folded=True)


def open_findings(found: Sequence[Section], overview: Sequence[Section] = ()) -> int:
    """Return how many findings are open, at least one, so that the page stays short.

    Parameters
    ----------
    found : sequence of Section
    overview : sequence of Section
        Of the chapter before, whose tables stand open too.
    """
    high = float(HEAD + ROW * sum(len(s.table) for s in overview if s.table is not None))
    count = 0
    for section in found[:OPEN]:
        high += _height(section)
        count += high <= HIGHEST
    return max(count, 1)


def _height(section: Section) -> float:
    """Return about how high a section is, in pixels."""
    text, rest = 120 + 26 * (len(section.text) / 70), 0.0
    if section.figure is not None:
        rest = 96 * float(section.figure.get_size_inches()[1])
    if section.table is None:  # words and picture stand side by side
        return max(1.5 * text, rest)
    return text + rest + 60 + ROW * min(len(section.table), MOST_ROWS)


def _overview(run: Run) -> Iterator[Section]:
    rows = one_by_one(run.comparisons)
    ci_prob = next((c.ci_prob for c in run.comparisons.values()), 0.9)
    if rows:
        covered = sum(row[5] for row in rows)
        yield Section(
            "One number at a time",
            f"The truth is known because the data were simulated. The {ci_prob:.0%} interval "
            f"holds it for {covered} of {len(rows)} numbers. All come from one posterior, so they "
            "are not independent: one data set cannot show calibration.",
            pd.DataFrame(
                rows,
                columns=[
                    "query",
                    "truth",
                    "mean",
                    "sd",
                    f"{ci_prob:.0%} interval",
                    "covered",
                    "bias",
                ],
            ),
        )
    rows = over_many(run.comparisons)
    if rows:
        yield Section(
            "Many elements at a time",
            "An element is one unit, group or dose of an answer. RMSE, the root of the mean "
            "squared error, says how far the posterior means are from the truth; coverage is the "
            f"share of elements whose {ci_prob:.0%} interval holds it. "
            f"{low_coverage(run.comparisons, ci_prob)}",
            pd.DataFrame(
                rows,
                columns=[
                    "query",
                    "elements",
                    "mean truth",
                    "RMSE",
                    "coverage",
                    "correlation",
                    "bias",
                ],
            ),
        )


def _columns(ci_prob: float, first: str = "query") -> list[str]:
    return [first, "truth", "mean", "sd", f"{ci_prob:.0%} interval", "covered", "bias"]


def _graph_section(run: Run) -> Section:
    scenario = run.scenario
    return Section(
        "Causal graph",
        "Causes stand above their effects. The graph is read from the model's equations.",
        figure=draw_graph(scenario.model, latent=scenario.hidden, notes=scenario.roles),
    )


def _in_order(run: Run) -> Any:
    """Return the data with the columns in the order in which the model was written."""
    names = list(run.scenario.model.named_vars)
    return run.world.data[sorted(map(str, run.world.data), key=names.index)]


def _parameters(run: Run) -> Section:
    posterior = run.posterior.idata["posterior"].to_dataset()
    rows = []
    for name in run.scenario.parameters:
        truth = run.world.parameters[name]
        if name not in posterior:
            continue
        draws = posterior[name].transpose("chain", "draw", ...).to_numpy()
        draws = draws.reshape(-1, *draws.shape[2:])
        for index in list(np.ndindex(truth.shape))[:MOST_ELEMENTS]:
            one, true = draws[(slice(None), *index)], float(truth[index])
            low, high = np.quantile(one, [0.05, 0.95])
            label = element_label(posterior[name], index)
            rows.append(
                (
                    label,
                    true,
                    one.mean(),
                    one.std(ddof=1),
                    interval(low, high),
                    bool(low <= true <= high),
                    one.mean() - true,
                )
            )
    table = pd.DataFrame(rows, columns=_columns(0.9, "parameter"))
    return Section("Parameters", "The posterior of each parameter beside its true value.", table)


def _query(label: str, comparison: Any) -> Section:
    attributes = comparison.answer.attrs
    estimand = attributes["estimand"]
    text = f"{estimand[0].upper()}{estimand[1:]}."
    text += f" {about_units(attributes)}"
    if "monte_carlo_error" in attributes:
        text += f" Monte Carlo error of one draw: {attributes['monte_carlo_error']:.2g}."
    figure = comparison.plot()
    # The text above says it.
    figure.suptitle("")
    return Section(label, text, _numbers(comparison), figure)


def _numbers(comparison: Any) -> pd.DataFrame:
    """Return a row per element, or, of units, their summary."""
    if comparison.shape == "units":
        return comparison.summary.reset_index(drop=True)
    table = comparison.table.copy()
    ends = [interval(*row) for row in table[["low", "high"]].itertuples(index=False)]
    table.insert(3, f"{comparison.ci_prob:.0%} interval", ends)
    table["ess"] = [round(v) if np.isfinite(v) else v for v in table["ess"]]
    table = table.drop(columns=["low", "high"])
    return table if comparison.dims else table.reset_index(drop=True)


def _made(run: Run) -> Section:
    world = run.world
    return made_section(
        {
            "model": run.scenario.source,
            "units": world.state.units,
            "seed": run.seed,
            **method_facts(run.posterior),
            "backend of the answers": run.backend,
        },
        run.clock.seconds,
    )
