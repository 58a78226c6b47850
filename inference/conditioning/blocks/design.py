"""Rows of a least-squares problem in Gaussian weights, from expressions that are affine in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import pairwise
from operator import add
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable
from scipy.linalg.blas import dgemm

from ...symbolic.coefficients import coefficients
from ...symbolic.rowwise import is_rowwise
from .problem import PLAIN, Problem

__all__ = ["Rows", "batches", "prior_rows", "rows", "rows_in", "triangle"]

Floats = NDArray[np.float64]
# Rows held at once: what stays in a core's cache, with some columns.
BATCH = 2**14
# The least eigenvalue of the columns' correlations (about zero) at which products of columns do:
# of their rounding, 1e-16, that makes 1e-9 at the most.
LEAST_APART = 1e-7
# Columns up to which a general product is quicker than one that is known to be symmetric.
NARROW = 12


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a least-squares problem: ``matrix @ weights`` is to be ``target``.

    Attributes
    ----------
    matrix : array of shape (row, weight)
    target : array of shape (row,)
    """

    matrix: Floats
    target: Floats

    def divided(self, spread: Floats) -> Rows:
        """Return the rows in units of their standard deviations, of shape (row,)."""
        return Rows(self.matrix / spread[:, None], self.target / spread)


def rows(
    problem: Problem, weights: tuple[str, ...], predictor: TensorVariable, target: Floats
) -> Rows:
    """Return the rows of the units: an affine predictor that is to be the target.

    Parameters
    ----------
    problem : Problem
    weights : tuple of str
        The unknowns that the predictor is affine in.
    predictor : TensorVariable
        With the shape of the seen mechanism, or one that broadcasts to it.
    target : array of shape (row,)
        The mechanism's values, or their link, as one column.

    Returns
    -------
    Rows
    """
    symbols = [problem.equations[w].symbol for w in weights]
    return rows_in(problem, symbols, [problem.shape(w) for w in weights], predictor, target)


def rows_in(
    problem: Problem,
    symbols: Sequence[TensorVariable],
    shapes: Sequence[tuple[int, ...]],
    predictor: TensorVariable,
    target: Floats,
) -> Rows:
    """Return the rows of the units, with a column for each element of some symbols.

    Parameters
    ----------
    problem : Problem
    symbols : sequence of TensorVariable
        What the predictor is affine in; it reads no other unknown.
    shapes : sequence of tuple of int
        Of what the symbols stand for.
    predictor : TensorVariable
    target : array of shape (row,)

    Returns
    -------
    Rows
    """
    parts = [(m, target[some] - b) for some, m, b in batches(problem, symbols, shapes, predictor)]
    if len(parts) == 1:
        return Rows(*parts[0])
    return Rows(*map(np.concatenate, zip(*parts, strict=True)))


def triangle(
    problem: Problem,
    symbols: Sequence[TensorVariable],
    shapes: Sequence[tuple[int, ...]],
    predictor: TensorVariable,
    target: Floats,
    spread: Floats | None = None,
    *,
    alike: bool = False,
) -> Floats:
    """Return the triangular factor of the rows that `rows_in` returns, their target as last column.

    Of many rows only some are held at once.

    Parameters
    ----------
    problem, symbols, shapes, predictor, target
        As `rows_in` takes them.
    spread : array of shape (row,), optional
        Standard deviations, in units of which the rows are to be.
    alike : bool
        Whether of columns that are alike a factor will do that is no triangle: its products are
        those of the rows but for rounding, which a proper prior of the weights makes harmless.

    Returns
    -------
    array of shape (row, value + 1)
    """

    def parts() -> Iterator[Floats]:
        for some, whole in _wholes(problem, symbols, shapes, predictor, again=True):
            np.subtract(target[some], whole[:, -1], out=whole[:, -1])
            if spread is not None:
                whole /= spread[some, None]
            yield whole

    quick = _by_products(parts(), alike) if len(target) > BATCH else None
    if quick is not None:
        return quick
    factor = np.zeros((0, 1 + sum(int(np.prod(s)) for s in shapes)))
    for whole in parts():
        factor = np.linalg.qr(np.concatenate([factor, whole]), mode="r")
    return factor


