"""The practical checklist of the recommendation funnel, as checks that the program makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from ifonly.inference import World
from ifonly.models.recommendation_funnel import recommendation_funnel

from ..display.graph import causal_graph, draw_graph
from ..reports.findings import Pair
from ..scenario import Section
from .population import generated
from .truth import ALL, EACH_LEVER_NEW, PARAMETERS, QUALITY, QUERIES, ROLES, VALUE

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["checklist"]

Check = tuple[bool | None, str]  # the verdict (None: no program can say), and the figure behind it
# Two equal distributions differ by more once in a thousand pairs of samples of n: Smirnov's bound.
SMIRNOV = 1.95 * np.sqrt(2.0)
# Noise that is independent of the parents correlates more once in 16 000 columns.
STANDARD_ERRORS = 4.0
BEYOND = 0.05  # share of shifted rows that may lie outside the inner 98% of what was observed


def checklist(pair: Pair) -> Section:
    """Return the checklist: what is checked, the verdict, and the figure behind it."""
    checks: dict[str, Callable[[Pair], Check]] = {
        "the causal graph is stated": _graph_stated,
        "the noise can be recovered": _noise_recoverable,
        "the fitted noise is independent of the causes": _noise_independent,
        "generated data are like the observed data": _like_the_data,
        "every answer names its estimand": _estimands_named,
        "the intervention stays within the support": _within_support,
        "a prospective validation is planned": _validation,
    }
    rows = []
    for name, check in checks.items():
        verdict, figure = check(pair)
        word = {True: "holds", False: "does not hold", None: "yours to do"}[verdict]
        rows.append((name, word, figure))
    held = sum(word == "holds" for _, word, _ in rows)
    return Section(
        "12. The checklist, checked",
        f"{held} of {len(rows)} hold. The last is for no program to tick: it says what an "
        "experiment would have to find, and how large it would have to be.",
        pd.DataFrame(rows, columns=["check", "verdict", "figure"]),
        draw_graph(recommendation_funnel(), fixed=[QUALITY], notes=ROLES),
    )


def _graph_stated(pair: Pair) -> Check:
    import networkx as nx

    graph = causal_graph(recommendation_funnel())
    stated = nx.is_directed_acyclic_graph(graph) and set(ALL) <= set(graph)
    return stated, f"{len(ALL)} mechanisms, {graph.number_of_edges()} arrows, no circle"


def _noise_recoverable(pair: Pair) -> Check:
    again = World.from_evidence(recommendation_funnel(), PARAMETERS, pair.world.data)
    error = max(float(abs(again.noise[n] - pair.world.noise[n]).max()) for n in ALL)
    return error < 1e-9, f"recovered from the data to {error:.0e} with the true parameters"


def _noise_independent(pair: Pair) -> Check:
    drawn = pair.posterior.idata["posterior"].to_dataset()
    means = {n: drawn[n].mean(("chain", "draw")).to_numpy() for n in PARAMETERS}
    noise = World.from_evidence(recommendation_funnel(), means, pair.world.data).noise
    graph = causal_graph(recommendation_funnel())
    # A regression leaves no correlation with the causes themselves: look at squares, for a curve
    # or a spread that the equations do not have.
    found = {}
    for name in ALL:
        for cause in graph.predecessors(name):
            column = pair.world.data[cause]
            found[f"noise of {name} with {cause} squared"] = noise[name], column**2
            found[f"squared noise of {name} with {cause}"] = noise[name] ** 2, column
    sizes = {text: abs(_correlation(*columns)) for text, columns in found.items()}
    worst = max(sizes, key=lambda text: sizes[text])
    bound = STANDARD_ERRORS / np.sqrt(noise.sizes["unit"])
    text = f"largest correlation {sizes[worst]:.3f} ({worst}); bound {bound:.3f}"
    return sizes[worst] < bound, text


def _like_the_data(pair: Pair) -> Check:
    from scipy.stats import ks_2samp

    made, data = generated(pair).data, pair.world.data
    found = {n: float(ks_2samp(made[n], data[n]).statistic) for n in ALL}
    worst = max(found, key=lambda n: found[n])
    bound = SMIRNOV / np.sqrt(data.sizes["unit"])
    text = f"largest distance of distribution functions {found[worst]:.3f} ({worst})"
    return found[worst] < bound, f"{text}; bound {bound:.3f}"


def _estimands_named(pair: Pair) -> Check:
    queries = [*QUERIES.values(), EACH_LEVER_NEW]
    answers = [pair.answer(query) for query in queries]
    named = all(a.attrs["estimand"] and a.attrs["rung"] and a.attrs["units"] for a in answers)
    rungs = sorted({int(a.attrs["rung"]) for a in answers})
    return named, f"{len(answers)} answers, of rungs {' and '.join(map(str, rungs))}"


def _within_support(pair: Pair) -> Check:
    quality = pair.world.data[QUALITY]
    low, high = quality.quantile([0.01, 0.99])
    shifted = quality + 0.5
    share = float(((shifted < low) | (shifted > high)).mean())
    text = f"{share:.1%} of the shifted rows lie outside the inner 98% of what was observed"
    return share <= BEYOND, f"{text}; bound {BEYOND:.0%}"


def _validation(pair: Pair) -> Check:
    found = pair.compare(QUERIES["mean row-level effect of quality +0.5"]).table.iloc[0]
    sd = float(pair.world.data[VALUE].std())
    each = int(np.ceil(2 * (1.96 + 0.84) ** 2 * (sd / found["low"]) ** 2))
    text = f"expect {found['mean']:.3f} ({found['low']:.3f} to {found['high']:.3f}); {each} users "
    return None, f"{text} in each arm show it with 80% power at the 5% level"


def _correlation(a: xr.DataArray, b: xr.DataArray) -> float:
    return float(np.corrcoef(a.to_numpy(), b.to_numpy())[0, 1])
