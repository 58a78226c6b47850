"""Rows of a least-squares problem in Gaussian weights, from expressions that are affine in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from .problem import Problem

__all__ = ["Rows", "prior_rows", "rows", "rows_in"]

Floats = NDArray[np.float64]


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
    shape: tuple[int, ...] | None = None,
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
    shape : tuple of int, optional
        Of the predictor, flat a column of rows; by default that of the seen mechanism.

    Returns
    -------
    Rows
    """
    [name] = problem.block.seen
    function = problem.function(symbols, [predictor], problem.block.unknowns)
    at = _column(function, [shape or np.shape(problem.evidence.columns[name])])
    matrix, base = _affine(at, shapes)
    return Rows(matrix, target - base)


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
    shapes = [problem.shape(w) for w in weights]
    symbols = [problem.equations[w].symbol for w in weights]
    means = [problem.parameters_of(w)[0] for w in weights]
    matrix, base = _affine(_column(problem.function(symbols, means, weights), shapes), shapes)
    return Rows(np.eye(len(base)) - matrix, base)


def _column(
    function: Callable[..., list[NDArray[Any]]], shapes: Sequence[tuple[int, ...]]
) -> Callable[..., Floats]:
    """Return what a function gives as one column."""

    def at(*values: Floats) -> Floats:
        found = function(*values)
        columns = [np.broadcast_to(v, s).ravel() for v, s in zip(found, shapes, strict=True)]
        return np.concatenate([np.zeros(0), *columns]).astype(float)

    return at


def _affine(at: Callable[..., Floats], shapes: Sequence[tuple[int, ...]]) -> tuple[Floats, Floats]:
    """Return a column as a matrix times the flat arguments, and as it is where these are zero."""
    values = [np.zeros(shape) for shape in shapes]
    base = at(*values)
    columns = []
    for value in values:
        for place in np.ndindex(value.shape):
            value[place] = 1.0
            columns.append(at(*values) - base)
            value[place] = 0.0
    return np.column_stack(columns) if columns else np.zeros((len(base), 0)), base
