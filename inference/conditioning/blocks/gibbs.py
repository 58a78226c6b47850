r"""Linear mechanisms whose weights are scale mixtures of normals: a blocked Gibbs sampler.

The horseshoe (Carvalho et al., 2010, doi:10.1093/biomet/asq017) and its kin: each weight
:math:`w_j \sim N(c_j, (k_j \prod_m s_m)^2)` with half-Cauchy or half-t scales :math:`s_m`, one of
its own (local) or one of a group (global). Given the scales all weights are drawn at once from
their normal law, of which the units enter by the triangular factor of their rows, computed once. A
half-t scale of :math:`\nu` degrees of freedom is a mixture of inverse gammas:
:math:`s^2 \mid a \sim IG(\nu/2, \nu/a)`, :math:`a \sim IG(1/2, 1/A^2)`, so that each is drawn from
its own law too, the noise's like the others. Of a binary outcome with the probit link the latent
outcomes are drawn as well.
(Makalic and Schmidt, 2016, doi:10.1109/LSP.2015.2503725; Wand et al., 2011, doi:10.1214/11-BA631.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import BernoulliRV, LogNormalRV, NormalRV
from scipy.linalg.lapack import dpotrf, dtrtrs

from ...symbolic.affine import is_affine
from .design import rows, triangle
from .linear import weights_of
from .mixture import Spread, spread_of, traded
from .probit import Choice, probit_predictor
from .problem import Problem, Solution

__all__ = ["gibbs"]

Floats = NDArray[np.float64]
MOST_WEIGHTS = 3_000
# Sweeps for each kept draw: a sweep costs as the cube of the weights, and global scales mix slowly.
MOST_SWEEPS, WORK = 4, 4e6
# Scales with at most so many elements move with their weights, too: each is a slice of its own.
MOST_MOVED = 12
# Squares of scales are kept within, so that no precision overflows.
LEAST, MOST = 1e-20, 1e20


@dataclass(frozen=True, eq=False)
class Mixture:
    """A linear mechanism under scale mixtures, in numbers.

    Attributes
    ----------
    triangle : array of shape (row, w + 1)
        A factor of the units' rows, triangular or not, their target as the last column.
    units : int
    centre : array of shape (w,)
        Prior means of the weights.
    known : array of shape (w + 1,)
        The known factor of each weight's standard deviation, and of the noise's.
    scales : mapping of str to Spread
        The unknown ones.
    members : mapping of str to array of shape (w + 1,)
        Which element of a scale each weight has, and the noise; -1 where it has none.
    choice : Choice or None
        Of a binary outcome, whose latent outcomes stand in the place of the target.
    """

    triangle: Floats
    units: int
    centre: Floats
    known: Floats
    scales: Mapping[str, Spread]
    members: Mapping[str, NDArray[np.int64]]
    choice: Choice | None = None

    def chain(
        self, draws: int, tune: int, rng: np.random.Generator
    ) -> tuple[Floats, dict[str, Floats]] | None:
        """Return one chain of the weights, (draw, w), and of each scale; None if it breaks down.

        Parameters
        ----------
        draws : int
        tune : int
        rng : np.random.Generator
        """
        chain = _Chain(self, rng)
        sweeps = int(np.clip(WORK / len(self.centre) ** 3, 1, MOST_SWEEPS))
        weights = np.empty((draws, len(self.centre)))
        kept = {n: np.empty((draws, s.size)) for n, s in self.scales.items()}
        for step in range(-tune, draws * sweeps):
            if not chain.sweep():
                return None
            if step >= 0 and step % sweeps == 0:
                weights[step // sweeps] = chain.weights
                for name, value in chain.squares.items():
                    kept[name][step // sweeps] = np.sqrt(value)
        return weights, kept

    def places(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Return what has a scale, which element of it, and how many values each element has."""
        member = self.members[name]
        place = np.flatnonzero(member >= 0)
        counts = np.ones(len(member))
        counts[-1] = self.units
        element = member[place]
        return place, element, np.bincount(element, counts[place], self.scales[name].size)

    def variance(self, squares: Mapping[str, Floats]) -> Floats:
        variance = self.known**2
        for name, value in squares.items():
            member = self.members[name]
            variance = variance * np.where(member >= 0, value[member], 1.0)
        return variance.clip(LEAST, MOST)


