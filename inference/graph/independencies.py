"""Independencies that a graph implies, and whether the data contradict them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..inputs.columns import read_columns
from ..inputs.optional import load
from ..inputs.scalars import checked_probability
from .causal import CausalGraph, check_graph
from .regression import encoded, residuals, standardised
from .separators import minimal_separators

__all__ = ["Independence", "check_independencies", "implied_independencies"]

# A variable of up to this many values is conditioned on level by level, else by a spline.
MOST_LEVELS = 10
# A regression has at most so many columns, or a fiftieth of the rows: more would overfit.
MOST_COLUMNS = 200
ROWS_PER_COLUMN = 50
# If the products of all columns are too many, those of the variables alone are used, which are few
# and need fewer rows.
ROWS_PER_PRODUCT = 5


@dataclass(frozen=True)
class Independence:
    """Two variables that are independent once others are held.

    Attributes
    ----------
    x, y : str
    given : frozenset of str
    """

    x: str
    y: str
    given: frozenset[str] = frozenset()

    def __str__(self) -> str:
        held = f" | {', '.join(sorted(self.given))}" if self.given else ""
        return f"{self.x} ⊥ {self.y}{held}"


def implied_independencies(graph: CausalGraph) -> tuple[Independence, ...]:
    """Return one independence for each pair of observed variables that some set separates.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.

    Returns
    -------
    tuple of Independence
        Each with a smallest separating set. Without latents these imply all others of the graph
        [1]_.

    References
    ----------
    .. [1] Pearl (2009), Causality, 2nd ed., section 1.2. doi:10.1017/CBO9780511803161

    Examples
    --------
    >>> graph = CausalGraph.of_edges([("a", "b"), ("b", "c")])
    >>> [str(i) for i in implied_independencies(graph)]
    ['a ⊥ c | b']
    """
    check_graph(graph)
    found = []
    for x, y in combinations(graph.ordered(graph.observed), 2):
        if graph.dag.has_edge(x, y) or graph.dag.has_edge(y, x):
            continue
        if sets := minimal_separators(graph.dag, x, y, graph.observed):
            found.append(Independence(x, y, sets[0]))
    return tuple(found)


def check_independencies(graph: CausalGraph, data: Any, *, level: float = 0.05) -> pd.DataFrame:
    """Return a test of each independence that the graph implies, the most contradicted first.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    data : pandas.DataFrame, xarray.Dataset or mapping
        One column of shape (unit,) per observed variable; text columns are categories.
    level : float
        Probability, if the graph is right, that any of its implications is called contradicted.

    Returns
    -------
    pandas.DataFrame
        Columns: x, y, given, correlation (of what is left of both once `given` is regressed out;
        the largest, for categories), statistic (chi-squared), df, p, p_holm (corrected for the
        number of tests, Holm 1979) and contradicted.

    Raises
    ------
    DataError
        If an observed variable has no column, or one that has gaps or infinite values; or if two
        variables have too many categories for the number of units.
    QueryError
        If `level` is no probability.
    ExtraError
        If the extra ``estimators`` is not installed.

    Notes
    -----
    The generalised covariance measure [1]_: x and y are each regressed on `given` (levels,
    splines and their products), and the products of the residuals must average zero. It holds for
    variables of any type, and detects a dependence only if that average is not zero. With few units
    only products of the variables themselves are used, so that an interaction of another shape may
    count as a contradiction.

    References
    ----------
    .. [1] Shah and Peters (2020), Annals of Statistics 48, 1514-1538. doi:10.1214/19-AOS1857

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a, c = rng.normal(size=(2, 500))
    >>> graph = CausalGraph.of_edges([], nodes=["a", "c"])
    >>> bool(check_independencies(graph, {"a": a, "c": a + c})["contradicted"].all())
    True
    """
    check_graph(graph)
    checked_probability("level", level)
    frame = _columns(graph, data)
    rows = [_test(i, graph, frame) for i in implied_independencies(graph)]
    names = ["x", "y", "given", "correlation", "statistic", "df", "p"]
    table = pd.DataFrame(rows, columns=names)
    table = table.sort_values("p", kind="stable", ignore_index=True)
    # Holm (1979), Scand. J. Statist. 6, 65-70: the smallest of m p values counts m times.
    corrected = (table["p"] * np.arange(len(table), 0, -1)).clip(upper=1.0).cummax()
    return table.assign(p_holm=corrected, contradicted=corrected <= level)


def _columns(graph: CausalGraph, data: Any) -> pd.DataFrame:
    """Return the graph's observed columns as a frame, or raise a `DataError`."""
    names = graph.ordered(graph.observed)
    missing = [n for n in names if isinstance(data, Container) and n not in data]
    if missing:
        raise DataError(
            f"the data have no column {', '.join(map(repr, missing))}; a variable without one is "
            "latent: read the graph with the data, CausalGraph.of(model, data)"
        )
    frame = read_columns(data, names, "the graph has the variable")
    if not len(frame):
        raise DataError("the data have no rows")
    return frame


