"""Blocked Gibbs sampling of the Dirichlet-process general-location mixture.

Each component is a normal law of the scores times a law of each categorical column. Scores rise
with the values and are known up to an interval; where a value is missing, it is the whole line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri

from ..errors import DataError
from ..inputs.scalars import positive_whole, settle
from .convergence import quadrants, traces_of
from .mixture import Draws

__all__ = ["Chains", "Evidence", "Prior", "Sweeps", "sampled"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

NARROWEST = 1e-3  # expected variance of a score in any direction within a component
# The concentration is one of these values, each as likely before the data.
CONCENTRATIONS = np.geomspace(0.5, 50.0, 25)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of each unit.

    Attributes
    ----------
    low, high : ndarray of shape (unit, score)
        Between which the normal score is; equal where it is known.
    codes : ndarray of shape (unit, categorical column)
    sizes : tuple of int
        Levels of each categorical column.
    """

    low: Floats
    high: Floats
    codes: Codes
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Prior:
    """The prior of the mixture.

    Attributes
    ----------
    components : int
        At most so many.
    spread : float
        Expected variance of a score within a component, before the data; the whole has 1.
    weight : float
        Of the prior mean of a component, in units.
    freedom : float
        Degrees of freedom of a component's covariance beyond the least.
    levels : float
        Weight of a column's own frequencies in each component, in units.
    """

    components: int = 40
    spread: float = 0.25
    weight: float = 0.05
    freedom: float = 20.0
    levels: float = 1.0

    def __post_init__(self) -> None:
        """Check that there is such a prior."""
        positive_whole("components of Prior", self.components, DataError)
        positive = {"above": 0.0}
        own = {"spread": positive, "weight": positive, "levels": positive}
        settle(self, DataError, **own, freedom={"least": 0.0})


@dataclass(frozen=True)
class Sweeps:
    """How long the chains are.

    Attributes
    ----------
    tune : int
        Sweeps of each chain that are left out at the start.
    draws : int
        Kept, of all chains together.
    thin : int
        Sweeps between two that are kept.
    chains : int
    """

    tune: int = 100
    draws: int = 50
    thin: int = 2
    chains: int = 2


@dataclass(frozen=True, eq=False)
class Chains:
    """What the sampler leaves.

    Attributes
    ----------
    draws : Draws
        Chain after chain.
    weights : ndarray of shape (draw, unit)
        Of the units: each component's weight, divided among its units by a Bayesian bootstrap.
    traces : xarray.Dataset
        Of `traces_of`: all sweeps but the first half of those that are left out.
    """

    draws: Draws
    weights: Floats
    traces: xr.Dataset


@dataclass(frozen=True, eq=False)
class _State:
    scores: Floats
    component: Codes
    concentration: float
    scale: Floats
    weights: Floats
    means: Floats
    roots: Floats  # of the precisions: root.T @ root
    levels: tuple[Floats, ...]


