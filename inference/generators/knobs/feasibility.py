"""What cannot be, refused with the region of the covariates where it fails."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import KnobError
from .expression import column_values
from .outcomes import Outcome

__all__ = ["check_confounding", "check_finite", "check_means", "region"]

Array = NDArray[np.float64]
Rows = NDArray[np.bool_]
NAMED = 3  # columns that a region names
TELLING = 0.1  # a column is named if it shuts out at least this share of the rows left
FEW = 4  # levels that are listed


def region(table: pd.DataFrame, failing: Rows) -> str:
    """Return in words which rows fail: their share, and the values that all of them have.

    Parameters
    ----------
    table : pandas.DataFrame
        The covariates.
    failing : boolean array of shape (unit,)

    Returns
    -------
    str

    Examples
    --------
    >>> table = pd.DataFrame({"age": [20, 30, 40, 50], "sex": ["f", "m", "f", "m"]})
    >>> region(table, np.array([False, False, True, True]))
    '50% of the rows (2 of 4), all with age from 40 to 50'
    """
    number = int(failing.sum())
    share = f"{number / len(failing):.1%}".replace(".0%", "%")
    words = f"{share} of the rows ({number:,} of {len(failing):,})"
    if number == len(failing):
        return f"all {number:,} rows"
    texts: list[str] = []
    left = ~failing
    for _ in range(NAMED):
        found = [_where(table[name], failing, left) for name in table]
        outside, text = max(found, key=_telling, default=(left & False, ""))
        if outside.sum() < max(1.0, TELLING * left.sum()):
            break
        texts, left = [*texts, text], left & ~outside
    return f"{words}, all with {' and '.join(texts)}" if texts else words


def _telling(found: tuple[Rows, str]) -> tuple[int, bool]:
    # Of columns that tell equally much, one that misses values is the likely cause.
    return int(found[0].sum()), found[1].endswith(" missing")


def _where(column: pd.Series, failing: Rows, left: Rows) -> tuple[Rows, str]:
    """Return which rows left have no value that a failing row has, and those values in words."""
    values, name = column_values(column), str(column.name)
    inside = values[failing]
    if values.dtype.kind == "f":
        missing = np.isnan(inside)
        if missing.all():
            return left & ~np.isnan(values), f"{name} missing"
        if missing.any():
            return left & False, ""
        low, high = inside.min(), inside.max()
        return left & ~((values >= low) & (values <= high)), _range(name, low, high)
    levels = list(dict.fromkeys(inside))
    if len(levels) > FEW:
        return left & False, ""
    return left & ~column.isin(levels).to_numpy(), f"{name} {' or '.join(map(str, levels))}"


def _range(name: str, low: float, high: float) -> str:
    return f"{name} {low:g}" if low == high else f"{name} from {low:g} to {high:g}"


def check_finite(table: pd.DataFrame, values: Array, what: str) -> None:
    """Raise a `KnobError` where something asked for is no finite number.

    Parameters
    ----------
    table : pandas.DataFrame
    values : array of shape (unit,)
    what : str
        Such as ``"the effect"``.
    """
    if (bad := ~np.isfinite(values)).any():
        raise KnobError(
            f"{what} is no finite number for {region(table, bad)}; if a column misses values "
            "there, say what holds for them: where(isnan(x), 0, x)"
        )


def check_means(table: pd.DataFrame, law: Outcome, means: tuple[Array, Array], why: str) -> None:
    """Raise a `KnobError` where the mean of a potential outcome would leave the outcome's range.

    Parameters
    ----------
    table : pandas.DataFrame
    law : Outcome
    means : pair of arrays of shape (unit,)
        E[Y(0) | x] and E[Y(1) | x].
    why : str
        What was asked for.
    """
    for t, mean in enumerate(means):
        bad = ~law.allowed(mean)
        if bad.any():
            off = np.abs(mean - np.clip(mean, law.lowest, law.highest))
            worst = mean[bad][np.argmax(off[bad])]
            raise KnobError(
                f"{why} takes the mean of Y({t}) out of the range of the outcome "
                f"({law.lowest:g} to {law.highest:g}) for {region(table, bad)}; at worst it is "
                f"{worst:.4g}; ask for less there"
            )


def check_confounding(
    table: pd.DataFrame,
    law: Outcome,
    mean: Array,
    threshold: Array,
    asked: Array,
    strength: float,
    t: int,
) -> None:
    """Raise a `KnobError` where the confounding is beyond the Fréchet limits, or beyond U's reach.

    Parameters
    ----------
    table : pandas.DataFrame
    law : Outcome
    mean, threshold, asked : array of shape (unit,)
        E[Y(t) | x], the quantile of the propensity, and the asked confounding.
    strength : float
        How strongly U moves the treatment.
    t : {0, 1}
    """
    for reach, cure in (
        (1.0, "no law of the data has it; ask for less there"),
        (
            strength,
            f"U, which moves the treatment with the strength {strength:g}, cannot make it; raise "
            "the strength or ask for less there",
        ),
    ):
        low, high = law.limits(mean, threshold, reach)
        bad = ((asked < low) | (asked > high)) & (asked != 0)
        if bad.any():
            over = np.maximum(low - asked, asked - high)
            k = int(np.argmax(np.where(bad, over, -np.inf)))
            raise KnobError(
                f"the confounding of Y({t}) is beyond its limits for {region(table, bad)}: at "
                f"worst {asked[k]:.4g} is asked where it lies from {low[k]:.4g} to {high[k]:.4g}; "
                + cure
            )
