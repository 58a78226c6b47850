"""Reading an experiment's table: whether it can be trusted, what it says, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference.errors import DataError, QueryError
from ifonly.inference.experiments import (
    ArmEffect,
    SampleRatio,
    balance,
    confidence_sequence,
    cuped,
    detectable_effect,
    difference,
    guardrail_table,
    post_stratified,
    sample_ratio,
)
from ifonly.inference.inputs.scalars import checked_probability

from .advice import advice
from .looks import looks_of
from .plan import Plan, arms_of
from .reading import ExperimentReading

__all__ = ["read_experiment"]


def read_experiment(data: pd.DataFrame, plan: Plan) -> ExperimentReading:
    """Return what an experiment's table says, and what to do next.

    Parameters
    ----------
    data : pandas.DataFrame
        A row per unit.
    plan : Plan

    Returns
    -------
    ExperimentReading

    Raises
    ------
    DataError
        If a column does not exist, a value is missing, there is one arm, the outcome does not
        vary, a cluster is in both arms, or there is one time.
    QueryError
        If the plan has no meaning.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"arm": ["a", "b"] * 500, "y0": rng.normal(size=1_000)})
    >>> frame["y"] = frame["y0"] + 0.3 * (frame["arm"] == "b") + 0.5 * rng.normal(size=1_000)
    >>> found = read_experiment(frame, Plan("arm", "y", before=("y0",)))
    >>> found.compared, list(found.effects)
    (('a', 'b'), ['nothing', 'y0'])
    """
    checked_probability("ci_prob", plan.ci_prob)
    arms, compared = arms_of(data, plan)
    ratio = _ratio(data, plan, arms)
    kept = data[data[plan.arm].astype(str).isin(compared)]
    sorted_rows = False
    if plan.time is not None:
        order = looks_of(kept[plan.time], plan.time)
        sorted_rows = bool((np.diff(order) < 0).any())
    arm = (kept[plan.arm].astype(str) == compared[1]).to_numpy().astype(int)
    effects = _effects(kept, arm, plan, plan.outcome)
    primary = list(effects.values())[-1]
    sequence = None if plan.time is None else _sequence(kept, arm, plan)
    alpha = 1 - plan.ci_prob
    last = sequence
    if last is None:
        last = confidence_sequence([primary.estimate], [primary.se], alpha)
    safe = (float(last["low"].iloc[-1]), float(last["high"].iloc[-1]))
    # The spread that units of a plain comparison would have for an error like this one.
    spread = primary.se * len(kept) ** 0.5 / 2
    detectable = detectable_effect(spread, len(kept), alpha=alpha)
    clusters = None if plan.cluster is None else kept[plan.cluster].value_counts()
    found = ExperimentReading(
        plan, arms, compared, ratio, _balance(kept, arm, plan), effects,
        _guardrails(kept, arm, plan), sequence, safe, detectable, clusters, sorted_rows, (),
    )  # fmt: skip
    return replace(found, advice=advice(found))


def _ratio(data: pd.DataFrame, plan: Plan, arms: Mapping[str, int]) -> SampleRatio:
    counts = list(arms.values())
    if plan.cluster is not None:  # what was drawn by lot are the clusters
        first = data.astype({plan.arm: str}).groupby(plan.cluster)[plan.arm].first()
        counts = [int((first == k).sum()) for k in arms]
    return sample_ratio(counts, plan.shares)


def _balance(data: pd.DataFrame, arm: NDArray[np.int64], plan: Plan) -> pd.DataFrame | None:
    columns = [*plan.before, *([plan.strata] if plan.strata else [])]
    if not columns:
        return None
    frame = data[columns].copy()
    if plan.strata:
        frame[plan.strata] = frame[plan.strata].astype(str)
    return balance(frame.reset_index(drop=True), arm, columns)


def _covariates(data: pd.DataFrame, plan: Plan) -> NDArray[np.float64] | None:
    """Return what was known before: covariates, and an indicator for each stratum but one."""
    parts = []
    for name in plan.before:
        if not pd.api.types.is_numeric_dtype(data[name]):
            raise DataError(
                f"the column {name!r} holds no numbers; give it as strata, or recode it as numbers"
            )
        parts.append(data[name].to_numpy(dtype=float)[:, None])
    if plan.strata is not None:
        if data[plan.strata].isna().any():
            raise DataError(f"the stratum {plan.strata!r} is missing for some units; label those")
        dummies = pd.get_dummies(data[plan.strata].astype(str), drop_first=True, dtype=float)
        if dummies.shape[1]:
            parts.append(dummies.to_numpy())
    return np.hstack(parts) if parts else None


def _effects(
    data: pd.DataFrame, arm: NDArray[np.int64], plan: Plan, outcome: str
) -> dict[str, ArmEffect]:
    """Return the effects by what they are adjusted for; the last for all that is given."""
    if not pd.api.types.is_numeric_dtype(data[outcome]):
        raise DataError(f"the column {outcome!r} holds no numbers; recode it, such as yes as 1")
    y = data[outcome].to_numpy(dtype=float)
    cluster = None if plan.cluster is None else data[plan.cluster]
    found = {"nothing": difference(y, arm, cluster=cluster)}
    if plan.strata is not None and not plan.before and cluster is None:
        return found | {plan.strata: post_stratified(y, arm, data[plan.strata])}
    covariates = _covariates(data, plan)
    if covariates is not None:
        names = [*plan.before, *([plan.strata] if plan.strata else [])]
        found[", ".join(names)] = cuped(y, arm, covariates, cluster=cluster)
    return found


def _guardrails(data: pd.DataFrame, arm: NDArray[np.int64], plan: Plan) -> pd.DataFrame | None:
    if not plan.guardrails:
        return None
    effects, margins = {}, {}
    for name, margin in plan.guardrails.items():
        if margin == 0:
            raise QueryError(f"the guardrail {name!r} has a margin of 0; give the loss it can bear")
        sign = 1.0 if margin > 0 else -1.0
        effect = list(_effects(data, arm, plan, name).values())[-1]
        effects[name], margins[name] = (sign * effect.estimate, effect.se), abs(margin)
    return guardrail_table(effects, margins, alpha=1 - plan.ci_prob)


def _sequence(data: pd.DataFrame, arm: NDArray[np.int64], plan: Plan) -> pd.DataFrame:
    """Return the effect as it was known at each look, with intervals that hold at all of them."""
    assert plan.time is not None
    codes = looks_of(data[plan.time], plan.time)
    order = np.argsort(codes, kind="stable")
    rows: list[tuple[Any, int, float, float]] = []
    ends = np.searchsorted(codes[order], np.unique(codes), side="right")
    for end in ends:
        some = order[:end]
        if np.bincount(arm[some], minlength=2).min() < LEAST:
            continue
        try:
            known = _effects(data.iloc[some], arm[some], plan, plan.outcome)
        except DataError:  # too little is known yet; the last look has passed already
            continue
        effect = list(known.values())[-1]
        rows.append((data[plan.time].iloc[some[-1]], int(end), effect.estimate, effect.se))
    if not rows:
        raise DataError(f"no time of {plan.time!r} has {LEAST} units in each arm; leave --time out")
    table = pd.DataFrame(rows, columns=["time", "units", "estimate", "se"])
    safe = confidence_sequence(table["estimate"], table["se"], 1 - plan.ci_prob)
    return pd.concat([table, safe.reset_index(drop=True)], axis=1)


# Fewer in an arm are no large sample, for which the sequence holds.
LEAST = 20
