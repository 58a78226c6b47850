"""The smallest complete tour: one linear model, from its graph to two what-ifs about each unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ifonly.inference import ATE, Counterfactual, Posterior, PotentialOutcome, World, scale, set_to

from .scenario import Scenario, Section

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from .display.findings import Pair

__all__ = ["PARAMETERS", "PUBLISHED_MEANS", "QUERIES", "published", "scenario"]

PARAMETERS = {
    "beta_y0": 0.0,
    "beta_ay": 1.5,
    "beta_by": 0.7,
    "beta_cy": 0.3,
    "sigma_y": 0.2,
}
ZERO, FIVEFOLD = {"b": set_to(0.0)}, {"b": scale(5.0)}
WHAT_IFS = {"b = 0": ZERO, "b = 5 x observed": FIVEFOLD}
QUERIES = {
    "unit by unit, b = 0": Counterfactual("y", do=ZERO),
    "unit by unit, b = 5 x observed": Counterfactual("y", do=FIVEFOLD),
    "mean of each unit, b = 0": PotentialOutcome("y_mu", do=ZERO),
    "mean of each unit, b = 5 x observed": PotentialOutcome("y_mu", do=FIVEFOLD),
    "average effect of b = 0": ATE("y", do=ZERO),
    "average effect of b = 5 x observed": ATE("y", do=FIVEFOLD),
}
# The first five of the reference's hundred units; the other 95 were never published.
FIRST_FIVE = {
    "a": [0.168609, -0.654816, 0.330262, -0.919746, -0.527499],
    "b": [0.965789, 0.045357, 0.955123, -0.629055, 0.046205],
    "c": [-1.583881, -1.119634, -0.115252, 1.350298, -0.387889],
    "y": [0.615137, -1.397617, 0.939636, -1.482930, -1.003153],
}
# The reference's posterior means of y_mu for these units, from its own hundred.
PUBLISHED_MEANS = {
    "b = 0": [-0.257788, -1.374868, 0.473174, -0.973051, -0.938561],
    "b = 5 x observed": [3.090282, -1.217631, 3.784268, -3.153777, -0.778383],
}
SHOWN = 10  # units of a unit-level figure or table


def published() -> pd.DataFrame:
    """Return the five units that the reference prints, out of its hundred.

    Returns
    -------
    pandas.DataFrame
        Columns a, b, c and y, to six decimals.

    Examples
    --------
    >>> published().shape
    (5, 4)
    """
    import pandas as pd

    return pd.DataFrame(FIRST_FIVE)


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
    from .display.findings import Pair

    pair = Pair(world, posterior)
    yield _skeleton()
    yield _simulated(pair)
    yield _conditioned(pair)
    yield _posteriors(pair)
    for label in WHAT_IFS:
        yield _what_if(pair, label)
    yield _two_quantities(pair)


def _skeleton() -> Section:
    from .display.graph import draw_graph

    return Section(
        "Step 1: the skeleton",
        "`y_mu` is linear in three independent causes, and `y` is normal around it. Nothing is "
        "fixed yet: five parameters and four mechanisms are all random.",
        figure=draw_graph(scenario.model, deterministics=True, parameters=True),
    )


def _simulated(pair: Pair) -> Section:
    from .display.graph import draw_graph

    data = pair.world.data
    table = data[list(scenario.roles)].to_dataframe().reset_index().head(5)
    return Section(
        "Step 2: the truth goes in with do, and data come out",
        "`pm.do` sets the five parameters to their true values: "
        + ", ".join(f"{n} = {v:g}" for n, v in PARAMETERS.items())
        + f". They are grey now, and their priors are gone. {data.sizes['unit']} units are "
        "simulated; these are the first.",
        table,
        draw_graph(scenario.model, fixed=PARAMETERS, deterministics=True, parameters=True),
    )


def _conditioned(pair: Pair) -> Section:
    import pandas as pd

    model = pair.posterior.model
    free = [v.name for v in model.free_RVs]
    rows = [(n, "observed", pair.posterior.state.units) for n in scenario.roles]
    rows += [(n, "to be inferred", 1) for n in PARAMETERS if n in free]
    return Section(
        "Step 3: the same skeleton, observed",
        "`pm.observe` puts the simulated columns into the skeleton of step 1, whose unit dimension "
        "grows to fit. What is left free are the parameters.",
        pd.DataFrame(rows, columns=["variable", "in this model", "values"]),
    )


def _posteriors(pair: Pair) -> Section:
    import pandas as pd

    from .display.figures import marginals
    from .display.wording import interval

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

    from .display.figures import blank, finish, movement

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
    known = World.from_evidence(scenario.model, PARAMETERS, data)
    columns: dict[str, object] = {"unit": data.index}
    for label in WHAT_IFS:
        columns[f"{label}: the reference's figure"] = PUBLISHED_MEANS[label]
        columns[f"{label}: interventional mean"] = known.ask(QUERIES[f"mean of each unit, {label}"])
        columns[f"{label}: counterfactual"] = known.ask(QUERIES[f"unit by unit, {label}"])
    table = pd.DataFrame({n: np.asarray(v) for n, v in columns.items()})
    mean, unit = table[["b = 0: interventional mean", "b = 0: counterfactual"]].iloc[0]
    return Section(
        "What the reference gets wrong",
        "The reference calls the posterior mean of `y_mu` a counterfactual. It is an "
        "interventional mean: what units with the same a, b and c would show on average. The "
        "unit's own noise, y - y_mu, is thrown away; a counterfactual about this unit keeps it. "
        "Here are both for the five published units, with the true parameters: for unit 0 under "
        f"b = 0 the mean is {mean:.6f} and the counterfactual {unit:.6f}. The reference's figures "
        "are near the first, as they should be, since its own posterior is a little off the truth.",
        table,
        _confusion(table),
    )


def _confusion(table: pd.DataFrame) -> Figure:
    from .display.figures import COLOURS, TRUTH, blank, finish

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


scenario = Scenario(
    name="linear_walkthrough",
    title="The do-operator, step by step, in one linear model",
    question="One outcome has three causes. With the parameters learnt from 100 units: what would "
    "each of these units have shown if b had been 0, and if b had been five times what it was? "
    "The model is small enough to check every number by hand.",
    source="ifonly.models.linear_walkthrough:linear_walkthrough",
    parameters=PARAMETERS,
    roles={"a": "cause", "b": "treatment", "c": "cause", "y": "outcome"},
    queries=QUERIES,
    units=100,
    published=published,
    sections=sections,
)
