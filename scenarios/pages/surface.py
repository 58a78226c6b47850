"""Answers as polynomials in the levers, where that is what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np
from numpy.typing import NDArray

from .asking import Setting
from .levers import Lever

__all__ = ["Surface", "polynomial", "settings_of"]

Floats = NDArray[np.float64]
DEGREES = (1, 2, 3, 4, 5)
MOST_TERMS = 250
# Settings beyond the unknowns that a polynomial must meet, and how closely.
FURTHER = 12
CLOSE = 1e-11
# Coefficients that are rounding, beside the largest.
ROUNDING = 1e-13


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


def settings_of(levers: Sequence[Lever], unknowns: int, seed: int) -> list[Setting]:
    """Return settings all over what the levers can do.

    Parameters
    ----------
    levers : sequence of Lever
    unknowns : int
        Of the polynomial that is held against them.
    seed : int

    Returns
    -------
    list of settings
        The ends and the middle of each kind of move alone, all levers at their ends, and random
        ones; in random order.
    """
    rng = np.random.default_rng(seed)
    found: list[Setting] = []
    for lever, part in product(levers, (0.0, 0.5, 1.0)):
        found += [{lever.name: lever.move(k, _within(lever, k, part))} for k in lever.kinds]
    for ends in product((0.0, 1.0), repeat=len(levers)):
        found.append(
            {
                lever.name: lever.move(lever.kinds[0], _within(lever, lever.kinds[0], end))
                for lever, end in zip(levers, ends, strict=True)
            }
        )
    for _ in range(unknowns + FURTHER):
        kinds = [str(rng.choice(lever.kinds)) for lever in levers]
        found.append(
            {
                lever.name: lever.move(kind, _within(lever, kind, rng.random()))
                for lever, kind in zip(levers, kinds, strict=True)
            }
        )
    return [found[k] for k in rng.permutation(len(found))]


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
    found = None
    for degree in DEGREES:
        exponents = _exponents(2 * len(levers), degree)
        if len(exponents) > MOST_TERMS:
            return None
        settings = settings_of(levers, len(exponents), seed)
        found = _fitted(levers, settings, (few or asked)(settings), units, exponents)
        if found is not None:
            break
    if found is None or few is None:
        return found
    return _fitted(levers, settings, asked(settings), units, exponents)


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
    return Surface(units, exponents[matters], coefficients[..., matters])


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


def _exponents(variables: int, degree: int) -> NDArray[np.int64]:
    rows = [
        np.bincount(np.array(chosen, dtype=int), minlength=variables)
        for d in range(degree + 1)
        for chosen in combinations_with_replacement(range(variables), d)
    ]
    return np.array(rows)


def _monomials(points: Floats, exponents: NDArray[np.int64]) -> Floats:
    found: Floats = np.prod(points[:, None, :] ** exponents[None], axis=2)
    return found