class _Chain:
    """Where a chain is: weights, squares of scales, and the variances that these make."""

    def __init__(self, mixture: Mixture, rng: np.random.Generator) -> None:
        self.mixture, self.rng = mixture, rng
        w = len(mixture.centre)
        self.matrix, self.target = mixture.triangle[:, :w], mixture.triangle[:, w]
        self.gram, self.right = self.matrix.T @ self.matrix, self.matrix.T @ self.target
        self.weights = mixture.centre
        self.squares = {n: s.start(rng) for n, s in mixture.scales.items()}
        self.auxiliary = {n: np.ones_like(v) for n, v in self.squares.items()}
        self.variances = mixture.variance(self.squares)
        self.parts = [(n, *mixture.places(n)) for n in mixture.scales]
        # Of scales that move with their weights: which weights each element has, and their columns.
        self.moving = {
            n: [(own, self.matrix[:, own]) for own in (p[e == k] for k in range(len(c)))]
            for n, p, e, c in self.parts
            if len(c) <= MOST_MOVED and p[-1] < w
        }
        # Scales of the very same weights, whose product alone the weights tell.
        self.pairs = [
            (a[0], b[0])
            for a, b in combinations(self.parts, 2)
            if 1 in (len(a[3]), len(b[3])) and np.array_equal(a[1], b[1])
        ]
        if mixture.choice is not None:
            self.turn = np.linalg.pinv(self.matrix.T)

    def sweep(self) -> bool:
        """Draw everything once; return False where that breaks down."""
        centre, choice = self.mixture.centre, self.mixture.choice
        if choice is not None:
            self.right = choice.matrix.T @ choice.latent(self.weights, self.rng)
            self.target = self.turn @ self.right
        drawn = _weights(self.gram, self.right, centre, self.variances, self.rng)
        if drawn is None:
            return False
        self.weights = drawn
        left = self.matrix @ drawn - self.target
        for name, place, element, counts in self.parts:
            square = np.append((self.weights - centre) ** 2, left @ left)
            own = self.squares[name]
            rest = self.variances[place] / own[element]
            total = np.bincount(element, square[place] / rest, minlength=len(own))
            scale = self.mixture.scales[name]
            own = scale.square(counts, total, self.auxiliary[name], self.rng).clip(LEAST, MOST)
            for k in range(len(self.moving.get(name, ()))):
                own[k], left = self._moved(name, k, own[k], left)
            self.auxiliary[name] = scale.auxiliary(own, self.rng)
            self.squares[name] = own
            self.variances[place] = (rest * own[element]).clip(LEAST, MOST)
        for pair in self.pairs:
            self._trade(*pair)
        return True

    def _trade(self, one: str, other: str) -> None:
        """Draw two scales whose product stays, and what hangs on each of them."""
        scales = self.mixture.scales
        names = one, other
        now = tuple(np.sqrt(self.squares[n]) for n in names)
        new = traded(scales[one], scales[other], (now[0], now[1]), self.rng)
        for name, scale in zip(names, new, strict=True):
            self.squares[name] = scale**2
            self.auxiliary[name] = scales[name].auxiliary(scale**2, self.rng)

    def _moved(self, name: str, k: int, square: float, left: Floats) -> tuple[float, Floats]:
        """Return one square drawn once more, its weights moving with it, and what is left.

        In units of the scale the weights stay: where the data say little of them, the scale moves
        freely. (Yu and Meng, 2011, doi:10.1198/jcgs.2011.203main.)
        """
        place, columns = self.moving[name][k]
        centre, now = self.mixture.centre[place], float(np.sqrt(square))
        away = (self.weights[place] - centre) / now
        along = columns @ away
        rest = left - now * along
        noise = self.variances[-1]
        slope, curve = float(-(along @ rest) / noise), float(along @ along / noise)
        new = self.mixture.scales[name].sliced(k, now, slope, curve, self.rng)
        self.weights[place] = centre + new * away
        return min(max(new**2, LEAST), MOST), rest + new * along


def _weights(
    gram: Floats, right: Floats, centre: Floats, variance: Floats, rng: np.random.Generator
) -> Floats | None:
    """Return one draw of the weights given all variances, the noise's last."""
    noise, own = variance[-1], variance[:-1]
    # In units of the prior's deviations: well conditioned however small a weight is shrunk.
    root = np.sqrt(own)
    system = gram * (root / noise)
    system *= root[:, None]
    system.ravel()[:: len(root) + 1] += 1.0
    # It is symmetric; turned it need not be copied.
    factor, failed = dpotrf(system.T, lower=1, clean=0, overwrite_a=1)
    if failed:
        return None
    along = root * (right - gram @ centre) / noise
    mean, _ = dtrtrs(factor, along, lower=1)
    drawn, _ = dtrtrs(factor, mean + rng.standard_normal(len(mean)), lower=1, trans=1)
    return centre + root * drawn


