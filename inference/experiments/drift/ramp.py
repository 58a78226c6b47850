"""Ramp-up: a share treated that rises over time, and Simpson's paradox when it is pooled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from ...errors import DataError
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.columns import read_columns
from ...inputs.scalars import checked_probability

__all__ = ["ramp_up"]


@takes_ci_prob
def ramp_up(
    data: Any, *, outcome: str, arm: str, period: str, ci_prob: float = 0.95
) -> pd.DataFrame:
    """Return the effect when periods are pooled, within each period, and over periods.

    Parameters
    ----------
    data : pandas.DataFrame, xarray.Dataset or mapping
        A row per unit.
    outcome, arm, period : str
        Columns; the arm is 0 or 1, and the period any label.
    ci_prob : float
        Probability of the intervals.

    Returns
    -------
    pandas.DataFrame
        Rows ``pooled``, which is confounded by time where shares change; ``within``, the effects of
        the periods weighed by their units, which is not; and one for each period. Columns
        ``effect``, ``se``, ``low``, ``high``, ``units`` and ``share`` treated. The attribute
        ``reversed`` says whether pooled and within differ in sign, each beyond its interval.

    Raises
    ------
    DataError
        If columns are missing, the arm is not 0 or 1, a period lacks an arm (which must then be
        left out: it says nothing of the effect), or the outcome does not vary.
    QueryError
        If `ci_prob` is no probability.

    Notes
    -----
    Crook, Frasca, Kohavi and Longbotham (2009), doi:10.1145/1557019.1557139, pitfall 4.

    Examples
    --------
    >>> data = {"y": [1, 2, 3, 5], "t": [0, 0, 1, 1], "day": ["Fri"] * 4}
    >>> table = ramp_up(data, outcome="y", arm="t", period="day")
    >>> table["effect"].to_list()
    [2.5, 2.5, 2.5]
    """
    z = norm.ppf((1 + checked_probability("ci_prob", ci_prob)) / 2)
    frame = read_columns(data, [outcome, arm, period], "ramp_up is asked of the column")
    y, group = frame[outcome], frame[arm]
    if y.dtype.kind not in "biuf" or not group.isin([0, 1]).all():
        raise DataError(f"{outcome!r} holds numbers, and {arm!r} 0 and 1; these do not")
    if y.nunique() == 1:
        raise DataError(f"{outcome!r} is the same for all units; there is nothing to compare")
    rows: dict[Any, dict[str, float]] = {}
    for label, part in frame.groupby(period, sort=True):
        counts = part[arm].value_counts()
        for k in (0, 1):
            if counts.get(k, 0) < 2:
                raise DataError(
                    f"the period {label!r} has {int(counts.get(k, 0))} units of arm {k}, so it "
                    "says nothing of the effect; leave it out, or join it with the next"
                )
        rows[label] = _apart(part[outcome], part[arm])
    table = pd.DataFrame(rows).T
    weight = table["units"] / table["units"].sum()
    within = {
        "effect": (weight * table["effect"]).sum(),
        "se": np.sqrt((weight**2 * table["se"] ** 2).sum()),
        "units": len(frame),
        "share": group.mean(),
    }
    table = pd.concat([pd.DataFrame({"pooled": _apart(y, group), "within": within}).T, table])
    table["low"], table["high"] = (table["effect"] + s * z * table["se"] for s in (-1, 1))
    both = table.loc[["pooled", "within"]]
    sure = bool(((both["low"] > 0) | (both["high"] < 0)).all())
    table.attrs["reversed"] = sure and bool(np.prod(np.sign(both["effect"])) < 0)
    return table[["effect", "se", "low", "high", "units", "share"]]


def _apart(y: pd.Series, arm: pd.Series) -> dict[str, float]:
    one, zero = y[arm == 1].astype(float), y[arm == 0].astype(float)
    se = np.sqrt(one.var() / len(one) + zero.var() / len(zero))
    return {
        "effect": one.mean() - zero.mean(),
        "se": se,
        "units": len(y),
        "share": float(arm.mean()),
    }
