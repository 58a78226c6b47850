"""What the report of a sandbox shows: what was asked, what is, and what blind methods find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...display.wording import number
from ...reports.page import Chapter, render
from ...reports.provenance import versions
from ...scenario import Section
from .rankings_report import ranking_section

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ifonly.inference.generators import Rankings
    from ifonly.inference.generators.knobs.verification import Verification

    from .analysis import Analysis

__all__ = ["knob_section", "knob_table", "report", "row_table"]

BARS = 40
SHOWN = 2_000  # points of a cloud


def report(
    analysis: Analysis,
    checked: Verification | None,
    seconds: dict[str, float],
    rankings: Rankings | None = None,
) -> str:
    """Return the report of a sandbox as an HTML page.

    Parameters
    ----------
    analysis : Analysis
    checked : Verification or None
        None where the packages that it needs are not installed.
    seconds : mapping of str to float
        That each step took.
    rankings : Rankings, optional
        Of estimators, over the posterior of generators.
    """
    made = analysis.sandbox
    chapters = [
        Chapter("What was asked, and what is", [knob_section(analysis)]),
        Chapter("Overlap", [overlap_section(analysis)]),
        Chapter("Effect", [effect_section(analysis)]),
        Chapter("Hidden confounding", [confounding_section(analysis)]),
    ]
    if checked is not None:
        chapters.append(
            Chapter("Found by methods that know nothing", list(blind_sections(checked)))
        )
    if rankings is not None:
        chapters.append(Chapter("Estimators on data like these", [ranking_section(rankings)]))
    chapters.append(Chapter("The rows", [_rows(analysis)]))
    chapters.append(Chapter("How this was computed", [_made(analysis, seconds)]))
    question = (
        f"Rows like those of a real table of {len(analysis.table):,} units, in which the effect of "
        f"{made.treatment} on {made.outcome}, the overlap of the two arms and the hidden "
        "confounding are chosen, so that the truth of every row is known. How well does an "
        "estimator do on data like these?"
    )
    title = f"A sandbox: the effect of {made.treatment} on {made.outcome}"
    return render(title, question, chapters, versions())


def knob_table(analysis: Analysis) -> pd.DataFrame:
    """Return the knobs: what was asked, the mean and the range of what is, the formula's error."""
    made, knobs, errors = analysis.sandbox, analysis.knobs, analysis.sandbox.errors
    values = made.truth
    effect = "follows from the learnt outcome" if knobs.effect is None else knobs.effect
    overlap = "as learnt" if knobs.overlap is None else knobs.overlap
    hidden = "none" if knobs.confounding is None else knobs.confounding
    rows = [
        ("propensity e(x)", overlap, values["e"], errors.get("alpha")),
        ("effect tau(x)", effect, values["tau"], errors.get("tau")),
        ("confounding of Y(0)", hidden, values["kappa_0"], errors["kappa_0"]),
        ("confounding of Y(1)", hidden, values["kappa_1"], errors["kappa_1"]),
    ]
    return pd.DataFrame(
        [
            (name, _text(asked), v.mean(), v.min(), v.max(), np.nan if off is None else off)
            for name, asked, v, off in rows
        ],
        columns=["what", "asked", "mean", "least", "greatest", "formula error"],
    )


def _text(asked: Any) -> str:
    if hasattr(asked, "figure"):
        return f"{asked.figure} = {asked.target:g}"
    if callable(asked) and not hasattr(asked, "text"):
        return f"the function {getattr(asked, '__name__', 'given')}"
    return str(getattr(asked, "text", asked))


def knob_section(analysis: Analysis) -> Section:
    """Return the knobs in words and as a table."""
    figures = analysis.sandbox.figures
    text = [
        "The formula error is the greatest difference, over all rows, between what was asked and "
        "what the structural equations imply; it is rounding alone. The population has "
        f"{len(analysis.sandbox):,} rows, of which {len(analysis.drawn.rows):,} were drawn."
    ]
    if analysis.knobs.effect is None:
        text.append(
            "The mode is faithful: the mean of the outcome in each arm is as learnt, and the "
            "effect is what the confounding leaves of the contrast."
        )
    else:
        text.append(
            "The mode is specified: the effect is as asked, and E[Y | x] is as learnt. The "
            "contrast between the arms then differs from the learnt one by "
            f"{number(figures['cost_mean'])} on average, {number(figures['cost_rms'])} as root "
            "mean square: that is the cost in realism."
        )
    if abs(figures["shift"]) > 1e-12:
        text.append(
            f"The realised log density ratio is the asked one plus {number(figures['shift'])} "
            "everywhere: two densities integrate to one, so that the prevalence and the level of "
            "the ratio cannot both be chosen, and the prevalence was kept."
        )
    return Section("The knobs", "\n\n".join(text), knob_table(analysis))