def _test(implied: Independence, graph: CausalGraph, frame: pd.DataFrame) -> list[Any]:
    from scipy.stats import chi2

    held = _basis(frame, graph.ordered(implied.given), graph)
    left = [
        residuals(_line(frame[n], n in graph.categorical), held) for n in (implied.x, implied.y)
    ]
    width = left[0].shape[1] * left[1].shape[1]
    if width > max(1, len(frame) // ROWS_PER_PRODUCT):
        raise DataError(
            f"the categories of {implied.x!r} and {implied.y!r} make {width} conditions of their "
            f"independence, too many for {len(frame)} units; merge rare categories, or leave the "
            "variable out of the graph"
        )
    product = (left[0][:, :, None] * left[1][:, None, :]).reshape(len(frame), -1)
    mean = product.mean(axis=0)
    spread = np.cov(product, rowvar=False, ddof=0).reshape(len(mean), -1)
    df = int(np.linalg.matrix_rank(spread))
    statistic = float(len(frame) * mean @ np.linalg.pinv(spread, hermitian=True) @ mean)
    scale = np.outer(left[0].std(axis=0), left[1].std(axis=0)).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = mean / scale
    largest = correlation[np.argmax(np.abs(correlation))]
    given = ", ".join(graph.ordered(implied.given))
    p = float(chi2.sf(statistic, df)) if df else 1.0
    return [implied.x, implied.y, given, largest, statistic, df, p]


def _basis(frame: pd.DataFrame, names: Sequence[str], graph: CausalGraph) -> NDArray[np.float64]:
    """Return what the regressions stand on: levels or splines, and products of two variables'."""
    blocks = []
    for name in names:
        column = frame[name]
        text = not pd.api.types.is_numeric_dtype(column)
        if text or name in graph.categorical or column.nunique() <= MOST_LEVELS:
            blocks.append(standardised(encoded(column, categorical=True).to_numpy()))
        else:
            preprocessing = load("sklearn.preprocessing", "estimators")
            spline = preprocessing.SplineTransformer(
                n_knots=5, knots="quantile", include_bias=False
            )
            blocks.append(spline.fit_transform(column.to_numpy(dtype=float)[:, None]))
    pairs = _products(blocks)
    constant = np.ones((len(frame), 1))
    width = sum(b.shape[1] for b in blocks)
    most = min(MOST_COLUMNS, len(frame) // ROWS_PER_COLUMN)
    if width + sum(p.shape[1] for p in pairs) > most:
        pairs = _products([_line(frame[n], n in graph.categorical) for n in names])
        fits = width + sum(p.shape[1] for p in pairs) <= len(frame) // ROWS_PER_PRODUCT
        pairs = pairs if fits else []
    return np.hstack([constant, *blocks, *pairs])


def _products(blocks: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Return the products of each column of one block with each of another, pair by pair."""
    return [(a[:, :, None] * b[:, None, :]).reshape(len(a), -1) for a, b in combinations(blocks, 2)]


def _line(column: pd.Series, categorical: bool) -> NDArray[np.float64]:
    """Return a variable's own columns, standardised, of which the plain products are made."""
    return standardised(encoded(column, categorical).to_numpy())
