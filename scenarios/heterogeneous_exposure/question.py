"""Findings 1 and 2: the causal question, and the data before any effect is estimated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ifonly.inference import CausalGraph, PotentialOutcome
from ifonly.inference.experiments import balance
from ifonly.inference.graph import back_door
from ifonly.models.heterogeneous_exposure import heterogeneous_exposure

from ..display.figures import COLOURS, MUTED, blank, finish
from ..display.graph import draw_graph
from ..scenario import Section
from .analyses import Analyses
from .truth import COVARIATES, ROLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PROPENSITY", "sections"]

MEANINGS = {
    "baseline_intent": "how much the user means to buy anyway (standard score)",
    "power_segment": "1 for a power user, 0 for a standard one",
    "seasonality_score": "how much the week favours buying (standard score)",
    "prior_value": "value of the weeks before (currency)",
    "exposure": "1 where the recommendation was shown",
    "weekly_value": "value of the week after (currency)",
}
# The chance of exposure of each unit: the mean of exposure given its causes, as things were.
PROPENSITY = PotentialOutcome("exposure", do={}, expectation=True)
SMALL = 0.1  # standardised differences below are customarily called small
HEADS = {
    "mean_0": "mean, unexposed", "mean_1": "mean, exposed", "variance_ratio": "ratio of variances",
}  # fmt: skip


def sections(found: Analyses) -> Iterator[Section]:
    """Yield findings 1 and 2."""
    yield _question()
    yield _assignment(found)


def _question() -> Section:
    model = heterogeneous_exposure()
    graph = CausalGraph.of(model, list(ROLES))
    needs = back_door(graph, "exposure", "weekly_value")
    rows = [(name, role, MEANINGS[name]) for name, role in ROLES.items()]
    return Section(
        "1. The causal question",
        "What does `exposure` do to `weekly_value`, on average and for each user? The effect may "
        "differ with intent and segment, which are its modifiers. By the graph "
        f"{needs}: with these held, no back-door path is open, so that the comparison of exposed "
        "and unexposed users is causal (back-door adjustment). This assumes that nothing else "
        "drives both exposure and value; no data can tell that.",
        pd.DataFrame(rows, columns=["variable", "role", "what it is"]),
        draw_graph(model, notes=ROLES),
    )


def _assignment(found: Analyses) -> Section:
    data = found.data
    table = balance(data, data["exposure"], list(COVARIATES))
    size = table["difference"].abs().to_numpy()
    worst = int(size.argmax())
    return Section(
        "2. The data, and who is exposed",
        f"{len(data):,} users, of whom {data['exposure'].mean():.1%} are exposed; "
        f"{_missing(data)}. Before exposure the two groups differ already: "
        f"{(size > SMALL).sum()} of {len(table)} covariates by more than {SMALL:g} standard "
        f"deviations, `{COVARIATES[worst]}` by {size[worst]:.2f}. `z` is that difference over what "
        "a draw by lot would give, where 2 is rare; the ratio of variances is that of the exposed "
        "over the unexposed. So exposure is not by lot: who was likely to spend more was likely to "
        "be exposed.",
        table.rename(columns=HEADS).reset_index(names="covariate"),
        _groups(found),
    )


def _missing(data: pd.DataFrame) -> str:
    lacking = int(data.isna().to_numpy().sum())
    return f"{lacking:,} values are missing" if lacking else "no value is missing"


def _groups(found: Analyses) -> Figure:
    data, arm = found.data, found.data["exposure"].to_numpy() == 1
    figure, axes = blank(1, len(COVARIATES) + 1, (11.5, 2.7))
    chance = found.linear.answer(PROPENSITY).mean(("chain", "draw")).to_numpy()
    columns = {**{n: data[n].to_numpy() for n in COVARIATES}, "chance of exposure": chance}
    for ax, (name, values) in zip(axes.flat, columns.items(), strict=True):
        binary = len(np.unique(values)) == 2
        bins = np.arange(-0.5, 2) if binary else np.linspace(values.min(), values.max(), 25)
        for part, colour, label in ((~arm, COLOURS[0], "unexposed"), (arm, COLOURS[1], "exposed")):
            ax.hist(
                values[part], bins, density=True, histtype="stepfilled", alpha=0.35, color=colour,
                edgecolor=colour, label=label,
            )  # fmt: skip
        ax.set_xlabel(name, fontsize=8.5)
        ax.set_yticks([])
        ax.spines["left"].set_color(MUTED)
        if binary:
            ax.set_xticks([0, 1])
    figure.legend(
        *axes.flat[0].get_legend_handles_labels(),
        loc="outside lower center", ncols=2, frameon=False, fontsize=9,
    )  # fmt: skip
    return finish(figure, "The exposed had more of everything before they were exposed")
