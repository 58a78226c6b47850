"""A regression of counts: the normal law at the mode, its spreads where the data are likeliest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from .laws import mean_of, slopes

__all__ = ["count_draws"]

Floats = NDArray[np.float64]

ROUNDS, STEPS = 25, 4  # of the prior variances; Newton's steps in each
WIDEST = 1e4  # prior variance of the intercept and of the treatment
VARIANCES = (1e-6, 10.0)
SETTLED = 0.01  # relative change of the prior variances
SIZES = (1e-3, 1e2)  # of the extra variance, which is 1 / size


def count_draws(
    groups: Mapping[str, Floats], values: Floats, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, dict[str, Floats]]:
    """Return draws of the coefficients, of the law's size, and of each group's spread.

    Parameters
    ----------
    groups : mapping of str to ndarray of shape (unit, term)
        The first is not shrunk. The spreads, and the size, are estimates: the same in each draw.
    values : ndarray of shape (unit,)
        Whole numbers from 0.
    draws : int
    rng : numpy.random.Generator

    References
    ----------
    .. [1] MacKay (1992), Neural Computation 4, 415-447. doi:10.1162/neco.1992.4.3.415
    """
    design = np.column_stack(list(groups.values()))
    group = np.repeat(np.arange(len(groups)), [block.shape[1] for block in groups.values()])
    variances = np.full(len(groups), 0.1)
    variances[0], size = WIDEST, 1e3
    mode = np.zeros(design.shape[1])
    mode[0] = np.log(max(values.mean(), 1e-3))
    for _ in range(ROUNDS):
        prior = 1 / variances[group]
        for _ in range(STEPS):
            slope, curvature = slopes(values, design @ mode, size)
            factor = cho_factor((design * curvature[:, None]).T @ design + np.diag(prior))
            mode = mode + cho_solve(factor, design.T @ slope - prior * mode)
        inverse = solve_triangular(factor[0], np.eye(len(mode)), trans="T")
        uncertain = np.square(inverse).sum(axis=0)
        before = variances.copy()
        for k in range(1, len(groups)):
            own = group == k
            # MacKay's step: the coefficients that are determined share the sum of squares.
            known = max(own.sum() - (uncertain[own] / variances[k]).sum(), 1e-3)
            variances[k] = np.clip((mode[own] ** 2).sum() / known, *VARIANCES)
        size = _size(values, design @ mode)
        if np.all(np.abs(variances - before) <= SETTLED * before):
            break
    # The factor is upper triangular: precision = factor.T @ factor.
    noise = rng.standard_normal((len(mode), draws))
    weights = mode + solve_triangular(factor[0], noise).T
    spreads = {g: np.full(draws, v**0.5) for g, v in zip(groups, variances, strict=True)}
    return weights, np.full(draws, size), spreads


def _size(values: Floats, predictor: Floats) -> float:
    """Return the size of the law by its moments."""
    mean = mean_of("negative_binomial", predictor, 1.0)
    extra = (np.square(values - mean) - mean).sum() / np.square(mean).sum()
    return float(1 / np.clip(extra, *SIZES))
