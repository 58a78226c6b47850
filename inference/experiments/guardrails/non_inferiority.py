"""Guardrail metrics: not worse by more than a margin, one or several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from ...errors import QueryError, unknown
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import checked_number, checked_probability

__all__ = ["guardrail_table", "joint_power", "non_inferiority"]


def non_inferiority(estimate: float, se: float, margin: float) -> float:
    """Return the p-value of being worse by the margin or more; small says it is not.

    Parameters
    ----------
    estimate, se : float
        The effect on a metric of which more is better, and its standard error.
    margin : float
        The loss that can be borne, above 0.

    Returns
    -------
    float
        One-sided.

    Raises
    ------
    QueryError
        If margin or standard error are not positive.

    Examples
    --------
    >>> round(non_inferiority(0.0, 0.5, 1.0), 4)
    0.0228
    """
    margin = checked_number("margin, the loss that can be borne,", margin, above=0)
    estimate = checked_number("the estimate", estimate)
    se = checked_number("the standard error", se, above=0)
    return float(ndtr(-(estimate + margin) / se))


def joint_power(powers: Sequence[float]) -> float:
    """Return the probability that all guardrails pass, each with its own power, independently.

    Parameters
    ----------
    powers : sequence of float
        The power of each test alone, between 0 and 1.

    Examples
    --------
    >>> round(joint_power([0.8] * 5), 3)
    0.328
    """
    found = numbers(powers)
    if found is None or found.ndim != 1 or not len(found):
        raise QueryError(f"powers has one number a guardrail, not {shown(powers)}")
    return float(np.prod([checked_probability("power", p) for p in found]))


def guardrail_table(
    effects: Mapping[str, tuple[float, float]],
    margins: Mapping[str, float],
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Return what several guardrails say: passed, harmed, or not known.

    Parameters
    ----------
    effects : mapping of str to pair of float
        Estimate and standard error of the effect on each metric, of which more is better.
    margins : mapping of str to float
        The loss that each can bear.
    alpha : float
        The error to pass all where one is worse by its margin; and the error to call any harmed
        where none is.

    Returns
    -------
    pandas.DataFrame
        A row per metric: ``estimate``, ``low`` (its one-sided bound), ``margin``, ``p_pass``,
        ``p_harm`` (adjusted for how many there are, by Holm) and ``verdict``.

    Raises
    ------
    QueryError
        If a metric has no margin, or a margin no metric.

    Notes
    -----
    All must pass, so each is tested at `alpha` itself, without a correction: an intersection-union
    test (Berger, 1982, doi:10.1080/00401706.1982.10487790). Any harm counts, so that one is
    corrected for their number (Holm, 1979).

    Examples
    --------
    >>> table = guardrail_table({"a": (0.0, 0.1), "b": (-0.5, 0.1)}, {"a": 0.3, "b": 0.3})
    >>> table["verdict"].to_list()
    ['passed', 'harmed']
    """
    checked_probability("alpha", alpha)
    if not isinstance(effects, Mapping) or not isinstance(margins, Mapping) or not effects:
        raise QueryError(
            "there is no guardrail; give the effect on one metric or more and the margin of each, "
            'such as {"kept": (0.1, 0.2)} and {"kept": 0.5}'
        )
    for name in {**effects, **margins}:
        if name not in margins or name not in effects:
            there = list(effects if name in margins else margins)
            raise QueryError(unknown("a guardrail has an effect and a margin; not so", name, there))
    rows = {}
    for name, pair in effects.items():
        estimate, se = _pair(name, pair)
        rows[name] = {
            "estimate": estimate,
            "low": estimate + float(ndtri(alpha)) * se,
            "margin": margins[name],
            "p_pass": non_inferiority(estimate, se, margins[name]),
            "p_harm": float(ndtr(estimate / se)),
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("metric")
    table["p_harm"] = _holm(table["p_harm"].to_numpy())
    table["verdict"] = np.select(
        [table["p_harm"] <= alpha, table["p_pass"] <= alpha], ["harmed", "passed"], "not known"
    )
    return table


def _pair(name: str, given: tuple[float, float]) -> tuple[float, float]:
    found = numbers(given)
    if found is None or found.shape != (2,):
        raise QueryError(
            f"the effect on {name!r} is an estimate and a standard error, not {shown(given)}"
        )
    return float(found[0]), float(found[1])


def _holm(p: np.ndarray) -> np.ndarray:
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty_like(p)
    found[order] = np.minimum(steps, 1.0)
    return found
