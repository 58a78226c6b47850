"""The probability of treatment given covariates: a penalised logistic regression on a basis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from ifonly.inference.errors import DataError
from ifonly.inference.inputs.basis import Basis, evenly

__all__ = ["MOST_CURVED", "Assignment", "learn_assignment"]

Floats = NDArray[np.float64]
# Prior precisions of the weights of lines and of curves that are tried.
PRECISIONS = ((1.0, 1.0), (1.0, 30.0), (1.0, 1_000.0), (30.0, 1_000.0), (300.0, 3_000.0))
# With more covariates there are no curves: each column costs a step of every fit.
MOST_CURVED = 60
# With fewer units a column some direction always tells the arms apart.
UNITS_A_COLUMN = 5
STEPS = 50
# Beyond it a probability is 0 or 1 to four digits: the arms do not overlap.
MOST_LOGIT = 9.2


@dataclass(frozen=True, eq=False)
class Assignment:
    """What was learnt of the assignment.

    Attributes
    ----------
    basis : Basis
    weights : array of shape (term,)
        The constant first.
    """

    basis: Basis
    weights: Floats

    def logit(self, frame: pd.DataFrame) -> Floats:
        """Return the log-odds of treatment of each row, of shape (unit,)."""
        found = _columns(self.basis, frame) @ self.weights
        return np.clip(found, -MOST_LOGIT, MOST_LOGIT)

    def propensity(self, frame: pd.DataFrame) -> Floats:
        """Return the probability of treatment of each row, of shape (unit,)."""
        return expit(self.logit(frame))


def learn_assignment(held: pd.DataFrame, treated: Floats) -> Assignment:
    """Return how the treatment depends on the covariates.

    The prior precisions are those of the largest marginal likelihood (Laplace), of some units where
    there are many.

    Parameters
    ----------
    held : pandas.DataFrame of shape (unit, covariate)
    treated : array of shape (unit,)
        0 or 1.

    Returns
    -------
    Assignment

    Raises
    ------
    DataError
        If the covariates together decide the treatment.
    """
    basis = Basis.of(held, pairs=())
    columns = _columns(basis, held)
    lines = sum(len(c.centre) for c in basis.columns)
    some = evenly(len(held))
    tried = []
    for of_lines, of_curves in PRECISIONS:
        prior = np.full(columns.shape[1], of_curves)
        prior[: 1 + lines] = of_lines
        prior[0] = 1e-4
        tried.append((*_fitted(columns[some], treated[some], prior), prior))
    weights, _, prior = max(tried, key=lambda found: found[1])
    if len(some) < len(held):
        weights, _ = _fitted(columns, treated, prior, weights)
    logit = columns @ weights
    enough = len(held) > UNITS_A_COLUMN * columns.shape[1]
    if enough and logit[treated == 1].min() > logit[treated == 0].max():
        raise DataError(
            "the covariates together decide the treatment: no treated unit has an untreated one "
            "like it; leave out what follows from the treatment, or give units of both kinds"
        )
    return Assignment(basis, weights)


def _columns(basis: Basis, frame: pd.DataFrame) -> Floats:
    groups = ("line",) if len(basis.columns) > MOST_CURVED else ("line", "curve")
    terms = basis.terms(frame, groups)
    return np.hstack([np.ones((len(frame), 1)), *terms.values()])


def _fitted(
    columns: Floats, treated: Floats, prior: Floats, begun: Floats | None = None
) -> tuple[Floats, float]:
    """Return the mode of a logistic regression and its log marginal likelihood."""
    w = np.zeros(columns.shape[1]) if begun is None else begun

    def cost(w: Floats) -> float:
        eta = columns @ w
        return float(np.logaddexp(0.0, eta).sum() - eta @ treated + 0.5 * prior @ w**2)

    for _ in range(STEPS):
        p = expit(columns @ w)
        curvature = (columns * (p * (1 - p))[:, None]).T @ columns + np.diag(prior)
        step = np.linalg.solve(curvature, columns.T @ (treated - p) - prior * w)
        size = 1.0
        while cost(w + size * step) > cost(w) and size > 1e-4:
            size /= 2
        w = w + size * step
        if np.abs(step).max() < 1e-6:
            break
    log_det = np.linalg.slogdet(curvature)[1] - np.log(prior).sum()
    return w, -cost(w) - 0.5 * float(log_det)
