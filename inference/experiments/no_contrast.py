"""Where the data hold no contrast: regions of the covariates in which hardly anybody is in one arm.

A decision tree of the treatment is grown, and from its root down the first node in which one arm is
all but absent is a region. It is described in the columns' own units, so that a reader sees whose
effects the data cannot tell.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta

from ..errors import AssumptionWarning, DataError, unknown
from ..inputs.columns import names_of
from ..inputs.optional import load
from ..inputs.scalars import checked_probability, positive_whole

__all__ = ["Region", "no_contrast", "warn_of_no_contrast"]

EXTRA = "estimators"
DEPTH = 4  # conditions that a description has at most
CHANCE = 0.05  # of naming a region that has contrast, over all nodes together
MOST_DIGITS = 17

# A column of the tree, with what the values of it are called where it is one of zeros and ones.
type _Column = tuple[str, Any]
type _Cut = tuple[_Column, bool, float]


@dataclass(frozen=True, eq=False)
class Region:
    """A region of the covariates where one arm is all but absent.

    Attributes
    ----------
    where : str
        Its description, such as ``"age > 60 and plan = 'b'"``.
    units, treated : int
        How many units are in it, and how many of these are treated.
    inside : boolean array of shape (unit,)
        Which.
    """

    where: str
    units: int
    treated: int
    inside: NDArray[np.bool_]

    def __str__(self) -> str:
        return f"of {self.units} units with {self.where}, {self.treated} are treated"


def no_contrast(
    data: pd.DataFrame,
    treatment: str,
    covariates: Sequence[str],
    *,
    rare: float = 0.05,
    least: int = 20,
) -> tuple[Region, ...]:
    """Return the regions of the covariates where the data hold no contrast, the largest first.

    Parameters
    ----------
    data : pandas.DataFrame
        A row per unit.
    treatment : str
        Its column, 0 or 1.
    covariates : sequence of str
        Numbers, or categories.
    rare : float
        An arm with a smaller share than this is all but absent.
    least : int
        Units that a region has at least.

    Returns
    -------
    tuple of Region
        Disjoint; of at most four conditions each. Empty where both arms are everywhere, as far as
        so many units can tell.

    Raises
    ------
    DataError
        If a column does not exist or lacks values, or the treatment is not 0 and 1.
    QueryError
        If `rare` is no probability.
    ExtraError
        If scikit-learn is not installed.

    Notes
    -----
    A node is a region if, by the Beta posterior of its rarer arm's share (Jeffreys' prior), that
    share is below `rare` with a probability of at least 95 %, corrected for the number of nodes
    (Bonferroni). The tree: Breiman et al. (1984), doi:10.1201/9781315139470. Describing the units
    without overlap by a tree: Traskin and Small (2011), doi:10.1007/s12561-011-9036-3.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 400)
    >>> t = np.where(x > 0.6, 1, 1 - np.arange(400) % 2)
    >>> [region] = no_contrast(pd.DataFrame({"x": x, "t": t}), "t", ["x"])
    >>> print(region)
    of 160 units with x > 0.6, 160 are treated
    """
    checked_probability("rare", rare)
    size = positive_whole("least", least, DataError)
    treated = _treated(data, treatment)
    columns = _columns(data, covariates)
    matrix = np.column_stack(list(columns.values())) if columns else np.zeros((len(data), 0))
    if not columns or treated.all() or not treated.any():
        raise DataError(
            f"contrast is looked for between units with {treatment} = 0 and 1 along covariates; "
            "give units of both, and at least one covariate"
        )
    kind = load("sklearn.tree", EXTRA).DecisionTreeClassifier
    tree = kind(criterion="entropy", max_depth=DEPTH, min_samples_leaf=size, random_state=0)
    grown = tree.fit(matrix, treated).tree_
    level = 1 - CHANCE / grown.node_count
    found = [
        Region(_words(cuts, matrix, list(columns)), int(inside.sum()), int(treated[inside].sum()),
               inside)
        for cuts, inside in _first(grown, matrix, treated, list(columns), (rare, level))
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda region: -region.units))


def warn_of_no_contrast(
    data: pd.DataFrame, treatment: str, covariates: Sequence[str], **options: Any
) -> tuple[Region, ...]:
    """Return the regions that `no_contrast` finds, and warn of each.

    Parameters
    ----------
    data, treatment, covariates, **options
        As for `no_contrast`.

    Returns
    -------
    tuple of Region

    Raises
    ------
    DataError, QueryError, ExtraError
        As by `no_contrast`.

    Warns
    -----
    AssumptionWarning
        For each region: effects there come from the model's equations alone.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 400)
    >>> warn_of_no_contrast(pd.DataFrame({"x": x, "t": np.arange(400) % 2}), "t", ["x"])
    ()
    """
    found = no_contrast(data, treatment, covariates, **options)
    for region in found:
        warnings.warn(
            f"no contrast: {region}; an effect there comes from the model's equations, not from a "
            "comparison of units. Ask of the others (TrimmedATE, or where=), or say so",
            AssumptionWarning,
            stacklevel=2,
        )
    return found


def _treated(data: pd.DataFrame, treatment: str) -> NDArray[np.bool_]:
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"contrast is looked for in a pandas DataFrame, not {type(data).__name__}")
    [treatment] = names_of([treatment], "the treatment is")
    if treatment not in data:
        raise DataError(unknown("the treatment is", treatment, map(str, data)))
    values = data[treatment].to_numpy() if data.columns.is_unique else np.zeros((0, 2), object)
    if values.dtype.kind not in "biuf" or not np.isin(values, (0, 1)).all():
        raise DataError(f"the treatment {treatment!r} is 0 or 1 for each unit; code it so")
    return np.asarray(values == 1)


def _columns(data: pd.DataFrame, covariates: Sequence[str]) -> dict[_Column, NDArray[np.float64]]:
    """Return the columns that the tree cuts: numbers, and one of 0 and 1 for each category."""
    found: dict[_Column, NDArray[np.float64]] = {}
    for name in names_of(covariates, "a covariate is"):
        if name not in data:
            raise DataError(unknown("a covariate is", name, map(str, data)))
        column = data[name]
        if column.ndim > 1:
            raise DataError(f"the data have the column {name!r} twice; drop one")
        if not all(isinstance(v, Hashable) for v in column):
            raise DataError(
                f"the column {name!r} holds lists; give one number or text for each unit"
            )
        if lacking := int(column.isna().sum()):
            raise DataError(f"{lacking} of {len(data)} units have no {name!r}; leave those out")
        levels = column.unique()
        if column.dtype.kind == "c" or (column.dtype.kind == "f" and np.isinf(column).any()):
            raise DataError(f"the column {name!r} has infinite or complex values; leave those out")
        if pd.api.types.is_numeric_dtype(column.dtype) and len(levels) > 2:
            found[name, None] = column.to_numpy(dtype=float)
        else:
            # Of two levels one column is enough; it is called after the second.
            for level in sorted(levels, key=str)[len(levels) == 2 :]:
                found[name, level] = (column == level).to_numpy(dtype=float)
    return found


def _first(
    tree: Any,
    matrix: NDArray[np.float64],
    treated: NDArray[np.bool_],
    columns: list[_Column],
    limits: tuple[float, float],
) -> Iterator[tuple[list[_Cut], NDArray[np.bool_]]]:
    """Yield, from the root down, the first nodes in which an arm is all but absent."""
    rare, level = limits
    todo: list[tuple[int, list[_Cut], NDArray[np.bool_]]] = [(0, [], np.ones(len(treated), bool))]
    while todo:
        node, cuts, inside = todo.pop()
        of_one, units = treated[inside].sum(), inside.sum()
        fewer = min(of_one, units - of_one)
        if beta.ppf(level, fewer + 0.5, units - fewer + 0.5) < rare:
            yield cuts, inside
        elif tree.children_left[node] >= 0:
            place, at = int(tree.feature[node]), float(tree.threshold[node])
            below = matrix[:, place].astype(np.float32) <= at  # as scikit-learn compares
            for child, side in ((tree.children_left, True), (tree.children_right, False)):
                cut = (columns[place], side, at)
                todo.append((int(child[node]), [*cuts, cut], inside & (below == side)))


def _words(cuts: list[_Cut], matrix: NDArray[np.float64], columns: list[_Column]) -> str:
    """Return the conditions of a node, the tightest of each column and side."""
    ends: dict[tuple[_Column, bool], float] = {}
    for column, below, at in cuts:
        known = ends.get((column, below), at)
        ends[column, below] = min(known, at) if below else max(known, at)
    texts = []
    for (name, level), below in sorted(ends, key=lambda end: columns.index(end[0])):
        values = matrix[:, columns.index((name, level))]
        if level is not None:
            sign = "is not" if below else "="
            texts.append(f"{name} {sign} {_plain(level)}")
        else:
            at = ends[(name, level), below]
            texts.append(f"{name} {'<=' if below else '>'} {_rounded(at, values)}")
    return " and ".join(texts) or "any covariates"


def _plain(level: Any) -> str:
    return repr(level.item() if hasattr(level, "item") else level)


def _rounded(at: float, values: NDArray[np.float64]) -> str:
    """Return a threshold in as few digits as tell the same units apart, of three or more."""
    for digits in range(3, MOST_DIGITS):
        text = f"{at:.{digits}g}"
        if ((values <= float(text)) == (values.astype(np.float32) <= at)).all():
            return text
    return repr(at)
