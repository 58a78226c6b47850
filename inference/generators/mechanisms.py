"""A mechanism: a Bayesian regression with shrunk terms, and its posterior draws.

The terms stand in groups (lines, curves, products, and those that the treatment changes). Each
group has its own prior variance, which the data choose; the posterior is its normal approximation
at the mode.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular

from ..errors import DataError
from .columns import Column
from .laws import Law, derivatives, mean_of
from .terms import Terms, terms_of

__all__ = ["Mechanism", "learn_mechanism"]

Floats = NDArray[np.float64]

ROWS = 20_000  # whose terms are held at once
ROUNDS = 25  # of the prior variances; Newton's steps in each
STEPS = 4
WIDEST = 1e4  # prior variance of the intercept and of the treatment
VARIANCES = (1e-6, 10.0)
SMALLEST = 1e-3  # standard deviation that is left, as a share of the response's own
SETTLED = 0.01  # relative change of the prior variances


@dataclass(frozen=True, eq=False)
class Mechanism:
    """A regression of one column on others, and perhaps on the treatment.

    Attributes
    ----------
    law : str
        Of the response.
    terms : Terms
    treated : bool
        Whether the treatment is among the regressors.
    coefficients : ndarray of shape (draw, term)
    scales : ndarray of shape (draw,)
        Standard deviation (of the logarithm for a log-normal law), or the size of a negative
        binomial law; 1 for a Bernoulli law.
    """

    law: Law
    terms: Terms
    treated: bool
    coefficients: Floats
    scales: Floats

    def taken(self, draws: slice) -> Mechanism:
        """Return some of the draws."""
        return replace(self, coefficients=self.coefficients[draws], scales=self.scales[draws])

    def predictor(
        self, frame: pd.DataFrame, treatment: Floats | None, chosen: NDArray[np.int64]
    ) -> Floats:
        """Return the linear predictor of each row, each in the draw that `chosen` names."""
        out = np.empty(len(frame))
        for rows, design in self._designs(frame, treatment):
            out[rows] = np.einsum("nt,nt->n", design, self.coefficients[chosen[rows]])
        return out

    def mean(self, frame: pd.DataFrame, treatment: Floats | None, draw: int | None) -> Floats:
        """Return the mean of the response of each row, in one draw or over all draws."""
        which = slice(None) if draw is None else slice(draw, draw + 1)
        coefficients, scales = self.coefficients[which], self.scales[which]
        out = np.empty(len(frame))
        for rows, design in self._designs(frame, treatment):
            means = mean_of(self.law, design @ coefficients.T, scales)
            out[rows] = means.mean(axis=1)
        return out

    def _designs(
        self, frame: pd.DataFrame, treatment: Floats | None
    ) -> Iterator[tuple[slice, Floats]]:
        """Yield rows and their terms, so that not all of them are held at once."""
        for start in range(0, len(frame), ROWS):
            rows = slice(start, start + ROWS)
            given = None if treatment is None else treatment[rows]
            yield rows, np.column_stack(_design(self.terms, frame.iloc[rows], given))


def _design(terms: Terms, frame: pd.DataFrame, treatment: Floats | None) -> list[Floats]:
    """Return the groups of terms; the first has a prior so wide that nothing is shrunk."""
    lines, curves, products = terms.blocks(frame)
    one = np.ones((len(frame), 1))
    if treatment is None:
        return [one, lines, curves, products]
    given = np.asarray(treatment, dtype=np.float64)[:, None]
    return [np.column_stack([one, given]), lines, curves, products, lines * given]


@dataclass(frozen=True, eq=False)
class _Fit:
    mode: Floats
    factor: tuple[Floats, bool]  # of the posterior precision
    scale: float


def learn_mechanism(
    frame: pd.DataFrame,
    columns: tuple[Column, ...],
    response: tuple[Law, Floats],
    treatment: Floats | None,
    draws: int,
    rng: np.random.Generator,
) -> Mechanism:
    """Return a regression of a response on columns.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : tuple of Column
        Of the frame.
    response : tuple of str and ndarray of shape (unit,)
        The law, and the values.
    treatment : ndarray of shape (unit,) or None
        Of 0 and 1, if it is a regressor.
    draws : int
    rng : numpy.random.Generator

    References
    ----------
    .. [1] MacKay (1992), Neural Computation 4, 415-447. doi:10.1162/neco.1992.4.3.415
    """
    law, values = response
    values = np.log(values) if law == "lognormal" else values
    terms = terms_of(frame, columns, values)
    blocks = _design(terms, frame, treatment)
    fit = _fitted(law, blocks, values)
    noise = rng.standard_normal((len(fit.mode), draws))
    # The factor is upper triangular: precision = factor.T @ factor.
    scales = np.full(draws, fit.scale)
    if law in ("normal", "lognormal"):
        scales = fit.scale * np.sqrt(len(values) / rng.chisquare(len(values), draws))
    spread = solve_triangular(fit.factor[0], noise) * (scales / fit.scale)
    return Mechanism(law, terms, treatment is not None, fit.mode + spread.T, scales)


def _fitted(law: Law, blocks: list[Floats], values: Floats) -> _Fit:
    """Return the mode, with the prior variance of each group where the data are likeliest."""
    design = np.column_stack(blocks)
    group = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
    variances = np.full(len(blocks), 0.1)
    variances[0] = WIDEST
    scale = _first_scale(law, values)
    mode = _start(law, design, values)
    if law == "normal":
        variances[1:] *= values.var()
        variances[0] *= values.var()
    limits = np.array(VARIANCES) * (values.var() if law == "normal" else 1.0)
    for _ in range(ROUNDS):
        for _ in range(STEPS if law in ("bernoulli", "negative_binomial") else 1):
            slope, curvature = derivatives(law, values, design @ mode, scale)
            prior = 1 / variances[group]
            precision = (design * curvature[:, None]).T @ design + np.diag(prior)
            try:
                factor = cho_factor(precision)
            except (LinAlgError, ValueError):
                raise DataError(
                    "the outcome's regression has no solution in floating point: numbers of the "
                    "table differ too much in size; give them in units that suit them"
                ) from None
            mode = mode + cho_solve(factor, design.T @ slope - prior * mode)
        inverse = solve_triangular(factor[0], np.eye(len(mode)), trans="T")
        uncertain = np.square(inverse).sum(axis=0)
        before = variances.copy()
        for k in range(1, len(blocks)):
            own = group == k
            if own.any():
                # MacKay's step: the coefficients that are determined share the sum of squares.
                known = max(own.sum() - (uncertain[own] / variances[k]).sum(), 1e-3)
                variances[k] = np.clip((mode[own] ** 2).sum() / known, *limits)
        scale = _scale(law, values, design @ mode, len(mode) - (uncertain / before[group]).sum())
        if np.all(np.abs(variances - before) <= SETTLED * before):
            break
    return _Fit(mode, factor, scale)


def _start(law: Law, design: Floats, values: Floats) -> Floats:
    mode = np.zeros(design.shape[1])
    mean = values.mean()
    if law == "bernoulli":
        mode[0] = np.log(mean / (1 - mean))
    elif law == "negative_binomial":
        mode[0] = np.log(max(mean, 1e-3))
    else:
        mode[0] = mean
    return mode


def _first_scale(law: Law, values: Floats) -> float:
    return {"bernoulli": 1.0, "negative_binomial": 1e3}.get(law, float(values.std()))


def _scale(law: Law, values: Floats, predictor: Floats, used: float) -> float:
    """Return the scale, given the fitted predictor and how many coefficients it used."""
    freedom = max(len(values) - used, 1.0)
    if law == "bernoulli":
        return 1.0
    if law == "negative_binomial":
        mean = mean_of(law, predictor, 1.0)
        extra = (np.square(values - mean) - mean).sum() / np.square(mean).sum()
        return float(1 / np.clip(extra, 1e-3, 1e2))
    # An outcome that its regressors determine would leave a spread of nothing.
    least = SMALLEST * values.std()
    return float(max(np.sqrt(np.square(values - predictor).sum() / freedom), least))
