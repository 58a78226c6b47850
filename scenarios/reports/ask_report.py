"""What the report of a question says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from ifonly.inference import QueryError, plot
from ifonly.inference.answers.shown import is_outcome, texts
from ifonly.inference.validation.plots import names_as_text, with_intervals

from ..scenario import Section
from .answers import HIGH, LOW, answer_table, described
from .beyond import beyond, fit_section
from .conclusion import conclusion, done
from .grounds import graph_section
from .page import Chapter, render
from .provenance import made_section, method_facts, versions
from .sections import (
    about_units,
    data_section,
    diagnostics_section,
    equations_section,
    parameters_section,
)

if TYPE_CHECKING:
    import pymc as pm
    from matplotlib.figure import Figure

    from ifonly.inference import Posterior, Query

__all__ = ["ask_report"]

INK, SHADE = "#3b6fb6", "#8a8f98"
# Elements with a name and an interval each; more are a distribution.
MOST_NAMED = 40
ENDS = {"low": f"{LOW:.0%}", "high": f"{HIGH:.0%}"}


def ask_report(
    made: Mapping[str, str],
    model: pm.Model,
    query: Query,
    posterior: Posterior,
    answer: xr.DataArray,
    seconds: Mapping[str, float],
) -> str:
    """Return the report of one answer as an HTML page.

    Parameters
    ----------
    made : mapping of str to str
        What it was made from, by name.
    model : pm.Model
        The user's own.
    query : Query
    posterior : Posterior
    answer : xarray.DataArray
    seconds : mapping of str to float
        That each step took.
    """
    state = posterior.state
    table = answer_table(answer)
    columns = state.evidence.dataset(state.unit)
    seen = columns[[n for n, v in columns.items() if v.ndim == 1]]
    labels = {str(n): v for n in seen if (v := state.levels(str(n))) is not None}
    facts = dict(made) | method_facts(posterior)
    facts |= {n: v for n, v in described(answer).items() if n != "estimand"}
    chapters = [
        Chapter("The conclusion", [_conclusion(query, posterior, answer, table)]),
        Chapter("What it rests on", [graph_section(model, query, posterior)]),
        Chapter("What one asks next", list(beyond(query, posterior, answer))),
        Chapter(
            "The numbers", [Section("", _words(answer), table.rename(columns=ENDS))], folded=True
        ),
        Chapter("Does the model fit?", [fit_section(posterior)], folded=True),
        Chapter("The equations", [_alone(equations_section(state.model, state.unit))], folded=True),
        Chapter("The data", [data_section(seen, {}, state.unit, labels)], folded=True),
        Chapter(
            "The parameters",
            [diagnostics_section(posterior), parameters_section(posterior)],
            folded=True,
        ),
        Chapter("How to reproduce it", [_alone(made_section(facts, dict(seconds)))], folded=True),
    ]
    title = (
        f"What {query.outcome} would be" if is_outcome(answer) else f"The effect on {query.outcome}"
    )
    return render(title, _question(query, answer), [c for c in chapters if c.sections], versions())


def _alone(section: Section) -> Section:
    """Return the section without a title: the chapter's says it."""
    return replace(section, title="")


def _question(query: Query, answer: xr.DataArray) -> str:
    """Return what was asked, in plain words."""
    do = "; or ".join(done(d) for d in query.doses[:5])
    versus = "" if is_outcome(answer) else f", rather than {done(getattr(query, 'versus', None))}"
    return f"What would {query.outcome} be with {do}{versus}?"


def _conclusion(
    query: Query, posterior: Posterior, answer: xr.DataArray, table: pd.DataFrame
) -> Section:
    problems = answer.attrs["problems"]
    text = conclusion(query, answer)
    if problems:
        warned = (
            f"The draws are few ({problems}), so the ends of intervals are rough."
            if answer.attrs["converged"]
            else f"The sampler did not converge ({problems}), so what follows cannot be "
            "trusted yet."
        )
        text = f"{warned}\n\n{text}"
    try:
        figure = plot(answer, ci_prob=0.9, title="")
    except QueryError:  # a shape that no single picture shows
        figure = _figure(answer, table)
    return Section("", text, figure=figure)


def _words(answer: xr.DataArray) -> str:
    attrs = answer.attrs
    estimand = str(attrs["estimand"])
    text = f"{attrs['query']} of {attrs['outcome']}: {estimand}. {about_units(attrs)}"
    if "monte_carlo_error" in attrs:
        text += f" Monte Carlo error of one draw: {attrs['monte_carlo_error']:.2g}."
    return text


@names_as_text()
def _figure(answer: xr.DataArray, table: pd.DataFrame) -> Figure:
    from matplotlib.figure import Figure

    outcome = str(answer.attrs["outcome"])
    names = [c for c in table.columns if c not in ("mean", "sd", "low", "high")]
    if not names or len(table) > MOST_NAMED:
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        ax = figure.add_subplot()
        values = answer.to_numpy().ravel() if not names else table["mean"].to_numpy()
        ax.hist(values[np.isfinite(values)], bins=50, color=INK, alpha=0.75)
        ax.set(xlabel=outcome, ylabel="posterior draws" if not names else "posterior means")
    else:
        figure = Figure(figsize=(6.4, 1.2 + 0.32 * len(table)), layout="constrained")
        ax = figure.add_subplot()
        rows = np.arange(len(table))
        with_intervals(ax, table["mean"], rows, (table["low"], table["high"]), ms=5, color=INK)
        columns = [texts(table[name].to_numpy()) for name in names]
        labels = [", ".join(row) for row in zip(*columns, strict=True)]
        ax.set_yticks(rows, labels)
        ax.set_ylim(len(table) - 0.5, -0.5)
        ax.axvline(0, color=SHADE, lw=0.7, zorder=0)
        ax.set(xlabel=f"{outcome}: mean and 90% interval", ylabel=", ".join(names))
    ax.spines[["top", "right"]].set_visible(False)
    return figure
