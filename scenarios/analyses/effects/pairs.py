"""How many curves a covariate has, and which products of two covariates are terms."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ifonly.inference.inputs.basis import Basis

from .assignment import Assignment
from .table import EffectTable

__all__ = ["knots_of", "pairs_of"]

Floats = NDArray[np.float64]
# Columns of products and of curves on each side, at most: a sweep costs as their cube.
MOST_PRODUCTS, MOST_CURVES = 200, 400


def knots_of(covariates: int, units: int) -> int:
    """Return how many knots leave no more curves than there may be, and units can tell of.

    Parameters
    ----------
    covariates : int
    units : int
    """
    most = min(MOST_CURVES, units // 4)
    return int(np.clip(most // max(covariates, 1), 3, 8))


def pairs_of(
    table: EffectTable, assignment: Assignment
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the pairs of covariates whose products are terms, of the outcome and of the effect.

    All, where these are not many; else those whose product of lines goes along best with what a
    linear model leaves over, and for the effect with that times the treatment less its probability.

    Parameters
    ----------
    table : EffectTable
    assignment : Assignment
    """
    basis = Basis.of(table.held, pairs=())
    lines = [c.lines(table.frame[c.name]) for c in basis.columns]
    columns = np.hstack([np.ones((len(table), 1)), *lines])
    away = table.t - assignment.propensity(table.held)
    design = np.hstack([columns, away[:, None] * columns])
    left = table.y - design @ np.linalg.lstsq(design, table.y, rcond=None)[0]
    everywhere = tuple(c.name for c in basis.columns)
    return (
        _best_pairs(basis, columns[:, 1:], left, everywhere),
        _best_pairs(basis, columns[:, 1:], left * away, table.modifiers),
    )


def _best_pairs(
    basis: Basis, lines: Floats, left: Floats, allowed: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return as many pairs of covariates as there may be, those of the largest products first."""
    wide = [max(len(c.levels), 1) for c in basis.columns]
    place = np.repeat(np.arange(len(wide)), wide)
    best = np.zeros((len(wide), len(wide)))
    np.maximum.at(best, (place[:, None], place), np.abs((lines * left[:, None]).T @ lines))
    inside = [k for k, c in enumerate(basis.columns) if c.name in allowed]
    pairs = sorted(combinations(inside, 2), key=lambda p: -best[p])
    curved = [w + (2 if len(c.edges) else 0) for w, c in zip(wide, basis.columns, strict=True)]
    total = np.cumsum([curved[i] * curved[j] for i, j in pairs])
    kept = pairs[: int((total <= MOST_PRODUCTS).sum())]
    return [(basis.columns[i].name, basis.columns[j].name) for i, j in kept]