def gibbs(problem: Problem, count: int, rng: np.random.Generator) -> Solution | None:
    """Return chains of a block that is one linear mechanism under scale mixtures, or None.

    Parameters
    ----------
    problem : Problem
    count : int
        How many draws, of all chains together.
    rng : numpy Generator

    Returns
    -------
    Solution or None
        None where it is no such block.
    """
    weights = _linear_weights(problem)
    spreads = None if weights is None else _spreads(problem, weights)
    if weights is None or spreads is None:
        return None
    mixture = _mixture(problem, weights, *spreads)
    runs = []
    for stream in rng.spawn(problem.chains):
        run = mixture.chain(count // problem.chains, problem.tune, stream)
        if run is None:
            return None
        runs.append(run)
    drawn = np.concatenate([run[0] for run in runs])
    ends = np.cumsum([int(np.prod(problem.shape(w))) for w in weights])
    values = {
        w: part.reshape(count, *problem.shape(w))
        for w, part in zip(weights, np.split(drawn, ends[:-1], axis=1), strict=True)
    }
    for name in mixture.scales:
        chains = np.concatenate([run[1][name] for run in runs])
        values[name] = chains.reshape(count, *problem.shape(name))
    return Solution({n: values[n] for n in problem.block.unknowns}, chained=True)


def _linear_weights(problem: Problem) -> tuple[str, ...] | None:
    """Return the weights of a block that is one linear mechanism, or None."""
    block, equations = problem.block, problem.equations
    if block.potentials or len(block.seen) != 1:
        return None
    found = _predictor(problem, block.seen[0])
    if found is None:
        return None
    mean, _ = found
    weights = weights_of(problem, problem.reads(mean))
    centres = [problem.parameters_of(w)[0] for w in weights]
    sound = (
        len(weights) > 0
        and not any(problem.reads(c) & set(block.unknowns) for c in centres)
        and problem.reads(mean) & set(block.unknowns) <= set(weights)
        and is_affine(mean, [equations[w].symbol for w in weights], problem.definitions)
        and sum(int(np.prod(problem.shape(w))) for w in weights) <= MOST_WEIGHTS
    )
    return weights if sound else None


def _predictor(problem: Problem, name: str) -> tuple[TensorVariable, TensorVariable | None] | None:
    """Return the mean of a mechanism, or its probit, and its standard deviation; else None."""
    op = problem.equations[name].expression.owner.op
    parameters = problem.parameters_of(name)
    if isinstance(op, NormalRV | LogNormalRV):
        return parameters[0], parameters[1]
    if isinstance(op, BernoulliRV):
        predictor = probit_predictor(problem, parameters[0])
        return None if predictor is None else (predictor, None)
    return None


def _spreads(
    problem: Problem, weights: tuple[str, ...]
) -> tuple[list[Floats], dict[str, Spread], dict[str, list[NDArray[np.int64]]]] | None:
    """Return known factors, unknown scales, and who has which, of all weights and the noise."""
    [seen] = problem.block.seen
    unknown = set(problem.block.unknowns) - set(weights)
    known: list[Floats] = []
    scales: dict[str, Spread] = {}
    members: dict[str, list[NDArray[np.int64]]] = {n: [] for n in unknown}
    for name in (*weights, seen):
        shape = problem.shape(name) if name != seen else ()
        sd = problem.parameters_of(name)[1] if name != seen else _spread_of_seen(problem)
        found = spread_of(problem, sd, shape, unknown, name == seen)
        if found is None:
            return None
        factor, own = found
        known.append(factor)
        scales |= own
        size = int(np.prod(shape))
        for scale in unknown:
            there = np.arange(size) if scale in own and own[scale].size > 1 else np.zeros(size, int)
            members[scale].append(there if scale in own else np.full(size, -1))
    return (known, scales, members) if set(scales) == unknown else None


def _spread_of_seen(problem: Problem) -> TensorVariable:
    """Return the standard deviation of the seen mechanism; 1 for a latent outcome."""
    found = _predictor(problem, problem.block.seen[0])
    return pt.ones(()) if found is None or found[1] is None else found[1]


def _mixture(
    problem: Problem,
    weights: tuple[str, ...],
    known: list[Floats],
    scales: dict[str, Spread],
    members: dict[str, list[NDArray[np.int64]]],
) -> Mixture:
    [name] = problem.block.seen
    predictor = _predictor(problem, name)
    assert predictor is not None
    mean, sd = predictor
    y, choice = problem.seen_values(name), None
    if isinstance(problem.equations[name].expression.owner.op, LogNormalRV):
        y = np.log(y)
    if sd is None:
        seen = rows(problem, weights, mean, np.zeros_like(y))
        choice = Choice(seen.matrix, -seen.target, y)
        factor = np.linalg.qr(np.column_stack([seen.matrix, seen.target]), mode="r")
    else:
        spread = None
        if not problem.reads(sd) & set(problem.block.unknowns):  # perhaps another for each unit
            spread = problem.known(sd, np.shape(problem.evidence.columns[name]))
        symbols = [problem.equations[w].symbol for w in weights]
        shapes = [problem.shape(w) for w in weights]
        factor = triangle(problem, symbols, shapes, mean, y, spread, alike=True)
    centre = [problem.known(problem.parameters_of(w)[0], problem.shape(w)) for w in weights]
    return Mixture(
        factor,
        len(y),
        np.concatenate(centre),
        np.concatenate(known),
        scales,
        {n: np.concatenate(v) for n, v in members.items()},
        choice,
    )