def overlap_section(analysis: Analysis) -> Section:
    from ...display.figures import COLOURS, blank, finish

    figures, drawn = analysis.sandbox.figures, analysis.drawn
    figure, [[ax]] = blank(1, 1, (7.4, 3.0))
    e, t = drawn.truth["e"], drawn.rows[analysis.sandbox.treatment]
    edges = np.linspace(e.min(), e.max() + 1e-12, BARS)
    for arm, label in ((0, "not treated"), (1, "treated")):
        ax.hist(e[t == arm], edges, density=True, alpha=0.55, color=COLOURS[arm + 1], label=label)
    ax.set_xlabel("true propensity e(x)")
    ax.set_ylabel("density")
    ax.legend(frameon=False)
    title = f"A treated unit has the higher propensity in {figures['auc']:.0%} of pairs"
    return Section(
        "",
        f"{figures['prevalence']:.1%} are treated. AUC of the true propensity "
        f"{figures['auc']:.4f} (0.5: random), common area of the two densities "
        f"{figures['overlap']:.4f} (1: equal), effective share of the sample under inverse "
        f"weights {figures['ess']:.4f}.",
        figure=finish(figure, title),
    )


def effect_section(analysis: Analysis) -> Section:
    from ...display.figures import COLOURS, blank, finish

    made, figures = analysis.sandbox, analysis.sandbox.figures
    figure, axes = blank(1, 2, (8.8, 3.0))
    left, right = axes.flat
    _histogram(left, made.means.effect, COLOURS[1])
    left.set_xlabel(f"tau(x), in units of {made.outcome}")
    left.set_ylabel("rows of the population")
    _histogram(right, made.means.cost, COLOURS[2])
    right.set_xlabel(f"cost in realism, in units of {made.outcome}")
    raw = analysis.drawn.rows.groupby(made.treatment)[made.outcome].mean()
    return Section(
        "",
        f"The average effect is {number(figures['ate'])}, on the treated "
        f"{number(figures['att'])}. The raw contrast of the drawn rows is "
        f"{number(float(raw.get(1, np.nan) - raw.get(0, np.nan)))}. On the right, how far the "
        "contrast between the arms given x is from the learnt one.",
        figure=finish(figure, f"The effect averages {number(figures['ate'])}"),
    )


def _histogram(ax: Axes, values: Any, colour: str) -> None:
    spread = np.ptp(values)
    middle = float(np.mean(values))
    wide = max(abs(middle), 1.0) * 0.05
    ends = (values.min(), values.max()) if spread > 1e-9 else (middle - wide, middle + wide)
    ax.hist(values, BARS, range=ends, color=colour, alpha=0.75)
    ax.locator_params(axis="x", nbins=5)