def _by_products(parts: Iterator[Floats], alike: bool) -> Floats | None:
    """Return a factor of rows from the products of their columns, None where rounding shows.

    That takes a tenth of the time of rotations, and twice the digits: where columns are much alike
    it does only for an `alike` factor, and only if the last column is unlike all others.
    """
    products = reduce(add, map(_products, parts))
    lengths = np.sqrt(np.diag(products))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations = products / np.outer(lengths, lengths)
    if not np.isfinite(correlations).all():
        return None
    values, turn = np.linalg.eigh(correlations)
    if values[0] >= LEAST_APART:
        factor: Floats = np.linalg.cholesky(products).T
        return factor
    values = values.clip(np.finfo(float).eps, None)
    if not alike or 1 / (turn[-1] ** 2 / values).sum() < LEAST_APART:
        return None
    return np.asarray(np.sqrt(values)[:, None] * turn.T * lengths)


def _products(part: Floats) -> Floats:
    """Return the products of columns: of few, NumPy's own call takes three times as long."""
    if part.shape[1] > NARROW:
        whole: Floats = part.T @ part
        return whole
    found: Floats = dgemm(1.0, part, part, trans_a=True)
    return found


def batches(
    problem: Problem,
    symbols: Sequence[TensorVariable],
    shapes: Sequence[tuple[int, ...]],
    predictor: TensorVariable,
) -> Iterator[tuple[slice, Floats, Floats]]:
    """Yield the rows of the units, some at a time where no unit's row hangs on other units.

    Parameters
    ----------
    problem, symbols, shapes, predictor
        As `rows_in` takes them.

    Yields
    ------
    slice
        Which of the rows.
    array of shape (row, value)
        What each element of the symbols is multiplied by.
    array of shape (row,)
        The predictor where the symbols are zero.
    """
    for some, whole in _wholes(problem, symbols, shapes, predictor):
        yield some, whole[:, :-1], whole[:, -1]


def _wholes(
    problem: Problem,
    symbols: Sequence[TensorVariable],
    shapes: Sequence[tuple[int, ...]],
    predictor: TensorVariable,
    *,
    again: bool = False,
) -> Iterator[tuple[slice, Floats]]:
    """Yield what `batches` does, the predictor at zero as the last column of the matrix.

    With `again` all matrices are at the same place in memory, each gone when the next one comes.
    """
    [name] = problem.block.seen
    shape = np.shape(problem.evidence.columns[name])
    read = problem.reads(predictor)
    held = {n: v for n, v in problem.evidence.columns.items() if n in read}
    key = ("affine", predictor, tuple(symbols), problem.block.name, len(problem.evidence), *held)
    affine = problem.equations.once(
        key, lambda: _Affine.of(problem, predictor, list(held), symbols, shapes)
    )
    step = BATCH if affine.rowwise else shape[0]
    width = int(np.prod(shape[1:]))
    wide = 1 + sum(int(np.prod(s)) for s in shapes)
    place = np.empty((wide, min(step, shape[0]) * width)) if again else None
    for start in range(0, shape[0], step):
        stop = min(start + step, shape[0])
        part = [v[start:stop] for v in held.values()]
        some = slice(start * width, stop * width)
        # Column by column in memory, as they are written.
        whole = np.empty((wide, some.stop - some.start)) if place is None else place
        yield some, affine.at(part, (stop - start, *shape[1:]), whole.T)


