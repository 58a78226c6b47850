"""Answers as polynomials in the levers, where that is what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .asking import Setting
from .levers import Lever

__all__ = ["Surface", "polynomial", "settings_of"]

Floats = NDArray[np.float64]
DEGREES = (1, 2, 3, 4, 5)
# Terms that are tried, and that a page carries.
MOST_TERMS, MOST_CARRIED = 250, 100
# Random settings that a polynomial must meet, beside those that determine it, and how closely.
FURTHER = 24
CLOSE = 1e-11
# Where on a slider a term's own setting lies, in the order of the powers; the middle, which is a
# shift by nothing, comes late.
PARTS = (0.0, 1.0, 0.25, 0.75, 0.5, 0.375)
# Coefficients that are rounding, beside the largest.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Surface:
    """A polynomial in offsets and factors of levers, one for each draw.

    Attributes
    ----------
    units : array of shape (lever,)
        What an offset is measured in.
    exponents : int array of shape (term, 2 x lever)
        Of offset and factor of each lever, in that order.
    coefficients : array of shape (draw, ..., term)
    """

    units: Floats
    exponents: NDArray[np.int64]
    coefficients: Floats

    def at(self, levers: Sequence[Lever], setting: Setting) -> Floats:
        """Return the values at one setting.

        Parameters
        ----------
        levers : sequence of Lever
        setting : mapping of str to offset and factor

        Returns
        -------
        array of shape (draw, ...)
        """
        monomials = _monomials(_point(levers, setting, self.units)[None], self.exponents)[0]
        found: Floats = self.coefficients @ monomials
        return found


def settings_of(levers: Sequence[Lever], exponents: NDArray[np.int64], seed: int) -> list[Setting]:
    """Return settings that determine a polynomial, and some random ones that it must meet.

    Parameters
    ----------
    levers : sequence of Lever
    exponents : int array of shape (term, 2 x lever)
        All terms up to a degree.
    seed : int

    Returns
    -------
    list of settings
        One for each term, then `FURTHER` random ones: of each lever any move, or none.
    """
    rng = np.random.default_rng(seed)
    pairs = exponents.reshape(len(exponents), len(levers), 2).tolist()
    found = [
        _setting(levers, [_node(v, a, b) for v, (a, b) in zip(levers, row, strict=True)])
        for row in pairs
    ]
    for _ in range(FURTHER):
        kinds = [str(rng.choice((*lever.kinds, ""))) for lever in levers]
        moves = [
            lever.move(kind, _within(lever, kind, rng.random())) if kind else None
            for lever, kind in zip(levers, kinds, strict=True)
        ]
        found.append(_setting(levers, moves))
    return found


def polynomial(
    levers: Sequence[Lever],
    asked: Callable[[Sequence[Setting]], Floats],
    seed: int,
    few: Callable[[Sequence[Setting]], Floats] | None = None,
) -> Surface | None:
    """Return the polynomial that an answer is in the levers, or None where it is none.

    Parameters
    ----------
    levers : sequence of Lever
    asked : callable
        Returns the answers at settings, of shape (draw, setting, ...).
    seed : int
        Of the settings that it is held against.
    few : callable, optional
        Returns the same in a few draws, in which the degree is looked for first.

    Returns
    -------
    Surface or None
        Of the least degree that meets all settings, those left out of the fit too.
    """
    units = np.array([max(abs(v.least), abs(v.greatest), v.span) for v in levers])
    terms = 0
    for degree in DEGREES:
        exponents = _exponents(levers, degree)
        if not terms < len(exponents) <= MOST_TERMS:
            return None
        terms = len(exponents)
        settings = settings_of(levers, exponents, seed)
        found = None
        for ask in (asked,) if few is None else (few, asked):
            found = _fitted(levers, settings, ask(settings), units, exponents)
            if found is None:
                break
        if found is not None:
            return found
    return None


def _fitted(
    levers: Sequence[Lever],
    settings: Sequence[Setting],
    values: Floats,
    units: Floats,
    exponents: NDArray[np.int64],
) -> Surface | None:
    points = np.array([_point(levers, s, units) for s in settings])
    basis = _monomials(points, exponents)
    flat = np.moveaxis(values, 1, -1)
    known = len(settings) - FURTHER
    coefficients = flat[..., :known] @ np.linalg.pinv(basis[:known], rcond=1e-10).T
    size = np.abs(flat).max(initial=0.0)
    if np.abs(coefficients @ basis.T - flat).max(initial=0.0) > CLOSE * max(size, 1e-300):
        return None
    matters = np.abs(coefficients).reshape(-1, len(exponents)).max(axis=0) > ROUNDING * size
    if matters.sum() > MOST_CARRIED:
        return None
    return Surface(units, exponents[matters], coefficients[..., matters])


def _setting(levers: Sequence[Lever], moves: Sequence[tuple[float, float] | None]) -> Setting:
    pairs = zip(levers, moves, strict=True)
    return {lever.name: move for lever, move in pairs if move is not None}


def _node(lever: Lever, offset: int, factor: int) -> tuple[float, float] | None:
    """Return the move that goes with a term's powers of one lever; None leaves it alone.

    The terms up to any one are determined by the moves up to it, in the order of the powers.
    """
    if (offset, factor) == (0, 1):
        return None
    if factor == 0 and lever.levels:
        return lever.move("set", float(_spread(lever.levels)[offset]))
    kind, part = ("set", offset) if not factor else ("shift", offset - 1)
    if not offset and factor:
        kind, part = "scale", factor - 2
    return lever.move(kind, _within(lever, kind, PARTS[part]))


def _spread(levels: Sequence[int]) -> list[int]:
    """Return the levels, each as far from those before it as can be."""
    found, left = [levels[0]], list(levels[1:])
    while left:
        found.append(max(left, key=lambda v: min(abs(v - other) for other in found)))
        left.remove(found[-1])
    return found


def _within(lever: Lever, kind: str, part: float) -> float:
    """Return a value of a move, from one end of its slider (0) to the other (1)."""
    if kind == "set" and lever.levels:
        return float(lever.levels[round(part * (len(lever.levels) - 1))])
    low, high = lever.ends(kind)
    value = low + part * (high - low)
    return float(round(value)) if lever.whole else value


def _point(levers: Sequence[Lever], setting: Setting, units: Floats) -> Floats:
    found = [setting.get(lever.name, (0.0, 1.0)) for lever in levers]
    return np.array([x for (a, b), u in zip(found, units, strict=True) for x in (a / u, b)])


def _exponents(levers: Sequence[Lever], degree: int) -> NDArray[np.int64]:
    """Return the powers of all monomials up to a degree that differ on what the levers can do.

    Any function of a lever's levels counts as of degree one, unless there are too many terms then.
    """
    for is_one in (True, False):
        each = [_powers(lever, degree, is_one) for lever in levers]
        terms = [pairs for pairs in product(*each) if sum(d for _, _, d in pairs) <= degree]
        if len(terms) <= MOST_TERMS:
            break
    return np.array([[p for a, b, _ in pairs for p in (a, b)] for pairs in terms], dtype=np.int64)


def _powers(lever: Lever, degree: int, is_one: bool) -> list[tuple[int, int, int]]:
    """Return the powers of a lever's offset and factor, and the degree of each pair.

    A factor other than 0 and 1 goes with no offset, and without ``scale`` there is none; an offset
    beside the factor 1 is a shift. The powers of an offset of n levels go up to n - 1.
    """
    offset = len(lever.levels) - 1 if lever.levels else degree
    flat = is_one and bool(lever.levels)
    found = [(a, 0, min(a, 1) if flat else a) for a in range(offset + 1)]
    found += [(0, b, b) for b in range(1, (degree if "scale" in lever.kinds else 1) + 1)]
    return found + [(a, 1, a + 1) for a in range(1, degree) if "shift" in lever.kinds]


def _monomials(points: Floats, exponents: NDArray[np.int64]) -> Floats:
    found: Floats = np.prod(points[:, None, :] ** exponents[None], axis=2)
    return found
