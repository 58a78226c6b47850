"""Guardrail metrics: not worse by more than a margin, one or several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from ...errors import QueryError, unknown
from ...inputs.numbers import checked_number, checked_probability

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
    for name, value in (("estimate", estimate), ("se", se), ("margin", margin)):
        checked_number(name, value)
    if not margin > 0:
        raise QueryError(f"margin is the loss that can be borne, above 0, not {margin!r}")
    if not se > 0:
        raise QueryError(f"the standard error is above 0, not {se!r}")
    return float(ndtr(-(estimate + margin) / se))


def joint_power(powers: Sequence[float]) -> float:
    """Return the probability that all guardrails pass, each with its own power, independently.

    Parameters
    ----------
    powers : sequence of float

    Examples
    --------
    >>> round(joint_power([0.8] * 5), 3)
    0.328
    """
    if not len(powers):
        raise QueryError("powers has one number a guardrail, and there is none")
    return float(np.prod([checked_probability("power", p) for p in powers]))


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
    for what, given in (("effects", effects), ("margins", margins)):
        if not isinstance(given, Mapping):
            raise QueryError(f"{what} is a mapping from metrics, not {given!r}")
    if not effects:
        raise QueryError("there is no guardrail; give the effect on one metric or more")
    for name in {**effects, **margins}:
        if name not in margins or name not in effects:
            there = list(effects if name in margins else margins)
            raise QueryError(unknown("a guardrail has an effect and a margin; not so", name, there))
    rows = {}
    for name, pair in effects.items():
        try:
            estimate, se = pair
        except (TypeError, ValueError):
            raise QueryError(
                f"the effect on {name!r} is an estimate and its standard error, not {pair!r}"
            ) from None
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


def _holm(p: np.ndarray) -> np.ndarray:
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty_like(p)
    found[order] = np.minimum(steps, 1.0)
    return found