@dataclass(frozen=True, eq=False)
class _Affine:
    """An expression that is affine in symbols, as a function of columns.

    Attributes
    ----------
    rowwise : bool
        Whether no row hangs on other rows.
    direct : callable
        From columns to the coefficients of some symbols.
    rest : callable
        From columns and the other symbols to what is left.
    places : tuple of slice
        Of those symbols' elements among the elements of all symbols.
    others : array of int
        Of the elements of the other symbols.
    shapes : tuple of tuple of int
        Of the other symbols.
    """

    rowwise: bool
    direct: Callable[..., list[Any]]
    rest: Callable[..., list[Any]]
    places: tuple[slice, ...]
    others: NDArray[np.int64]
    shapes: tuple[tuple[int, ...], ...]

    @classmethod
    def of(
        cls,
        problem: Problem,
        predictor: TensorVariable,
        held: Sequence[str],
        symbols: Sequence[TensorVariable],
        shapes: Sequence[tuple[int, ...]],
    ) -> _Affine:
        columns = {n: _column(problem, n) for n in held}
        [output] = problem.with_data([predictor], problem.block.unknowns, columns)
        scalars, vectors = ([s for s in symbols if s.ndim == k] for k in (0, 1))
        found, rest = coefficients(output, scalars, vectors)
        sizes = [int(np.prod(shape)) for shape in shapes]
        ends = np.cumsum([0, *sizes]).tolist()
        places = [slice(*between) for between in pairwise(ends)]
        own = np.repeat(np.array([s in found for s in symbols], dtype=bool), sizes)
        others = [s for s in symbols if s not in found]
        return cls(
            is_rowwise(output, columns.values()),
            _function(columns.values(), [found[s] for s in symbols if s in found]),
            _function([*columns.values(), *others], [rest]),
            tuple(p for s, p in zip(symbols, places, strict=True) if s in found),
            np.flatnonzero(~own),
            tuple(shape for s, shape in zip(symbols, shapes, strict=True) if s not in found),
        )

    def at(self, columns: Sequence[NDArray[Any]], shape: tuple[int, ...], place: Floats) -> Floats:
        """Return the coefficients of all elements, of shape (row, value), and what is left.

        They are put at a place that may be longer.
        """
        moved, base = _affine(_flat(partial(self.rest, *columns), [shape]), self.shapes)
        whole = place[: len(base)]
        whole[:, self.others], whole[:, -1] = moved, base
        for some, value in zip(self.places, self.direct(*columns), strict=True):
            if value.ndim > len(shape):
                whole[:, some] = value
            else:
                whole[:, some.start].reshape(shape)[...] = value
        return whole


def _column(problem: Problem, name: str) -> TensorVariable:
    """Return what stands for a column of any number of units."""
    values = problem.evidence.columns[name]
    kind = problem.equations[name].expression.dtype
    return pt.TensorType(kind, (None, *values.shape[1:]))(name=name)


def prior_rows(problem: Problem, weights: tuple[str, ...]) -> Rows:
    """Return the rows of the weights' own priors: each less its mean is to be zero.

    Parameters
    ----------
    problem : Problem
    weights : tuple of str
        Normal unknowns whose means are affine in one another.

    Returns
    -------
    Rows
    """
    means = [problem.parameters_of(w)[0] for w in weights]

    def found() -> Rows:
        shapes = [problem.shape(w) for w in weights]
        symbols = [problem.equations[w].symbol for w in weights]
        matrix, base = _affine(_flat(problem.function(symbols, means, weights), shapes), shapes)
        return Rows(np.eye(len(base)) - matrix, base)

    read = frozenset[str]().union(*map(problem.reads, means))
    if read <= set(weights):  # the same for all data
        return problem.equations.once(("prior rows", weights), found)
    return found()


def _function(symbols: Iterable[TensorVariable], outputs: list[TensorVariable]) -> Any:
    # What is a column itself need not be copied: it is only read.
    given = [pytensor.In(s, borrow=True) for s in symbols]
    found = [pytensor.Out(v, borrow=True) for v in outputs]
    function = pytensor.function(given, found, mode=PLAIN, on_unused_input="ignore")
    function.trust_input = True
    return function


def _flat(
    function: Callable[..., list[NDArray[Any]]], shapes: Sequence[tuple[int, ...]]
) -> Callable[..., Floats]:
    """Return what a function gives as one column."""

    def at(*values: Floats) -> Floats:
        found = function(*values)
        columns = [np.broadcast_to(v, s).ravel() for v, s in zip(found, shapes, strict=True)]
        if len(columns) == 1:
            return columns[0].astype(float, copy=False)
        return np.concatenate([np.zeros(0), *columns]).astype(float, copy=False)

    return at


def _affine(at: Callable[..., Floats], shapes: Sequence[tuple[int, ...]]) -> tuple[Floats, Floats]:
    """Return a column as a matrix times the flat arguments, and as it is where these are zero."""
    values = [np.zeros(shape) for shape in shapes]
    base = at(*values)
    if values:  # what is read may be the values themselves, which change
        base = base.copy()
    columns = []
    for value in values:
        for place in np.ndindex(value.shape):
            value[place] = 1.0
            columns.append(at(*values) - base)
            value[place] = 0.0
    return np.column_stack(columns) if columns else np.zeros((len(base), 0)), base
