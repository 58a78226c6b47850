"""What the columns of an experiment's table are: read, and checked, before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ifonly.inference.errors import DataError, QueryError, unknown
from ifonly.inference.inputs.arms import control_of
from ifonly.inference.inputs.ci_prob import takes_ci_prob

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Plan", "arms_of", "metrics"]


@takes_ci_prob
@dataclass(frozen=True)
class Plan:
    """What the columns of an experiment's table are.

    Attributes
    ----------
    arm, outcome : str
    before : tuple of str
        Numbers from before the assignment.
    strata, cluster, time : str, optional
        Labels of strata; of what was assigned as a whole; when a unit's outcome came.
    control, treated : str, optional
        The two arms that are compared, where their names do not say so.
    shares : tuple of float, optional
        Of the arms as planned, in the order of their names; by default equal.
    guardrails : mapping of str to float
        Further metrics, and the loss that each can bear; negative where less is better.
    ci_prob : float
        Of intervals.
    """

    arm: str
    outcome: str
    before: tuple[str, ...] = ()
    strata: str | None = None
    cluster: str | None = None
    time: str | None = None
    control: str | None = None
    treated: str | None = None
    shares: tuple[float, ...] | None = None
    guardrails: Mapping[str, float] | None = None
    ci_prob: float = 0.95


def arms_of(data: pd.DataFrame, plan: Plan) -> tuple[dict[str, int], tuple[str, str]]:
    """Return how many units each arm has, and which two are compared.

    Parameters
    ----------
    data : pandas.DataFrame
    plan : Plan

    Raises
    ------
    DataError
        If a column does not exist, a unit's arm or cluster is not known, or no two arms are named.
    QueryError
        If a column is given twice, an arm is compared with itself, or there is not one share an
        arm.
    """
    _check_columns(data, plan)
    column = data[plan.arm]
    if gone := int(column.isna().sum()):
        raise DataError(
            f"the arm {plan.arm!r} is missing for {gone} of {len(data)} units; find out in which "
            "arm they were"
        )
    counts = {str(k): int(v) for k, v in column.astype(str).value_counts().sort_index().items()}
    if len(counts) < 2:
        raise DataError(
            f"all units are in one arm, {next(iter(counts))!r}; there is nothing to compare with"
        )
    if plan.shares is not None and len(plan.shares) != len(counts):
        raise QueryError(
            f"shares has {len(plan.shares)} numbers for {len(counts)} arms: {', '.join(counts)}"
        )
    for given in (plan.control, plan.treated):
        if given is not None and given not in counts:
            raise DataError(unknown(f"{plan.arm!r} has no arm", given, counts))
    control = plan.control
    if control is None:
        control = control_of([n for n in counts if n != plan.treated])
    others = [k for k in counts if k != control]
    treated = plan.treated if plan.treated is not None else others[0]
    if plan.treated is None and len(others) > 1:
        raise DataError(
            f"there are {len(counts)} arms: {', '.join(counts)}; name the one to compare with "
            f"{control!r} by --treated"
        )
    if control == treated:
        raise QueryError(f"control and treated are both {control!r}; they are two arms")
    return counts, (control, treated)


def _check_columns(data: pd.DataFrame, plan: Plan) -> None:
    single = {"arm": plan.arm, "outcome": plan.outcome, "strata": plan.strata,
              "cluster": plan.cluster, "time": plan.time}  # fmt: skip
    named = [(role, n) for role, n in single.items() if n is not None]
    named += [("covariate", n) for n in plan.before]
    named += [("guardrail", n) for n in (plan.guardrails or {})]
    for role, name in named:
        if name not in data:
            raise DataError(unknown(f"the {role} is the column", name, map(str, data)))
    taken: dict[str, str] = {}
    for role, name in named:
        if name in taken and {role, taken[name]} & {"arm", "outcome"}:
            raise QueryError(f"the column {name!r} is given as {taken[name]} and as {role}")
        taken[name] = role
    if data.empty:
        raise DataError("the table has no rows")
    if plan.cluster is not None and (gone := int(data[plan.cluster].isna().sum())):
        raise DataError(
            f"the cluster {plan.cluster!r} is missing for {gone} of {len(data)} units; find out "
            "with whom they were assigned, or leave them out"
        )


def metrics(names: Sequence[str]) -> dict[str, float]:
    """Return guardrails from ``name:margin`` texts.

    Raises
    ------
    QueryError
        If a text is none.

    Examples
    --------
    >>> metrics(["revenue:0.5", "latency:-3"])
    {'revenue': 0.5, 'latency': -3.0}
    """
    found = {}
    for text in names:
        name, _, margin = text.rpartition(":")
        if name in found:
            raise QueryError(f"the guardrail {name!r} is given twice; give one margin")
        try:
            found[name] = float(margin)
        except ValueError:
            found[name] = float("nan")
        if not name or not math.isfinite(found[name]):
            raise QueryError(f"a guardrail is NAME:MARGIN, such as revenue:0.5, not {text!r}")
    return found
