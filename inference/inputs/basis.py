r"""Bases of covariates: straight lines, curves and products, learnt from some rows for all rows.

A numeric covariate has its standardised self as a line, and cubic splines on its quantiles as
curves, without their constant and line and orthonormal. Smooth curves come the smoothest first
(Demmler and Reinsch, 1975, doi:10.1007/BF01437406), and have as much less variance as they bend
more: with independent normal weights of one variance they are a smoothing spline (Wand and Ormerod,
2008, doi:10.1111/j.1467-842X.2008.00507.x). Beyond the rows that it was learnt from a curve stays
what it is at the end. A category has one indicator a level. Products are those of the first columns
of two covariates, and have unit variance.
(B-splines: de Boor, 1978, A Practical Guide to Splines, ISBN 978-0-387-95366-3.)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from ..errors import DataError

__all__ = ["GROUPS", "Basis", "Column", "evenly"]

Floats = NDArray[np.float64]
DEGREE = 3
KNOTS = 8
# Columns of each covariate in a product: the line and two curves.
IN_PRODUCT = 3
# Sums of splines whose variance is below this share of the largest are rounding.
ROUNDING = 1e-10
MOST_LEVELS = 50
GROUPS = ("line", "curve", "product")
# Curves, and the spread of products, are learnt from at most so many rows, evenly spaced.
MOST_ROWS = 50_000


@dataclass(frozen=True, eq=False)
class Column:
    """What was learnt of one covariate.

    Attributes
    ----------
    name : str
    levels : tuple of str
        Of a category, those that have an indicator, each as text; empty for a number.
    centre, scale : array of shape (line,)
        Of the numbers, or of the indicators of the levels.
    edges : array of shape (knot,)
        In standard units; empty where there are no curves.
    line_of : array of shape (2, spline)
        The part of each B-spline that is a constant and a line.
    turn : array of shape (spline, curve)
        Maps B-splines to curves.
    all_levels : tuple of str
        Of a category, whether or not they have an indicator.
    """

    name: str
    levels: tuple[str, ...]
    centre: Floats
    scale: Floats
    edges: Floats
    line_of: Floats
    turn: Floats
    all_levels: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: pd.Series, knots: int = KNOTS, smooth: bool = False) -> Column | None:
        """Return what there is to learn of a covariate; None where it does not vary.

        Parameters
        ----------
        values : pandas.Series
            Numbers, or text as categories.
        knots : int
            At most, for the curves; 0 for none.
        smooth : bool
            Whether curves have less variance the more they bend.

        Raises
        ------
        DataError
            If the column holds dates, or too many categories.
        """
        name = str(values.name)
        none = np.zeros(0)
        if pd.api.types.is_datetime64_any_dtype(values) or _holds_dates(values):
            raise DataError(
                f"the column {name!r} holds dates; give a number, such as days since a first day"
            )
        if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            levels = tuple(sorted(values.astype(str).unique()))
            if len(levels) > MOST_LEVELS:
                raise DataError(
                    f"the column {name!r} holds {len(levels)} different texts; at most "
                    f"{MOST_LEVELS} can be categories: group them, or leave the column out"
                )
            if len(levels) < 2:
                return None
            own = levels[1:] if len(levels) == 2 else levels
            table = _indicators(values, own)
            spread = table.std(axis=0)
            return cls(name, own, table.mean(axis=0), spread, none, none, none, levels)
        numbers = values.to_numpy(dtype=float)
        centre, scale = numbers.mean(keepdims=True), numbers.std(keepdims=True)
        if not scale[0] > 1e-12 * max(1.0, abs(centre[0])):
            return None
        z = (numbers - centre) / scale
        z = z[evenly(len(z))]
        edges = np.unique(np.quantile(z, np.linspace(0, 1, knots))) if knots else none
        if len(np.unique(z)) < 3 or len(edges) < 3:
            return cls(name, (), centre, scale, none, none, none)
        return cls(name, (), centre, scale, edges, *_curves_of(z, edges, smooth))

    def lines(self, values: pd.Series) -> Floats:
        """Return the straight part, of shape (unit, line): the number, or indicators of levels.

        Raises
        ------
        DataError
            If a number is not one, or a level was not there.
        """
        if self.levels:
            known = set(self.all_levels)
            if new := next((v for v in values.astype(str) if v not in known), None):
                raise DataError(
                    f"the column {self.name!r} holds {new!r}, which the rows that the model was "
                    f"learnt from do not have; they have {', '.join(self.all_levels)}"
                )
            return (_indicators(values, self.levels) - self.centre) / self.scale
        if not pd.api.types.is_numeric_dtype(values):
            raise DataError(f"the column {self.name!r} held numbers before; give numbers")
        return (values.to_numpy(dtype=float)[:, None] - self.centre) / self.scale

    def curves(self, values: pd.Series) -> Floats:
        """Return the curves, of shape (unit, curve); none for a category or two numbers."""
        if not len(self.edges):
            return np.zeros((len(values), 0))
        z = np.clip(self.lines(values)[:, 0], self.edges[0], self.edges[-1])
        line = np.column_stack([np.ones_like(z), z])
        return (_splines(z, self.edges) - line @ self.line_of) @ self.turn


@dataclass(frozen=True, eq=False)
class Basis:
    """What was learnt of several covariates.

    Attributes
    ----------
    columns : tuple of Column
    constant : tuple of str
        Covariates that do not vary, which have no columns.
    pairs : tuple of pair of int
        Whose products are taken.
    centre, scale : array of shape (product,)
        Of the products.

    Examples
    --------
    >>> basis = Basis.of(pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": list("xyxy")}))
    >>> terms = basis.terms(pd.DataFrame({"a": [1.0], "b": ["x"]}))
    >>> {name: columns.shape[1] for name, columns in terms.items()}
    {'line': 2, 'curve': 2, 'product': 3}
    """

    columns: tuple[Column, ...]
    constant: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    centre: Floats
    scale: Floats

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        *,
        knots: int = KNOTS,
        pairs: Iterable[tuple[str, str]] | None = None,
        curved: Collection[str] | None = None,
        smooth: bool = False,
    ) -> Basis:
        """Return the basis of the covariates of a table.

        Parameters
        ----------
        frame : pandas.DataFrame of shape (unit, covariate)
        knots : int
            At most, of each numeric covariate.
        pairs : iterable of pair of str, optional
            The covariates whose products are taken; by default all.
        curved : collection of str, optional
            The covariates that have curves; by default all.
        smooth : bool
            Whether curves have less variance the more they bend.

        Raises
        ------
        DataError
            If a column holds dates, or too many categories.
        """
        bent = set(map(str, frame)) if curved is None else set(curved)
        found = {str(n): Column.of(frame[n], knots * (str(n) in bent), smooth) for n in frame}
        columns = tuple(c for c in found.values() if c is not None)
        place = {c.name: k for k, c in enumerate(columns)}
        if pairs is None:
            chosen = tuple(combinations(range(len(columns)), 2))
        else:
            chosen = tuple((place[a], place[b]) for a, b in pairs if a in place and b in place)
        constant = tuple(n for n, c in found.items() if c is None)
        plain = cls(columns, constant, chosen, np.zeros(1), np.ones(1))
        products = plain._products(frame.iloc[evenly(len(frame))])
        spread = products.std(axis=0)
        return cls(
            columns, constant, chosen, products.mean(axis=0), np.where(spread > 0, spread, 1)
        )

    def terms(self, frame: pd.DataFrame, groups: Collection[str] = GROUPS) -> dict[str, Floats]:
        """Return the columns of rows by group: ``line``, ``curve`` and ``product``, if any.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the covariates that the basis was learnt from.
        groups : collection of str
            Those that are wanted; by default all.

        Returns
        -------
        dict of str to array of shape (unit, term)
        """
        empty = np.zeros((len(frame), 0))
        made: dict[str, Callable[[], Floats]] = {
            "line": lambda: np.hstack([empty, *(c.lines(frame[c.name]) for c in self.columns)]),
            "curve": lambda: np.hstack([empty, *(c.curves(frame[c.name]) for c in self.columns)]),
            "product": lambda: (self._products(frame) - self.centre) / self.scale,
        }
        found = {n: make() for n, make in made.items() if n in groups}
        return {n: v for n, v in found.items() if v.shape[1]}

    def _products(self, frame: pd.DataFrame) -> Floats:
        used = {k for pair in self.pairs for k in pair}
        first = {k: self._first(self.columns[k], frame) for k in used}
        parts: Sequence[Floats] = [
            (first[i][:, :, None] * first[j][:, None, :]).reshape(len(frame), -1)
            for i, j in self.pairs
        ]
        return np.hstack([np.zeros((len(frame), 0)), *parts])

    @staticmethod
    def _first(column: Column, frame: pd.DataFrame) -> Floats:
        """Return the columns of a covariate that go into products."""
        lines = column.lines(frame[column.name])
        return np.hstack([lines, column.curves(frame[column.name])[:, : IN_PRODUCT - 1]])


def evenly(count: int, most: int = MOST_ROWS) -> NDArray[np.int64]:
    """Return the places of evenly spaced rows: of all, or of as many as there may be.

    Parameters
    ----------
    count : int
        Of all rows.
    most : int

    Examples
    --------
    >>> evenly(5, 3)
    array([0, 2, 4])
    """
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def _curves_of(z: Floats, edges: Floats, smooth: bool) -> tuple[Floats, Floats]:
    """Return how B-splines become curves: what of each is a constant and a line, and the turn."""
    splines = _splines(z, edges)
    line = np.column_stack([np.ones_like(z), z])
    line_of = np.linalg.lstsq(line, splines, rcond=None)[0]
    rest = splines - line @ line_of
    variance, turn = np.linalg.eigh(rest.T @ rest / len(z))
    most = min(len(np.unique(z)) - 2, int((variance > ROUNDING * variance[-1]).sum()))
    turn = (turn[:, -most:] / np.sqrt(variance[-most:]))[:, ::-1]
    if not smooth:
        return line_of, turn
    bending, turned = np.linalg.eigh(turn.T @ _bending(edges) @ turn)
    return line_of, turn @ turned * np.sqrt(bending[0] / bending)


def _bending(edges: Floats) -> Floats:
    """Return the integrals of products of the B-splines' second derivatives.

    Between knots they are straight lines, so that two points of Gauss and Legendre do.
    """
    half = np.diff(edges)[:, None] / 2
    points = edges[:-1, None] + half * (1 + np.array([-1.0, 1.0]) / np.sqrt(3))
    count = len(edges) + DEGREE - 1
    second = BSpline(_padded(edges), np.eye(count), DEGREE).derivative(2)(points.ravel())
    weighted: Floats = second.T @ (np.repeat(half[:, 0], 2)[:, None] * second)
    return weighted


def _splines(z: Floats, edges: Floats) -> Floats:
    return BSpline.design_matrix(z, _padded(edges), DEGREE).toarray()


def _padded(edges: Floats) -> Floats:
    return np.concatenate([np.full(DEGREE, edges[0]), edges, np.full(DEGREE, edges[-1])])


def _indicators(values: pd.Series, levels: tuple[str, ...]) -> Floats:
    return (values.astype(str).to_numpy()[:, None] == np.array(levels)).astype(float)


def _holds_dates(values: pd.Series) -> bool:
    """Return whether most texts of a column are dates, such as 2024-05-31."""
    if pd.api.types.is_numeric_dtype(values):
        return False
    text = values.astype(str)
    return bool(
        text.str.fullmatch(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?").mean() > 0.5
    )