def confounding_section(analysis: Analysis) -> Section:
    from ...display.figures import COLOURS, blank, finish

    made, drawn = analysis.sandbox, analysis.drawn
    t, u = drawn.rows[made.treatment], drawn.truth["u"]
    figure, axes = blank(1, 2, (8.8, 3.0))
    left, right = axes.flat
    edges = np.linspace(-3.5, 3.5, BARS)
    for arm, label in ((0, "not treated"), (1, "treated")):
        left.hist(u[t == arm], edges, density=True, alpha=0.55, color=COLOURS[arm + 1], label=label)
        kappa = made.confounding[arm]
        order = np.argsort(made.means.effect + 0.0 * kappa, kind="stable")[
            :: max(1, len(kappa) // SHOWN)
        ]
        right.plot(
            made.propensity.values[order], kappa[order], ".", ms=3, alpha=0.5,
            color=COLOURS[arm + 1], label=f"Y({arm})",
        )  # fmt: skip
    left.set_xlabel("latent confounder U")
    left.set_ylabel("density")
    left.legend(frameon=False)
    right.set_xlabel("propensity e(x)")
    right.set_ylabel(f"kappa, in units of {made.outcome}")
    right.legend(frameon=False, markerscale=3)
    return Section(
        "",
        f"U moves the treatment with the strength {made.strength:g}: it is higher among the "
        "treated with the same x. How much it moves the outcome is what the asked confounding "
        "needs. Adjusting for x and U leaves nothing hidden; the analyst has x alone.",
        figure=finish(figure, "Left: U in the two arms. Right: the confounding it makes"),
    )


def blind_sections(checked: Verification) -> Iterator[Section]:
    figures = checked.figures
    yield Section(
        "Overlap, effect and confounding",
        "The whole population was drawn anew and given to methods that see the table alone. "
        "Boosted trees estimate the log density ratio of the two arms: their mean square error "
        f"is {number(figures['alpha_mse'])}. Rows are put into groups of like asked effect and "
        "confounding, and each group's mean is found from its own potential outcomes; over the "
        "groups, the root mean square error is "
        f"{figures['effect_z']:.2f} (effect), {figures['confounding_0_z']:.2f} and "
        f"{figures['confounding_1_z']:.2f} (confounding of Y(0) and Y(1)) standard errors, where 1 "
        "is what chance alone gives.",
        figure=_agreement(checked),
    )
    table = checked.oracle.reset_index()
    table["off, in errors"] = (table["found"] - table["truth"]) / table["error"]
    yield Section(
        "The oracle",
        "Doubly robust averages of the effect. Adjusting for nothing or for x alone is biased "
        "where confounding was asked for; adjusting for x and U is not.",
        table,
    )


def _agreement(checked: Verification) -> Figure:
    from ...display.figures import COLOURS, blank, finish

    figure, axes = blank(2, 2, (8.8, 6.2))
    names = {
        "ratio": "log density ratio",
        "effect": "effect",
        "confounding_0": "confounding of Y(0)",
        "confounding_1": "confounding of Y(1)",
    }
    for ax, (name, label) in zip(axes.flat, names.items(), strict=True):
        table = getattr(checked, name)
        ax.errorbar(
            table["asked"], table["found"], 2 * table["error"], fmt="o", ms=4, capsize=2,
            color=COLOURS[1],
        )  # fmt: skip
        low, high = table["asked"].min(), table["asked"].max()
        ax.axline(((low + high) / 2,) * 2, slope=1, color="#444444", lw=0.9)
        if high - low < 1e-9:
            ax.set_xlim(low - max(0.1, abs(low)) / 2, high + max(0.1, abs(high)) / 2)
        ax.set_xlabel(f"asked {label}")
        ax.set_ylabel("found, ± 2 errors")
        ax.locator_params(nbins=5)
    return finish(figure, "What is found lies on the line of what was asked")


def _rows(analysis: Analysis) -> Section:
    drawn, table, generator = analysis.drawn.rows, analysis.table.copy(), analysis.generator
    for column in (generator.treatment_column, generator.outcome_column):
        if column is not None:  # drawn as numbers, also where the table has levels
            table[column.name] = column.numbers(table[column.name])
    return Section(
        "",
        "Real rows beside drawn ones. Treatment and outcome differ as far as the knobs ask for it; "
        "the covariates do not.",
        row_table(table, drawn),
    )


def row_table(table: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """Return means and deviations of each drawn column beside the real one.

    Parameters
    ----------
    table, drawn : pandas.DataFrame
        Real rows, and drawn ones with some of the columns of `table`.

    Returns
    -------
    pandas.DataFrame
        A row for each column of `drawn`; of texts the share of the commonest, which "of which"
        names.
    """
    rows = []
    for name in drawn:
        real, new = table[name], drawn[name]
        if pd.api.types.is_numeric_dtype(real) and pd.api.types.is_numeric_dtype(new):
            figures = [real.mean(), new.mean(), real.std(), new.std()]
            rows.append((name, "", *map(float, figures)))
        else:
            level = real.mode().iloc[0]
            shares = [float((c == level).mean()) for c in (real, new)]
            rows.append((name, f"share of {level}", *shares, np.nan, np.nan))
    columns = ["column", "of which", "mean, real", "mean, drawn", "sd, real", "sd, drawn"]
    found = pd.DataFrame(rows, columns=columns)
    return found if found["of which"].any() else found.drop(columns="of which")


def _made(analysis: Analysis, seconds: dict[str, float]) -> Section:
    law = analysis.sandbox.law
    scale = f", scale {number(float(law.scale))}" if law.kind != "bernoulli" else ""
    rows = [
        ("law of the outcome", law.kind.replace("_", " ") + scale),
        ("strength of U", f"{analysis.sandbox.strength:g}"),
        ("seed", str(analysis.seed)),
        *((f"seconds to {n}", f"{s:.1f}") for n, s in seconds.items()),
    ]
    return Section(
        "",
        "Covariates are drawn from a mixture learnt from the table, the two mechanisms from "
        "regressions of their own. The same seed and versions give the same rows.",
        pd.DataFrame(rows, columns=["what", "value"]),
    )
