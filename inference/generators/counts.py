"""A regression of counts: draws of its posterior by a Markov chain.

Given the spreads of the groups and the size of the law, the weights are proposed from a t
distribution at their mode, and accepted by the law itself (Metropolis and Hastings). The spreads
have conjugate laws, and the size is drawn by slices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.special import gammaln

from .laws import FARTHEST, slopes
from .terms import FREE, WIDEST

__all__ = ["count_draws"]

Floats = NDArray[np.float64]

SETTLING, STEPS = 15, 2  # sweeps that start at the mode; Newton's steps in each sweep
TUNE, THIN = 100, 4  # sweeps left out at the start, and between two draws that are kept
SIZE = 10.0  # scale of the size's half-Cauchy law
LEAST_FREEDOM, FREEDOM_A_DIMENSION = 7.0, 4.0  # of the t distribution, as `blocks.smooth` has it
MOST_STEPS = 30  # of a slice that steps out


@dataclass(frozen=True, eq=False)
class State:
    """Where a chain is.

    Attributes
    ----------
    weights : array of shape (term,)
    variances : array of shape (group,)
        Of the weights; that of the first group is the prior's own.
    size : float
    """

    weights: Floats
    variances: Floats
    size: float


@dataclass(frozen=True, eq=False)
class Counts:
    """The data.

    Attributes
    ----------
    design : array of shape (unit, term)
    group : array of shape (term,)
        By its number.
    values : array of shape (unit,)
    """

    design: Floats
    group: NDArray[np.int64]
    values: Floats

    def log_likelihood(self, weights: Floats, size: float) -> float:
        """Return the log-likelihood, but for a constant."""
        eta = np.minimum(self.design @ weights, FARTHEST)
        log, y = np.log(size), self.values
        total = np.logaddexp(log, eta)
        own = gammaln(y + size) - gammaln(size) + size * (log - total) + y * (eta - total)
        return float(own.sum())

    def mode(self, state: State) -> tuple[Floats, Floats]:
        """Return the mode of the weights given the rest, and the root of minus its curvature."""
        mode, prior = state.weights, 1 / state.variances[self.group]
        for last in range(STEPS + 1):
            slope, curvature = slopes(self.values, self.design @ mode, state.size)
            bend = (self.design * curvature[:, None]).T @ self.design + np.diag(prior)
            factor = cho_factor(bend)
            if last < STEPS:
                mode = mode + cho_solve(factor, self.design.T @ slope - prior * mode)
        return mode, np.triu(factor[0])


def count_draws(
    groups: Mapping[str, Floats], values: Floats, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, dict[str, Floats]]:
    """Return draws of the weights, of the law's size, and of each group's spread.

    Parameters
    ----------
    groups : mapping of str to ndarray of shape (unit, term)
        As `regression` has them, with a spread of 1.
    values : ndarray of shape (unit,)
        Whole numbers from 0.
    draws : int
    rng : numpy.random.Generator

    References
    ----------
    .. [1] Gamerman (1997), Statistics and Computing 7, 57-68. doi:10.1023/A:1018509429360
    .. [2] Makalic and Schmidt (2016), IEEE Signal Processing Letters 23, 179-182.
       doi:10.1109/LSP.2015.2503725
    .. [3] Neal (2003), Annals of Statistics 31, 705-767. doi:10.1214/aos/1056562461
    """
    sizes = [block.shape[1] for block in groups.values()]
    data = Counts(
        np.column_stack(list(groups.values())), np.repeat(np.arange(len(groups)), sizes), values
    )
    state = State(np.zeros(sum(sizes)), np.full(len(groups), 0.1), SIZE)
    state.weights[0] = np.log(max(values.mean(), 1e-3))
    state.variances[[g == FREE for g in groups]] = WIDEST**2
    kept = []
    for sweep in range(SETTLING + TUNE + draws * THIN):
        state = _weights(data, state, rng, settling=sweep < SETTLING)
        state = replace(state, variances=_variances(data, state, list(groups), rng))
        state = replace(state, size=_size(data, state, rng))
        if sweep >= SETTLING + TUNE and (sweep - SETTLING - TUNE) % THIN == THIN - 1:
            kept.append(state)
    spreads = np.sqrt([s.variances for s in kept])
    return (
        np.array([s.weights for s in kept]),
        np.array([s.size for s in kept]),
        {g: spreads[:, k] for k, g in enumerate(groups)},
    )


def _weights(data: Counts, state: State, rng: np.random.Generator, *, settling: bool) -> State:
    """Return the state with its weights drawn anew; at the mode itself while the chain settles."""
    mode, root = data.mode(state)
    if settling:
        return replace(state, weights=mode)
    d = len(mode)
    freedom = max(LEAST_FREEDOM, FREEDOM_A_DIMENSION * d)
    z = rng.standard_normal(d) * np.sqrt(freedom / rng.chisquare(freedom))
    proposed = mode + solve_triangular(root, z)
    prior = 1 / state.variances[data.group]

    def excess(weights: Floats) -> float:
        """Return how much higher the posterior is than the proposal, as a logarithm."""
        away = np.square(root @ (weights - mode)).sum()
        proposal = -0.5 * (freedom + d) * np.log1p(away / freedom)
        own = data.log_likelihood(weights, state.size) - 0.5 * (prior * weights**2).sum()
        return float(own - proposal)

    if np.log(rng.random()) < excess(proposed) - excess(state.weights):
        return replace(state, weights=proposed)
    return state


def _variances(data: Counts, state: State, groups: list[str], rng: np.random.Generator) -> Floats:
    """Return the variances given the weights: each standard deviation is half-Cauchy a priori."""
    found = state.variances.copy()
    for k, group in enumerate(groups):
        if group == FREE:
            continue
        own = state.weights[data.group == k]
        rate = rng.gamma(1.0, 1 / (1 + 1 / found[k]))  # 1 / a, where variance | a is inverse gamma
        found[k] = 1 / rng.gamma((len(own) + 1) / 2, 1 / (rate + (own**2).sum() / 2))
    return found


def _size(data: Counts, state: State, rng: np.random.Generator) -> float:
    """Return the size given the weights, by slices of its logarithm."""

    def density(log: float) -> float:
        prior = log - np.log1p(np.exp(2 * (log - np.log(SIZE))))
        return data.log_likelihood(state.weights, float(np.exp(log))) + float(prior)

    return float(np.exp(_sliced(density, np.log(state.size), rng)))


def _sliced(density: Callable[[float], float], at: float, rng: np.random.Generator) -> float:
    height = density(at) - rng.exponential()
    low = at - rng.random()
    high = low + 1.0
    budget = rng.integers(MOST_STEPS)  # on either side, so that the step is reversible
    for _ in range(budget):
        if density(low) <= height:
            break
        low -= 1.0
    for _ in range(MOST_STEPS - 1 - budget):
        if density(high) <= height:
            break
        high += 1.0
    while True:
        there = rng.uniform(low, high)
        if density(there) > height:
            return float(there)
        low, high = (there, high) if there < at else (low, there)
