"""The five steps of the walkthrough, and what the reference gets wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ifonly.inference import Posterior, World
from ifonly.models.linear_walkthrough import linear_walkthrough

from ..scenario import Section
from .truth import PARAMETERS, PUBLISHED_MEANS, QUERIES, ROLES, WHAT_IFS, published

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..reports.findings import Pair

__all__ = ["sections"]

SHOWN = 10  # units of a unit-level figure or table


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield the five steps of the walkthrough, and what the reference gets wrong.

    Parameters
    ----------
    world : World
    posterior : Posterior

    Yields
    ------
    Section
    """
    from ..reports.findings import Pair

    pair = Pair(world, posterior)
    yield _skeleton()
    yield _simulated(pair)
    yield _conditioned(pair)
    yield _posteriors(pair)
    for label in WHAT_IFS:
        yield _what_if(pair, label)
    yield _two_quantities(pair)


def _skeleton() -> Section:
    from ..display.graph import draw_graph

    return Section(
        "Step 1: the skeleton",
        "`y_mu` is linear in three independent causes, and `y` is normal around it. Nothing is "
        "fixed yet: five parameters and four mechanisms are all random.",
        figure=draw_graph(linear_walkthrough(), deterministics=True, parameters=True),
    )


def _simulated(pair: Pair) -> Section:
    from ..display.graph import draw_graph

    data = pair.world.data
    table = data[list(ROLES)].to_dataframe().reset_index().head(5)
    return Section(
        "Step 2: the truth goes in with do, and data come out",
        "`pm.do` sets the five parameters to their true values: "
        + ", ".join(f"{n} = {v:g}" for n, v in PARAMETERS.items())
        + f". They are grey now, and their priors are gone. {data.sizes['unit']} units are "
        "simulated; these are the first.",
        table,
        draw_graph(linear_walkthrough(), fixed=PARAMETERS, deterministics=True, parameters=True),
    )


def _conditioned(pair: Pair) -> Section:
    import pandas as pd

    model = pair.posterior.model
    free = [v.name for v in model.free_RVs]
    rows = [(n, "observed", pair.posterior.state.units) for n in ROLES]
    rows += [(n, "to be inferred", 1) for n in PARAMETERS if n in free]
    return Section(
        "Step 3: the same skeleton, observed",
        "`pm.observe` puts the simulated columns into the skeleton of step 1, whose unit dimension "
        "grows to fit. What is left free are the parameters.",
        pd.DataFrame(rows, columns=["variable", "in this model", "values"]),
    )


def _posteriors(pair: Pair) -> Section:
    import pandas as pd

    from ..display.figures import marginals
    from ..display.wording import interval

    drawn = pair.posterior.idata["posterior"]
    sizes = drawn.sizes
    rows, covered = [], 0
    for name, truth in PARAMETERS.items():
        values = drawn[name].to_numpy()
        low, high = np.quantile(values, [0.05, 0.95])
        covered += low <= truth <= high
        rows.append((name, truth, values.mean(), values.std(ddof=1), interval(low, high)))
    return Section(
        "Step 4: the posterior finds the parameters",
        f"{sizes['chain']} chains of {sizes['draw']} draws. The 90% interval holds the true value "
        f"of {covered} of {len(rows)} parameters; on average, 4.5 of 5 would.",
        pd.DataFrame(rows, columns=["parameter", "truth", "mean", "sd", "90% interval"]),
        marginals(
            f"The 90% interval holds the truth of {covered} of {len(rows)} parameters",
            {name: {"posterior": drawn[name].to_numpy()} for name in PARAMETERS},
            PARAMETERS,
        ),
    )