def sampled(evidence: Evidence, prior: Prior, sweeps: Sweeps, rng: np.random.Generator) -> Chains:
    """Return draws of the mixture given a table.

    Parameters
    ----------
    evidence : Evidence
    prior : Prior
    sweeps : Sweeps
    rng : numpy.random.Generator

    Returns
    -------
    Chains

    References
    ----------
    .. [1] Ishwaran and Zarepour (2002), Can. J. Stat. 30, 269-283. doi:10.2307/3315951
    .. [2] Kottas, Muller and Quintana (2005), JCGS 14, 610-625. doi:10.1198/106186005X63185
    .. [3] Hoff (2007), Ann. Appl. Stat. 1, 265-283. doi:10.1214/07-AOAS107
    """
    chains = min(sweeps.chains, sweeps.draws)
    each, skipped = -(-sweeps.draws // chains), sweeps.tune // 2
    kept: list[_State] = []
    cuts, traces = _cuts(evidence), []
    for stream in rng.spawn(chains):
        state, trace = _start(evidence, prior, stream), []
        for sweep in range(1, sweeps.tune + each * sweeps.thin + 1):
            state = _sweep(state, evidence, prior, stream)
            if sweep > skipped:
                trace.append(_summary(state, cuts))
            if sweep > sweeps.tune and (sweep - sweeps.tune) % sweeps.thin == 0:
                kept.append(state)
        traces.append(trace)
    kept = kept[: sweeps.draws]
    weights = np.array([_unit_weights(state, rng) for state in kept])
    return Chains(_gathered(kept), weights, traces_of(traces))


def _unit_weights(state: _State, rng: np.random.Generator) -> Floats:
    own = rng.standard_exponential(len(state.component))
    total = np.bincount(state.component, own, len(state.weights))
    weights: Floats = own * (state.weights / np.maximum(total, 1e-300))[state.component]
    return weights / weights.sum()


def _summary(state: _State, cuts: Floats) -> dict[str, Floats]:
    """Return what a mixture says of the table, whatever the order of its components."""
    some = np.unique(state.component)  # components without units follow the prior
    weights = state.weights[some] / state.weights[some].sum()
    levels = (weights @ laws[some] for laws in state.levels)
    return {
        "concentration": np.array([state.concentration]),
        "occupied": np.array([len(some)], dtype=float),
        **quadrants(cuts, weights, state.means[some], _covariances(state.roots[some])),
        "level": np.concatenate([np.empty(0), *levels]),
    }


def _cuts(evidence: Evidence) -> Floats:
    """Return, for each score, the end of a value's interval that is nearest to the median."""
    found = np.zeros(evidence.high.shape[1])
    for j, (low, high) in enumerate(zip(evidence.low.T, evidence.high.T, strict=True)):
        known = np.sort(high[np.isfinite(low) | np.isfinite(high)])
        ends = np.unique(known[np.isfinite(known)])
        if ends.size:  # else no value is known
            below = np.searchsorted(known, ends, "right")
            found[j] = ends[np.abs(below - len(known) / 2).argmin()]
    return found


def _sweep(state: _State, evidence: Evidence, prior: Prior, rng: np.random.Generator) -> _State:
    state = _components_drawn(state, evidence, prior, rng)
    state = replace(state, component=_assigned(state, evidence, rng))
    return replace(state, scores=_scores_drawn(state, evidence, rng))


def _start(evidence: Evidence, prior: Prior, rng: np.random.Generator) -> _State:
    scores = _between(evidence.low, evidence.high, rng)
    units, size = scores.shape
    centres = scores[rng.choice(units, min(prior.components, units), replace=False)]
    distance = (centres**2).sum(axis=1) - 2 * scores @ centres.T
    # Without scores there is no distance: any component will do.
    near = distance.argmin(axis=1) if size else rng.integers(0, len(centres), units)
    component = np.asarray(near, dtype=np.int64)
    nothing = np.empty(0)
    scale = prior.spread * (prior.freedom + 1) * np.eye(size)
    return _State(scores, component, 5.0, scale, nothing, nothing, nothing, ())


def _components_drawn(
    state: _State, evidence: Evidence, prior: Prior, rng: np.random.Generator
) -> _State:
    counts = np.bincount(state.component, minlength=prior.components)
    share = state.concentration / prior.components
    weights = rng.gamma(np.maximum(counts + share, 1e-3)) + 1e-300
    means, roots = _normals(state, counts, prior, rng)
    levels = tuple(
        _level_laws(evidence.codes[:, j], size, state.component, prior, rng)
        for j, size in enumerate(evidence.sizes)
    )
    return replace(
        state,
        weights=weights / weights.sum(),
        means=means,
        roots=roots,
        levels=levels,
        concentration=_concentration(counts, rng),
        scale=_scale(roots, prior, rng),
    )


def _normals(
    state: _State, counts: Codes, prior: Prior, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the mean and the root of the precision of each component (normal, inverse Wishart)."""
    size = state.scores.shape[1]
    total, scatter = _moments(state.scores, state.component, counts)
    weight = prior.weight + counts
    centre = total / weight[:, None]
    # Of the prior mean, which is 0, and the mean of the members.
    between = prior.weight / (weight * np.maximum(counts, 1))
    shape = state.scale + scatter + between[:, None, None] * total[:, :, None] * total[:, None, :]
    freedom = prior.freedom + size + 1 + counts
    lower = np.linalg.cholesky(shape)
    bartlett = np.tril(rng.standard_normal(shape.shape), -1)
    diagonal = np.arange(size)
    bartlett[:, diagonal, diagonal] = np.sqrt(rng.chisquare(freedom[:, None] - diagonal))
    # The precision is root.T @ root, with root = bartlett.T @ inverse(lower).
    roots = np.swapaxes(bartlett, 1, 2) @ np.linalg.inv(lower)
    noise = rng.standard_normal((len(counts), size, 1)) / np.sqrt(weight)[:, None, None]
    return centre + np.linalg.solve(roots, noise)[:, :, 0], roots


def _moments(scores: Floats, component: Codes, counts: Codes) -> tuple[Floats, Floats]:
    """Return each component's sum of the scores, and of the products of their deviations."""
    size = scores.shape[1]
    total = np.zeros((len(counts), size))
    scatter = np.zeros((len(counts), size, size))
    order = np.argsort(component, kind="stable")
    ends = np.cumsum(counts)
    for each in np.flatnonzero(counts):
        members = scores[order[ends[each] - counts[each] : ends[each]]]
        total[each] = members.sum(axis=0)
        apart = members - total[each] / counts[each]
        scatter[each] = apart.T @ apart
    return total, scatter


def _scale(roots: Floats, prior: Prior, rng: np.random.Generator) -> Floats:
    """Return the scale that the components' covariances share (Wishart)."""
    size = roots.shape[1]
    if not size:
        return np.empty((0, 0))
    precision = np.einsum("kij,kil->jl", roots, roots)
    own = size + 2.0  # the prior's own freedom: its mean is spread * (freedom + 1)
    rate = np.eye(size) * own / (prior.spread * (prior.freedom + 1)) + precision
    freedom = own + len(roots) * (prior.freedom + size + 1)
    lower = np.linalg.cholesky(np.linalg.inv(rate))
    bartlett = np.tril(rng.standard_normal((size, size)), -1)
    bartlett[np.diag_indices(size)] = np.sqrt(rng.chisquare(freedom - np.arange(size)))
    root = lower @ bartlett
    # Columns that repeat each other would have it shrink to nothing.
    return root @ root.T + NARROWEST * (prior.freedom + 1) * np.eye(size)


def _level_laws(
    codes: Codes, size: int, component: Codes, prior: Prior, rng: np.random.Generator
) -> Floats:
    together = np.bincount(component * size + codes, minlength=prior.components * size)
    own = np.bincount(codes, minlength=size) / len(codes)
    drawn = rng.gamma(together.reshape(-1, size) + prior.levels * own) + 1e-300
    return drawn / drawn.sum(axis=1, keepdims=True)


def _concentration(counts: Codes, rng: np.random.Generator) -> float:
    share = CONCENTRATIONS[:, None] / len(counts)
    log = gammaln(CONCENTRATIONS) - gammaln(CONCENTRATIONS + counts.sum())
    log = log + (gammaln(share + counts) - gammaln(share)).sum(axis=1)
    return float(CONCENTRATIONS[np.argmax(log + rng.gumbel(size=len(log)))])


def _assigned(state: _State, evidence: Evidence, rng: np.random.Generator) -> Codes:
    """Return the component of each unit, drawn given everything else."""
    units, size = state.scores.shape
    components = len(state.weights)
    flat = state.roots.reshape(components * size, size)
    centred = np.einsum("kij,kj->ki", state.roots, state.means).reshape(-1)
    whitened = (state.scores @ flat.T - centred).reshape(units, components, size)
    log: Floats = -0.5 * np.einsum("nki,nki->nk", whitened, whitened)
    log += np.log(np.abs(np.linalg.det(state.roots))) + np.log(state.weights)
    for codes, laws in zip(evidence.codes.T, state.levels, strict=True):
        log += np.log(laws).T[codes]
    chance: Floats = np.exp(log - log.max(axis=1, keepdims=True)).cumsum(axis=1)
    uniform: Floats = rng.random((units, 1))
    picked = (uniform * chance[:, -1:] >= chance).sum(axis=1)
    return np.minimum(picked, components - 1)


def _scores_drawn(state: _State, evidence: Evidence, rng: np.random.Generator) -> Floats:
    """Return the scores, drawn one column after the other between their bounds."""
    precision = np.swapaxes(state.roots, 1, 2) @ state.roots
    scores = state.scores.copy()
    loose = evidence.high > evidence.low
    for j in np.flatnonzero(loose.any(axis=0)):
        open_ = np.flatnonzero(loose[:, j])
        of = state.component[open_]
        own = precision[:, j, j]
        pull = np.einsum("nd,nd->n", precision[of, j], scores[open_] - state.means[of])
        centre, sd = scores[open_, j] - pull / own[of], 1 / np.sqrt(own[of])
        low, high = (bound[open_, j] for bound in (evidence.low, evidence.high))
        scores[open_, j] = centre + sd * _between((low - centre) / sd, (high - centre) / sd, rng)
    return scores


def _between(low: Floats, high: Floats, rng: np.random.Generator) -> Floats:
    """Return standard normal numbers between bounds."""
    flip = low > 0  # the lower tail keeps its digits
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    below, above = ndtr(a), ndtr(b)
    drawn = ndtri(below + rng.random(np.shape(low)) * (above - below))
    # Far out in a tail nothing is left of the probability: the bound that is nearest.
    drawn = np.clip(np.where(np.isfinite(drawn), drawn, b), a, b)
    return np.where(flip, -drawn, drawn)


def _gathered(kept: list[_State]) -> Draws:
    return Draws(
        weights=np.stack([s.weights for s in kept]),
        means=np.stack([s.means for s in kept]),
        factors=np.stack([np.linalg.cholesky(_covariances(s.roots)) for s in kept]),
        levels=tuple(np.stack(column) for column in zip(*(s.levels for s in kept), strict=True)),
    )


def _covariances(roots: Floats) -> Floats:
    inverse = np.linalg.inv(roots)
    return inverse @ np.swapaxes(inverse, 1, 2)
