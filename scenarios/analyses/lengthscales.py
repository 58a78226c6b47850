"""The processes of outcome and effect: how far each covariate reaches, learnt from curves first.

A covariate that the curves make much of has a short lengthscale, one that they leave alone a long
one; one common factor is chosen by the marginal likelihood, the weights integrated out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference.inputs.basis import IN_PRODUCT, Basis
from ifonly.inference.inputs.process_basis import ProcessBasis

__all__ = ["Spline", "processes"]

Floats = NDArray[np.float64]
FACTORS = (0.1, 0.2, 0.4, 0.8)
AMPLITUDES = (0.1, 0.3, 1.0, 3.0)
NOISES = (1.0, 0.7)
OUTCOME_LANDMARKS, EFFECT_LANDMARKS = 400, 250
# Terms beside the processes: those that make up this share of the variance of all.
SHARE = 0.995
# An effect varies most likely with what the outcome varies with.
BORROWED = 0.3


@dataclass(frozen=True, eq=False)
class Spline:
    """What was learnt of one side, outcome or effect, with curves and products.

    Attributes
    ----------
    basis : Basis
    frame : pandas.DataFrame
        The rows.
    intercept : float
        The mean square of the intercept.
    mean, square : mapping of str to array of shape (term,)
        Of the weights of each group: posterior mean, and mean square.
    """

    basis: Basis
    frame: pd.DataFrame
    intercept: float
    mean: Mapping[str, Floats]
    square: Mapping[str, Floats]

    @property
    def importance(self) -> dict[str, float]:
        """The standard deviation of what each covariate contributes."""
        terms = self.basis.terms(self.frame)
        found = {}
        ends = dict.fromkeys(terms, 0)
        for column in self.basis.columns:
            total = np.zeros(len(self.frame))
            for name, width in (("line", len(column.centre)), ("curve", column.turn.shape[-1])):
                if name in terms and (name != "curve" or len(column.edges)):
                    own = slice(ends[name], ends[name] + width)
                    total += terms[name][:, own] @ self.mean[name][own]
                    ends[name] += width
            found[column.name] = float(total.var())
        start = 0
        for i, j in self.basis.pairs:
            one, other = self.basis.columns[i], self.basis.columns[j]
            own = slice(start, start + _in_product(one) * _in_product(other))
            part = float((terms["product"][:, own] @ self.mean["product"][own]).var())
            found[one.name] += part
            found[other.name] += part
            start = own.stop
        return {n: v**0.5 for n, v in found.items()}

    @property
    def kept(self) -> dict[str, NDArray[np.int64]]:
        """The columns of each group that make up nearly all of the variance."""
        everything = np.sort(np.concatenate(list(self.square.values())))[::-1]
        count = int(np.searchsorted(np.cumsum(everything), SHARE * everything.sum())) + 1
        least = everything[min(count, len(everything)) - 1]
        return {n: np.flatnonzero(v >= least) for n, v in self.square.items()}


def _in_product(column: object) -> int:
    curves = min(column.turn.shape[-1], IN_PRODUCT - 1) if len(column.edges) else 0  # type: ignore[attr-defined]
    return len(column.centre) + curves  # type: ignore[attr-defined]


def processes(
    outcome: Spline, effect: Spline, t: Floats, y: Floats, noise: float
) -> tuple[tuple[ProcessBasis, ProcessBasis], float]:
    """Return the processes of outcome and effect, and how much they explain beside the curves.

    Parameters
    ----------
    outcome, effect : Spline
    t : array of shape (unit,)
    y : array of shape (unit,)
        Centred.
    noise : float
        The standard deviation that the curves leave.

    Returns
    -------
    tuple of ProcessBasis
    float
        The gain in the log marginal likelihood over curves and products alone.
    """
    of_outcome = outcome.importance
    largest = max(of_outcome.values(), default=1.0) or 1.0
    of_outcome = {n: v / largest for n, v in of_outcome.items()}
    of_effect = effect.importance
    largest = max(of_effect.values(), default=1.0) or 1.0
    of_effect = {n: v / largest + BORROWED * of_outcome.get(n, 0.0) for n, v in of_effect.items()}
    largest = max(of_effect.values(), default=1.0) or 1.0
    of_effect = {n: v / largest for n, v in of_effect.items()}
    tried = []
    for factor in FACTORS:
        pair = (
            _process(outcome, of_outcome, factor, OUTCOME_LANDMARKS),
            _process(effect, of_effect, factor, EFFECT_LANDMARKS),
        )
        with_process, without = _evidence(outcome, effect, pair, t, y, noise)
        tried.append((pair, with_process - without))
    return max(tried, key=lambda found: found[1])


def _process(
    spline: Spline, importance: Mapping[str, float], factor: float, count: int
) -> ProcessBasis:
    inverse = {n: factor * v for n, v in importance.items()}
    return ProcessBasis.of(spline.basis, spline.frame, inverse, count, spline.kept)


def _evidence(
    outcome: Spline,
    effect: Spline,
    pair: tuple[ProcessBasis, ProcessBasis],
    t: Floats,
    y: Floats,
    noise: float,
) -> tuple[float, float]:
    """Return the largest log marginal likelihood with processes, and without."""
    blocks, known, of_process = [], [], []
    for side, process, times in ((outcome, pair[0], None), (effect, pair[1], t)):
        ones = np.ones((len(y), 1))
        terms = {"": ones} | process.terms(side.frame)
        for name, columns in terms.items():
            blocks.append(columns if times is None else times[:, None] * columns)
            width = columns.shape[1]
            if name == "":
                known.append(np.full(width, side.intercept))
            else:
                own = side.square.get(name)
                known.append(np.zeros(width) if own is None else own[process.kept[name]])
            kind = 1 if times is None else 2
            of_process.append(np.full(width, kind if name == "process" else 0))
    columns = np.hstack(blocks)
    gram, right, total = columns.T @ columns, columns.T @ y, float(y @ y)
    fixed, place = np.concatenate(known), np.concatenate(of_process)
    scale = float(y.std())
    found, none = [], []
    for share in NOISES:
        variance = share * noise**2
        none.append(_marginal(gram, right, total, fixed, variance, len(y)))
        for one, other in product(AMPLITUDES, AMPLITUDES):
            prior = fixed + np.array([0.0, scale * one, scale * other])[place] ** 2
            found.append(_marginal(gram, right, total, prior, variance, len(y)))
    return max(found), max(none)


def _marginal(
    gram: Floats, right: Floats, total: float, prior: Floats, variance: float, units: int
) -> float:
    root = np.sqrt(prior)
    system = gram * (root[:, None] * root / variance)
    system[np.diag_indices_from(system)] += 1.0
    factor = np.linalg.cholesky(system)
    along = np.linalg.solve(factor, root * right / variance)
    log_det = 2 * np.log(np.diag(factor)).sum() + units * np.log(variance)
    return float(-0.5 * (log_det + total / variance - along @ along))