def _what_if(pair: Pair, label: str) -> Section:
    import pandas as pd

    from ..display.figures import blank, finish, movement

    found = pair.compare(QUERIES[f"unit by unit, {label}"])
    mean = pair.compare(QUERIES[f"mean of each unit, {label}"])
    effect = pair.compare(QUERIES[f"average effect of {label}"]).table.iloc[0]
    rows = found.table.head(SHOWN).assign(factual=pair.world.data["y"].to_numpy()[:SHOWN])
    names = [f"unit {u}" for u in rows.index]
    figure, [[ax]] = blank(1, 1, (8.2, 0.32 * len(names) + 1.5))
    movement(ax, names, rows)
    ax.set_xlabel("y (no unit)")
    table = pd.DataFrame(
        {
            "unit": rows.index,
            "y as it was": rows["factual"].to_numpy(),
            "y, truth": rows["truth"].to_numpy(),
            "y, posterior mean": rows["mean"].to_numpy(),
            "y_mu, truth": mean.table["truth"].to_numpy()[:SHOWN],
            "y_mu, posterior mean": mean.table["mean"].to_numpy()[:SHOWN],
        }
    )
    return Section(
        f"Step 5: what if {label}",
        f"For the same units, with a, c and each unit's own noise held: over all of them y would "
        f"have moved by {effect['mean']:.3f} on average (90% interval {effect['low']:.3f} to "
        f"{effect['high']:.3f}; truth {effect['truth']:.3f}). Unit by unit the posterior mean is "
        f"off by {found.rmse:.4f} (RMSE): the noise is recovered, and only the coefficient of b is "
        "uncertain.",
        table,
        finish(figure, f"Each unit moves from where it was to where {label} would have put it"),
    )


def _two_quantities(pair: Pair) -> Section:
    import pandas as pd

    data = published()
    known = World.from_evidence(linear_walkthrough(), PARAMETERS, data)
    columns: dict[str, object] = {"unit": data.index}
    for label in WHAT_IFS:
        columns[f"{label}: the reference's figure"] = PUBLISHED_MEANS[label]
        columns[f"{label}: interventional mean"] = known.ask(QUERIES[f"mean of each unit, {label}"])
        columns[f"{label}: counterfactual"] = known.ask(QUERIES[f"unit by unit, {label}"])
    table = pd.DataFrame({n: np.asarray(v) for n, v in columns.items()})
    mean, unit = table[["b = 0: interventional mean", "b = 0: counterfactual"]].iloc[0]
    return Section(
        "What the reference gets wrong",
        "The reference is S. Khandelwal's notebook \"Counterfactual generation using pymc "
        'do-operator" (PyMC examples, 2023). It calls the posterior mean of `y_mu` a '
        "counterfactual. It is an interventional mean: what units with the same a, b and c would "
        "show on average. The "
        "unit's own noise, y - y_mu, is thrown away; a counterfactual about this unit keeps it. "
        "Here are both for the five published units, with the true parameters: for unit 0 under "
        f"b = 0 the mean is {mean:.6f} and the counterfactual {unit:.6f}. The reference's figures "
        "are near the first, as they should be, since its own posterior is a little off the truth.",
        table,
        _confusion(table),
    )


def _confusion(table: pd.DataFrame) -> Figure:
    from ..display.figures import COLOURS, TRUTH, blank, finish

    figure, axes = blank(1, 2, (9.0, 2.9))
    at = np.arange(len(table))[::-1]
    for ax, label in zip(axes.flat, WHAT_IFS, strict=True):
        for column, marker, colour in (
            ("the reference's figure", "x", "#444444"),
            ("interventional mean", "o", COLOURS[1]),
            ("counterfactual", "D", TRUTH),
        ):
            ax.plot(
                table[f"{label}: {column}"], at, ls="none", marker=marker, ms=7, mew=1.5,
                mfc="none", color=colour, label=column,
            )  # fmt: skip
        ax.set_yticks(at, [f"unit {u}" for u in table["unit"]])
        ax.set_ylim(-0.6, len(table) - 0.4)
        ax.locator_params(axis="x", nbins=6)
        ax.set_xlabel(f"y if {label} (no unit)")
    figure.legend(
        *axes.flat[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=3,
        frameon=False,
    )
    return finish(figure, "The reference answers for the average unit, not for this one")
