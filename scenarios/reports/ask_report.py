"""What the report of a question says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from ifonly.inference.validation.plots import names_as_text

from ..display.graph import draw_graph
from ..scenario import Section
from .answers import answer_table, described
from .page import Chapter, render
from .provenance import made_section, method_facts, versions
from .sections import data_section, diagnostics_section, equations_section

if TYPE_CHECKING:
    import pymc as pm
    from matplotlib.figure import Figure

    from ifonly.inference import Posterior, Query

__all__ = ["ask_report"]

INK, SHADE = "#3b6fb6", "#8a8f98"
# Elements with a name and an interval each; more are a distribution.
MOST_NAMED = 40


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
    facts = dict(made) | method_facts(posterior)
    facts |= {n: v for n, v in described(answer).items() if n != "estimand"}
    equations = equations_section(model, state.unit)
    chapters = [
        Chapter("The answer", [Section("", _words(answer, table), table, _figure(answer, table))]),
        Chapter("The model", [_graph(model, query, posterior), equations]),
        Chapter("The data", [data_section(seen, {}, state.unit)]),
        Chapter("The posterior", [diagnostics_section(posterior)]),
        Chapter("How this was computed", [made_section(facts, dict(seconds))]),
    ]
    estimand = str(answer.attrs["estimand"])
    title = f"{answer.attrs['query']} of {answer.attrs['outcome']}"
    return render(title, f"{estimand[0].upper()}{estimand[1:]}.", chapters, versions())


def _graph(model: pm.Model, query: Query, posterior: Posterior) -> Section:
    state = posterior.state
    notes = {name: "intervened on" for name, action in query.actions if action.world is None}
    notes[query.outcome] = "outcome"
    latent = [n for n in state.equations.mechanisms if n not in state.evidence.columns]
    kept = {n: note for n, note in notes.items() if state.equations.has_units(n)}
    return Section(
        "Causal graph",
        "Causes stand above their effects. The graph is read from the model's equations.",
        figure=draw_graph(model, unit=state.unit, latent=latent, notes=kept),
    )


def _words(answer: xr.DataArray, table: pd.DataFrame) -> str:
    attrs = answer.attrs
    kind = "the observed units, each with its own noise" if attrs["rung"] == 3 else "new units"
    text = f"Rung {attrs['rung']}: about {kind}."
    if len(table) == 1 and list(table.columns) == ["mean", "sd", "low", "high"]:
        row = table.iloc[0]
        text += (
            f" The posterior mean is {row['mean']:.4g}, and with a probability of 90% the value "
            f"is between {row['low']:.4g} and {row['high']:.4g}, if the model is right."
        )
    else:
        text += " Means, standard deviations and 90% intervals are those of the posterior."
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
        spread = [table["mean"] - table["low"], table["high"] - table["mean"]]
        ax.errorbar(table["mean"], rows, xerr=spread, fmt="o", ms=5, capsize=3, color=INK)
        labels = [", ".join(_label(v) for v in row) for row in table[names].to_numpy().tolist()]
        ax.set_yticks(rows, labels)
        ax.set_ylim(len(table) - 0.5, -0.5)
        ax.axvline(0, color=SHADE, lw=0.7, zorder=0)
        ax.set(xlabel=f"{outcome}: mean and 90% interval", ylabel=", ".join(names))
    ax.spines[["top", "right"]].set_visible(False)
    return figure


def _label(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
