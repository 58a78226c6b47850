"""What the report of a run says, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference.equations import Equations

from ..display.formulas import equation_texts
from ..display.graph import draw_graph
from ..display.report import Chapter
from ..display.wording import interval
from ..scenario import Section
from .sampling import method_facts
from .tables import one_by_one, over_many

if TYPE_CHECKING:
    from .run import Done

__all__ = ["chapters", "data_section", "diagnostics_section", "equations_section", "made_section"]

# A parameter with more elements than this is not shown one by one.
MOST_ELEMENTS = 24


def chapters(done: Done, say: Callable[[str], None]) -> Iterator[Chapter]:
    """Yield the chapters of a scenario that was run.

    Parameters
    ----------
    done : Done
    say : callable
        Told what is being made.
    """
    scenario = done.scenario
    yield Chapter("The answers against the truth", list(_overview(done)))
    yield Chapter("The model", [_graph_section(done), equations_section(scenario.model)])
    yield Chapter("The data", [data_section(_in_order(done), scenario.roles)])
    yield Chapter("The posterior", [diagnostics_section(done.posterior), _parameters(done)])
    if scenario.sections is not None:
        found = []
        with done.clock("findings"):
            for section in scenario.sections(done.world, done.posterior):
                say(f"Finding: {section.title}")
                found.append(section)
        yield Chapter("Findings", found)
    yield Chapter("Query by query", [_query(label, c) for label, c in done.comparisons.items()])
    yield Chapter("How this was computed", [_made(done)])


def _overview(done: Done) -> Iterator[Section]:
    rows = one_by_one(done.comparisons)
    level = next((c.level for c in done.comparisons.values()), 0.9)
    if rows:
        covered = sum(row[5] for row in rows)
        yield Section(
            "One number at a time",
            f"The truth is known because the data were simulated. The {level:.0%} interval "
            f"holds it for {covered} of {len(rows)} numbers. All come from one posterior, so they "
            "are not independent: one data set cannot show calibration.",
            pd.DataFrame(
                rows,
                columns=[
                    "query",
                    "truth",
                    "mean",
                    "sd",
                    f"{level:.0%} interval",
                    "covered",
                    "bias",
                ],
            ),
        )
    rows = over_many(done.comparisons)
    if rows:
        yield Section(
            "Many elements at a time",
            "RMSE is that of the posterior means; coverage is the share of elements whose "
            f"{level:.0%} interval holds the truth.",
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


def _columns(level: float, first: str = "query") -> list[str]:
    return [first, "truth", "mean", "sd", f"{level:.0%} interval", "covered", "bias"]


def _graph_section(done: Done) -> Section:
    scenario = done.scenario
    return Section(
        "Causal graph",
        "Causes stand above their effects. The graph is read from the model's equations.",
        figure=draw_graph(scenario.model, latent=scenario.hidden, notes=scenario.roles),
    )


def _in_order(done: Done) -> Any:
    """Return the data with the columns in the order in which the model was written."""
    names = list(done.scenario.model.named_vars)
    return done.world.data[sorted(map(str, done.world.data), key=names.index)]


def equations_section(model: Any, unit: str = "unit") -> Section:
    """Return a model's equations."""
    texts = equation_texts(Equations(model, unit)).values()
    return Section("Equations", "\n".join(f"  {text}" for text in texts))


def data_section(data: Any, roles: Any, unit: str = "unit") -> Section:
    """Return a summary of the columns that are seen."""
    rows = []
    for name, column in data.items():
        values = np.asarray(column, dtype=float)
        rows.append(
            {
                "variable": str(name),
                "role": roles.get(str(name), ""),
                "not seen": int(np.isnan(values).sum()),
                "mean": np.nanmean(values),
                "sd": np.nanstd(values, ddof=1) if values.size > 1 else np.nan,
                "min": np.nanmin(values),
                "median": np.nanmedian(values),
                "max": np.nanmax(values),
            }
        )
    table = pd.DataFrame(rows)
    table = table.drop(columns=[n for n in ("role", "not seen") if not any(table[n])])
    return Section("The data", f"What the analyst sees of {data.sizes[unit]:,} units.", table)


def diagnostics_section(posterior: Any) -> Section:
    """Return whether the chains converged."""
    found, facts = posterior.diagnostics, posterior.facts
    sizes = posterior.idata["posterior"].sizes
    if facts["method"] == "laplace":
        return _of_weights(facts, sizes["chain"] * sizes["draw"])
    verdict = (
        "The chains converged."
        if found.converged
        else f"The chains did not converge, so the answers cannot be trusted yet: "
        f"{'; '.join(found.problems)}. More draws or tuning may mend it."
    )
    table = pd.DataFrame(
        [
            ("largest R-hat", found.r_hat),
            ("smallest bulk ESS", round(found.ess_bulk)),
            ("smallest tail ESS", round(found.ess_tail)),
            ("divergent transitions", found.divergences),
            ("smallest BFMI", found.bfmi),
        ],
        columns=["diagnostic", "value"],
        dtype=object,
    )
    text = f"{sizes['chain']} chains of {sizes['draw']} draws each. {verdict}"
    return Section("Diagnostics", text, table)


def _of_weights(facts: dict[str, Any], count: int) -> Section:
    rows = [
        ("k-hat of the importance weights", facts["khat"]),
        ("effective number of draws", round(facts["efficiency"] * count)),
    ]
    if "quadrature_error" in facts:
        rows.append(("error of the integrals over the latents", facts["quadrature_error"]))
    return Section(
        "Diagnostics",
        f"{count} independent draws from the normal distribution at the mode, corrected by "
        "importance weights. Were the posterior not like that distribution, k-hat would be above "
        "0.7, and there would be no answer. The error is that of the log-density, as a standard "
        "deviation over draws; below 0.1 it does not matter.",
        pd.DataFrame(rows, columns=["diagnostic", "value"], dtype=object),
    )


def _parameters(done: Done) -> Section:
    posterior = done.posterior.idata["posterior"]
    rows = []
    for name in done.scenario.parameters:
        truth = done.world.parameters[name]
        if name not in posterior:
            continue
        draws = posterior[name].transpose("chain", "draw", ...).to_numpy()
        draws = draws.reshape(-1, *draws.shape[2:])
        for index in list(np.ndindex(truth.shape))[:MOST_ELEMENTS]:
            one, true = draws[(slice(None), *index)], float(truth[index])
            low, high = np.quantile(one, [0.05, 0.95])
            label = f"{name}[{', '.join(map(str, index))}]" if index else name
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
    kind = "observed units, each with its own noise" if attributes["rung"] == 3 else "new units"
    text += f" Rung {attributes['rung']}: {kind}."
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
    table.insert(3, f"{comparison.level:.0%} interval", ends)
    table["ess"] = [round(v) if np.isfinite(v) else v for v in table["ess"]]
    table = table.drop(columns=["low", "high"])
    return table if comparison.dims else table.reset_index(drop=True)


def _made(done: Done) -> Section:
    world = done.world
    return made_section(
        {
            "model": done.scenario.source,
            "units": world.state.units,
            "seed": done.seed,
            **method_facts(done.posterior),
            "backend of the answers": done.backend,
        },
        done.clock.seconds,
    )


def made_section(facts: dict[str, Any], seconds: dict[str, float]) -> Section:
    """Return how the numbers came about."""
    rows = [*facts.items(), *((f"seconds to {n}", round(s, 2)) for n, s in seconds.items())]
    table = pd.DataFrame([(n, str(v)) for n, v in rows], columns=["what", "value"])
    return Section(
        "How this was computed", "The same seed and versions give the same numbers.", table
    )
