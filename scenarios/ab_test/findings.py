"""What the page of the A/B test shows: plan, adjustment, looks, guardrails, many experiments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ifonly.inference import Posterior, World
from ifonly.inference.experiments import (
    confidence_sequence,
    confidence_sequence_rule,
    cuped,
    difference,
    group_sequential,
    guardrail_table,
    harm_bounds,
    pool,
    posterior_rule,
    power,
    sample_size,
    share_harmed,
)

from ..display.wording import interval
from ..scenario import Section
from .truth import DAYS, PARAMETERS, QUERIES, SPREAD, UNITS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["sections"]

INK, WARM, SHADE = "#3b6fb6", "#c2571a", "#8a8f98"
PAST, TOP = 100, 10  # experiments, and how many of them are remembered
MARGIN = 0.05  # of staying, that can be borne


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield the plan, the adjustment, the looks, the guardrails, and many experiments.

    Parameters
    ----------
    world : World
    posterior : Posterior

    Yields
    ------
    Section
    """
    data = world.data.to_dataframe()
    yield _plan()
    yield _adjusted(data, posterior)
    yield _looks(data)
    yield _guardrails(data, posterior)
    yield _many()


def _plan() -> Section:
    effect, noise = PARAMETERS["effect"], PARAMETERS["sigma"]
    looks = group_sequential(DAYS, "obrien_fleming")
    rows = {
        "one look": (SPREAD, 1.0),
        "one look, adjusted": (noise, 1.0),
        f"{DAYS} looks, adjusted": (noise, looks.inflation(0.8)),
    }
    table = pd.DataFrame(
        [
            (n, sample_size(effect, sd, inflation=grown), power(effect, sd, UNITS / grown))
            for n, (sd, grown) in rows.items()
        ],
        columns=["analysis", "units for 80% power", f"power at {UNITS}"],
    )
    return Section(
        "The plan",
        f"How many users find an effect of {effect}, two-sided at 5%. What was known before "
        "explains half of the variance, which halves the sample; O'Brien and Fleming's bounds, "
        "which ask for strong evidence at the early looks, make daily looks cost little.",
        table,
    )


def _adjusted(data: pd.DataFrame, posterior: Posterior) -> Section:
    answer = posterior.ask(QUERIES["effect on y"])
    plain = difference(data["y"], data["treated"])
    adjusted = cuped(data["y"], data["treated"], data["before"])
    rows = [
        (n, e.estimate, e.se, interval(*e.interval(0.9)))
        for n, e in {"difference in means": plain, "CUPED": adjusted}.items()
    ]
    low, high = np.quantile(answer, [0.05, 0.95])
    rows.append(("posterior", float(answer.mean()), float(answer.std()), interval(low, high)))
    rows.append(("truth", PARAMETERS["effect"], 0.0, "–"))
    return Section(
        "With and without what was known before",
        "CUPED takes from the outcome what the measure from before predicts of it; a posterior "
        "that is conditioned on that measure does the same. "
        f"Either is like {adjusted.users_factor - 1:.0%} more users.",
        pd.DataFrame(rows, columns=["analysis", "effect", "error", "90% interval"]),
    )


def _looks(data: pd.DataFrame) -> Section:
    ends = [UNITS * k // DAYS for k in range(1, DAYS + 1)]
    ends = [e * len(data) // UNITS for e in ends]
    known = [cuped(*(data[c][:e] for c in ("y", "treated", "before"))) for e in ends]
    estimate, se = (np.array([getattr(e, n) for e in known]) for n in ("estimate", "se"))
    safe = confidence_sequence(estimate, se)
    rules = {
        "posterior of 0.95": posterior_rule(1 / np.sqrt(np.arange(1, DAYS + 1)), 0.95),
        "O'Brien and Fleming": group_sequential(DAYS, "obrien_fleming"),
        "confidence sequence": confidence_sequence_rule(np.arange(1, DAYS + 1) / DAYS),
    }
    drift = PARAMETERS["effect"] / (PARAMETERS["sigma"] * 2 / np.sqrt(UNITS))
    table = pd.DataFrame(
        [(n, r.size, r.power(drift), UNITS * r.expected(drift)) for n, r in rules.items()],
        columns=["stops by", "error without an effect", "power", "expected users"],
    )
    return Section(
        "Looking each day",
        f"The effect as it is known on each of {DAYS} days. Who stops at the first posterior "
        "probability of 0.95 errs many times as often as one look would; the others hold 5%. A "
        "confidence sequence is an interval that holds at all looks together.",
        table,
        _figure(np.array(ends), estimate, se, safe),
    )


def _figure(ends: np.ndarray, estimate: np.ndarray, se: np.ndarray, safe: pd.DataFrame) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    ax = figure.add_subplot()
    ax.fill_between(ends, safe["low"], safe["high"], color=WARM, alpha=0.18, lw=0,
                    label="95%, all looks together")  # fmt: skip
    ax.fill_between(ends, estimate - 1.96 * se, estimate + 1.96 * se, color=INK, alpha=0.28, lw=0,
                    label="95%, one look alone")  # fmt: skip
    ax.plot(ends, estimate, color=INK, lw=1.6, label="estimate")
    ax.axhline(PARAMETERS["effect"], color="#444444", lw=1.0, ls="--", label="truth")
    ax.axhline(0, color=SHADE, lw=0.8, zorder=0)
    ax.set(xlabel="users", ylabel="effect on y")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=8.5)
    return figure


def _guardrails(data: pd.DataFrame, posterior: Posterior) -> Section:
    stayed = difference(data["stayed"], data["treated"])
    verdict = guardrail_table({"stayed": (stayed.estimate, stayed.se)}, {"stayed": MARGIN})
    p0, p1 = PARAMETERS["stay"]
    low, high = harm_bounds(p0, p1)
    harmed = share_harmed(posterior, "stayed", "treated")
    means = harmed.mean([d for d in harmed.dims if d != "coupling"])
    # Under the truth: whoever would have left stays, or both outcomes are drawn anew.
    truth = {"monotone": max(0.0, p0 - p1), "independent": p0 * (1 - p1)}
    rows = [
        (str(c), float(v), truth.get(str(c), np.nan))
        for c, v in zip(means["coupling"].to_numpy(), means, strict=True)
    ]
    return Section(
        "Guardrails, and whom it harms",
        f"Staying may fall by {MARGIN}: {verdict['verdict'].iloc[0]}. Of the users, between "
        f"{low:.0%} and {high:.0%} would stay without the treatment and leave with it; where "
        "between depends on how a user's two outcomes belong together, which no data tell.",
        pd.DataFrame(rows, columns=["coupling", "share harmed", "truth"]),
    )


def _many() -> Section:
    rng = np.random.default_rng(5)
    truth = rng.normal(0.1, 0.1, PAST)
    se = rng.uniform(0.05, 0.25, PAST)
    found = pool(rng.normal(truth, se), se)
    top = found.effects.assign(truth=truth).nlargest(TOP, "estimate")
    mean, sd = found.next_effect
    return Section(
        "Many experiments",
        f"Of {PAST} past experiments the {TOP} with the largest estimates. These are too large by "
        f"{(top['estimate'] - top['truth']).mean():.2f} on average, the shrunken means by "
        f"{(top['mean'] - top['truth']).mean():.2f}. The next experiment's effect is {mean:.2f} "
        f"({sd:.2f}) before it is run; in truth they are 0.10 (0.10).",
        top.reset_index(drop=True),
    )
