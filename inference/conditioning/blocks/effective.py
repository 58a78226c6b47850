r"""What a mean holds of the unknowns before they meet the data.

A weight is often written in units of its scale, :math:`\tau z`, or stretched otherwise. The mean of
the units is then affine in :math:`v = V(s)\,z + v_0(s)` with rows that are known, so that the units
are gathered once for all scales :math:`s`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.replace import vectorize_graph
from pytensor.graph.traversal import toposort
from pytensor.tensor import TensorVariable

from ...symbolic.affine import is_affine
from ...symbolic.replace import substituted
from .problem import PLAIN, Problem, Scales

__all__ = ["Effective", "effective"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
POINTS = 3


@dataclass(frozen=True, eq=False)
class Effective:
    """Expressions of unknowns that a mean is affine in.

    Attributes
    ----------
    mean : TensorVariable
        In terms of `symbols` and of data.
    symbols : tuple of TensorVariable
        What stands for each of the expressions.
    shapes : tuple of tuple of int
        Of the expressions.
    images : tuple of TensorVariable
        Each expression, flat, at each probe and, as the last row, where all weights are zero; shape
        (probe + 1, value). They read scales alone.
    values, weights, probes : array of int of shape (pair,)
        Which value (of all expressions, flat) moves with which weight, and the probe that shows it.
        A probe is a set of weights that are one, of which no two move the same value.
    size : int
        How many weights there are.
    """

    mean: TensorVariable
    symbols: tuple[TensorVariable, ...]
    shapes: tuple[tuple[int, ...], ...]
    images: tuple[TensorVariable, ...]
    values: Ints
    weights: Ints
    probes: Ints
    size: int

    def rows(self, triangle: Floats, images: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Return the units' rows and targets in terms of the weights, with points in front.

        Parameters
        ----------
        triangle : array of shape (row, value + 1)
            The rows in terms of the expressions, their target as the last column.
        images : sequence of array of shape (point, probe + 1, value)

        Returns
        -------
        array of shape (point, row, weight)
        array of shape (point, row)
        """
        image = np.concatenate(images, axis=2)
        base = image[:, -1]
        moved = image[:, self.probes, self.values] - base[:, self.values]
        matrix = triangle[:, :-1]
        found = np.zeros((len(base), len(matrix), self.size))
        if len(np.unique(self.weights)) == len(self.weights):
            found[:, :, self.weights] = matrix[:, self.values] * moved[:, None, :]
        else:
            along = np.zeros((len(base), matrix.shape[1], self.size))
            along[:, self.values, self.weights] = moved
            found += matrix @ along
        return found, triangle[:, -1] - base @ matrix.T


def effective(
    problem: Problem, mean: TensorVariable, weights: Sequence[str], scales: Sequence[str]
) -> Effective | None:
    """Return what a mean is affine in, with coefficients that no unknown changes; None if nothing.

    Parameters
    ----------
    problem : Problem
    mean : TensorVariable
        Of the seen mechanism.
    weights : sequence of str
        Unknowns that the expressions are to be affine in.
    scales : sequence of str
        Unknowns that they may read in any way.

    Returns
    -------
    Effective or None
    """
    symbols = {n: problem.equations[n].symbol for n in (*weights, *scales)}
    [mean] = problem.spelled([mean])
    parts = _parts(problem, mean, list(symbols.values()))
    stand = tuple(p.type() for p in parts)
    [inner] = substituted([mean], dict(zip(parts, stand, strict=True)))
    if not (
        all("float" in p.dtype for p in parts)
        and is_affine(inner, stand)
        and all(is_affine(p, [symbols[w] for w in weights]) for p in parts)
    ):
        return None
    numbers = problem.with_data(parts, symbols)
    at_zero = {symbols[n]: pt.zeros(problem.shape(n)) for n in symbols}
    values = pytensor.function([], substituted(numbers, at_zero), mode=PLAIN)()
    shapes = tuple(np.shape(v) for v in values)
    size = sum(int(np.prod(problem.shape(w))) for w in weights)
    images = [_image(problem, n, weights, np.eye(size)) for n in numbers]
    moves = _moves(problem, scales, images)
    colours = _colours(moves)
    probes = (colours[:, None] == np.unique(colours)).T.astype(float)
    found = tuple(_image(problem, n, weights, probes) for n in numbers)
    at, of = np.nonzero(moves)
    return Effective(inner, stand, shapes, found, at, of, colours[of], size)


def _moves(
    problem: Problem, scales: Sequence[str], images: Sequence[TensorVariable]
) -> NDArray[np.bool_]:
    """Return which value moves with which weight, of shape (value, weight).

    Found at a few points: what moves nowhere there moves nowhere, but for a coincidence.
    """
    points = np.random.default_rng(0).normal(size=(POINTS, len(scales)))
    values = np.concatenate(Scales.of(problem, scales, images).at(points)[2], axis=2)
    return np.asarray((values[:, :-1] != values[:, -1:]).any(axis=0).T)


def _colours(moves: NDArray[np.bool_]) -> Ints:
    """Return a colour for each weight; no two of a colour move the same value.

    Curtis, Powell and Reid (1974), IMA Journal of Applied Mathematics 13, 117-119,
    doi:10.1093/imamat/13.1.117.
    """
    taken: list[NDArray[np.bool_]] = []
    colours = np.zeros(moves.shape[1], int)
    for weight, own in enumerate(moves.T):
        free = [c for c, used in enumerate(taken) if not (used & own).any()]
        if not free:
            taken.append(np.zeros(len(own), bool))
        colours[weight] = free[0] if free else len(taken) - 1
        taken[colours[weight]] |= own
    return colours


def _parts(
    problem: Problem, mean: TensorVariable, unknown: Sequence[TensorVariable]
) -> list[TensorVariable]:
    """Return the largest expressions within a mean that read unknowns and nothing of the units."""
    held = set(unknown)
    outer = {
        e.symbol for n, e in problem.equations.items() if problem.equations.has_units(n)
    } - held
    found: dict[TensorVariable, None] = {}
    for node in toposort([mean], blockers=[*held, *outer]):
        if any(v in outer for v in node.inputs):
            outer |= set(node.outputs)
            found |= dict.fromkeys(v for v in node.inputs if v in held and v not in outer)
        elif any(v in held for v in node.inputs):
            held |= set(node.outputs)
    return list(found) if mean in outer else [mean]


def _image(
    problem: Problem, part: TensorVariable, weights: Sequence[str], probes: Floats
) -> TensorVariable:
    """Return the image of each probe, of shape (weight,), and of zero."""
    shapes = [problem.shape(w) for w in weights]
    ends = np.cumsum([0, *(int(np.prod(s)) for s in shapes)])
    points = np.vstack([probes, np.zeros(ends[-1])])
    many = {
        problem.equations[w].symbol: pt.constant(points[:, start:end].reshape(len(points), *shape))
        for w, shape, start, end in zip(weights, shapes, ends, ends[1:], strict=False)
    }
    image = vectorize_graph(part, many) if many else part
    if image.ndim == part.ndim:  # it reads no weight
        image = pt.zeros((len(points), *(1,) * part.ndim)) + image
    return image.reshape((len(points), -1))
