"""What a reader asks next: the raw difference, others, who gains, doses, couplings, the fit."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference import ATE, ITE, PotentialOutcome, across_couplings, plot, set_to
from ifonly.inference.answers.shown import is_outcome, is_unit_level
from ifonly.inference.errors import IfonlyError
from ifonly.inference.graph import CausalGraph

from ..scenario import Section
from .conclusion import short
from .grounds import frame_of, treatment_of, values_asked

if TYPE_CHECKING:
    import xarray as xr

    from ifonly.inference import Posterior, Query

__all__ = ["beyond", "fit_section"]

LOW, HIGH = 0.05, 0.95
# Units beyond this many are not asked about one by one for a page.
MOST_UNITS = 20_000
# New units a draw has in the check of the fit.
REPLICATED = 300
RUNGS = 5
OTHERS = (
    "OLS is least squares: it holds the common causes by a straight line each. IPW weights each "
    "unit by how unlikely its treatment was, so that the two groups are alike. AIPW does both, and "
    "is right where one of the two is."
)


def beyond(query: Query, posterior: Posterior, answer: xr.DataArray) -> Iterator[Section]:
    """Yield the sections that follow the conclusion; what cannot be asked is left out.

    Parameters
    ----------
    query : Query
    posterior : Posterior
    answer : xr.DataArray
    """
    for make in (_beside, _who_gains, _ladder, _couplings):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the answer itself has said it
            try:
                section = make(query, posterior, answer)
            except IfonlyError:
                continue
        if section is not None:
            yield section


def _beside(query: Query, posterior: Posterior, answer: xr.DataArray) -> Section | None:
    """Return the raw difference, and what standard estimators say, beside the answer."""
    treatment, frame = treatment_of(query, posterior), frame_of(posterior)
    if treatment is None or not {treatment, query.outcome} <= set(frame) or is_outcome(answer):
        return None
    arms = _arms(query, treatment, posterior, frame)
    if arms is None or posterior.state.levels(query.outcome) is not None:
        return None  # of labels there is no mean
    frame = frame[frame[treatment].isin(arms)].reset_index(drop=True)
    frame[treatment] = (frame[treatment] == arms[0]).astype(int)
    t, y = frame[treatment], frame[query.outcome].astype(float)
    groups = y[t == 1], y[t == 0]
    raw = groups[0].mean() - groups[1].mean()
    error = np.sqrt(sum(g.var(ddof=1) / len(g) for g in groups))
    rows: list[tuple[Any, ...]] = [
        ("difference of the raw means", raw, raw - 1.645 * error, raw + 1.645 * error, "")
    ]
    rows += _others(query, posterior, treatment, frame)
    versus = getattr(query, "versus", None) or {}
    same = type(query) is ATE and set(versus) == {treatment} and not answer.dims[2:]
    if same:
        ends = np.quantile(answer, [LOW, HIGH])
        rows.insert(0, ("this model", float(answer.mean()), *map(float, ends), ""))
    table = pd.DataFrame(rows, columns=["who", "effect", "5%", "95%", "what speaks against it"])
    if not any(table["what speaks against it"]):
        table = table.drop(columns="what speaks against it")
    words = [v if isinstance(v, str) else f"{v:g}" for v in arms]
    text = (
        f"The raw difference of {query.outcome} between the units with {treatment} = {words[0]} "
        f"and those with {words[1]} is {short(raw)}. It is the effect only if nothing else tells "
        "the two groups apart; where it is far from the model's answer, the difference is what the "
        "model puts down to their common causes."
    )
    if len(rows) > 1 + same:
        text += f"\n\n{OTHERS}"
    return Section("The raw difference, and what others would say", text, table)


def _arms(
    query: Query, treatment: str, posterior: Posterior, frame: pd.DataFrame
) -> tuple[Any, Any] | None:
    """Return the two values of the treatment that are compared; None where they are not two."""
    values, asked = frame[treatment].unique(), values_asked(query, treatment, posterior)
    if len(values) == 2:
        low, high = asked[::-1] if len(asked) == 2 else sorted(values)
    elif posterior.state.levels(treatment) is not None and len(asked) == 2:
        high, low = asked
    else:
        return None
    counts = [int((frame[treatment] == v).sum()) for v in (high, low)]
    return (high, low) if min(counts) > 1 else None


def _others(
    query: Query, posterior: Posterior, treatment: str, frame: pd.DataFrame
) -> list[tuple[Any, ...]]:
    from ifonly.inference.errors import ExtraError
    from ifonly.inference.estimators import AIPW, IPW, OLS, Roles, would_say

    state = posterior.state
    graph = CausalGraph.of_equations(state.equations, list(state.evidence.columns))
    try:
        roles = Roles.of_graph(graph, treatment, query.outcome)
        made = [one(ci_prob=HIGH - LOW) for one in (OLS, IPW, AIPW)]
        table = would_say(frame, roles, estimators=made)
    except (ExtraError, IfonlyError):
        return []
    return [
        (str(name), float(row["estimate"]), float(row["low"]), float(row["high"]), row["problems"])
        for name, row in table.iterrows()
        if pd.notna(row["estimate"])
    ]


def _who_gains(query: Query, posterior: Posterior, answer: xr.DataArray) -> Section | None:
    """Return the effect on each unit, from the greatest loss to the greatest gain."""
    single = len(query.doses) == 1 and type(query).__name__ in ("ATE", "ATT", "ATU", "CATE", "ITE")
    if not single or posterior.state.units > MOST_UNITS or query.units == "new":
        return None
    if is_unit_level(answer):
        return None  # the page's first picture
    each = ITE(
        query.outcome,
        query.do,  # type: ignore[attr-defined]
        query.versus,  # type: ignore[attr-defined]
        coupling=query.coupling,
        expectation=query.expectation,
        seed=query.seed,
        summary=True,
    )
    found = posterior.ask(each)
    mean, sd = (found.sel(statistic=s).to_numpy() for s in ("mean", "sd"))
    if mean.ndim != 1:
        return None
    if float(np.ptp(mean)) < 1e-9 * max(1.0, float(abs(mean).max())):
        text = (
            "The model gives every unit the same effect, so nobody gains or loses more than others."
        )
        return Section("Who gains, who loses", text)
    up, down = float((mean - 1.645 * sd > 0).mean()), float((mean + 1.645 * sd < 0).mean())
    text = (
        f"Each unit keeps its own circumstances. {up:.0%} of the units gain and {down:.0%} lose "
        "with a probability of 95% or more; the middle unit's effect is "
        f"{short(float(np.median(mean)))}."
    )
    return Section("Who gains, who loses", text, figure=plot(found, ci_prob=0.9, title=""))


def _ladder(query: Query, posterior: Posterior, answer: xr.DataArray) -> Section | None:
    """Return the average effect along the values of a numeric treatment."""
    treatment = treatment_of(query, posterior)
    column = posterior.state.evidence.columns.get(str(treatment))
    if treatment is None or column is None or column.ndim != 1 or len(np.unique(column)) < 6:
        return None
    if len(query.doses) > 1 or is_outcome(answer) or posterior.state.levels(treatment) is not None:
        return None
    doses = np.unique(np.quantile(column, np.linspace(LOW, HIGH, RUNGS)))
    if np.issubdtype(column.dtype, np.integer):
        doses = np.unique(np.round(doses))
    ladder = ATE(query.outcome, do={treatment: [set_to(float(d)) for d in doses]}, seed=query.seed)
    found = posterior.ask(ladder).rename(dose=treatment)
    text = (
        f"The average change of {query.outcome} if every unit's {treatment} were set to the value "
        "below, against things as they were."
    )
    return Section(
        f"At other values of {treatment}", text, figure=plot(found, ci_prob=0.9, title="")
    )


def _couplings(query: Query, posterior: Posterior, answer: xr.DataArray) -> Section | None:
    """Return in words how far the answer moves with what no data can tell."""
    used = json.loads(answer.attrs.get("coupling", "{}"))
    if not used or answer.attrs.get("rung") != 3 or is_unit_level(answer):
        return None
    found = across_couplings(posterior, query).mean(("chain", "draw"))
    if found.ndim > 1:
        return None
    names = ", ".join(sorted(used))
    lead = (
        f"For {names}, which is counted or categorical, no data tell how one unit's values in two "
        "worlds hang together. "
    )
    low, high = float(found.min()), float(found.max())
    if high - low <= 1e-6 * max(1.0, abs(high)):
        return Section("What no data can tell", lead + "This answer does not depend on it.")
    each = "; ".join(
        f"{c}: {short(float(v))}" for c, v in zip(found["coupling"].to_numpy(), found, strict=True)
    )
    text = (
        lead
        + "Under every way that is known (a coupling) the answer lies between "
        + f"{short(low)} and {short(high)} ({each})."
    )
    return Section("What no data can tell", text)


def fit_section(posterior: Posterior) -> Section:
    """Return whether the fitted model gives data like those seen, mechanism by mechanism."""
    state, rows = posterior.state, []
    for name in state.equations.mechanisms:
        column = state.evidence.masked.get(name)
        if column is None or column.ndim != 1:
            continue
        values = np.ma.compressed(column).astype(float)
        size = min(REPLICATED, len(values))
        asked = PotentialOutcome(name, do={}, units="new", size=size, seed=state.seed)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                drawn = posterior.ask(asked).to_numpy().astype(float)
        except IfonlyError:
            continue
        drawn = drawn.reshape(-1, drawn.shape[-1])
        if (levels := state.levels(name)) is not None:  # of labels there is no mean, but a share
            code = int(np.bincount(values.astype(int)).argmax())
            name, values, drawn = f"{name} is {levels[code]}", values == code, drawn == code
        rows.append((name, *_checked(values, drawn, np.mean), *_checked(values, drawn, np.std)))
    columns = ["mechanism", "mean", "mean, model", "in range", "sd", "sd, model", "in range "]
    text = (
        "What the fitted model gives for as many new units (at most 300), beside what was seen: "
        "the range holds 95% of its simulated data sets. A figure outside says that the equation "
        "of that mechanism does not fit (a posterior predictive check)."
    )
    return Section("Does the model fit?", text, pd.DataFrame(rows, columns=columns))


def _checked(values: Any, drawn: Any, statistic: Any) -> tuple[float, str, bool]:
    seen, model = float(statistic(values)), statistic(drawn, axis=1)
    low, high = np.quantile(model, [0.025, 0.975])
    return seen, f"{short(low)} to {short(high)}", bool(low <= seen <= high)
