"""The processes of outcome and effect: how far each covariate reaches, by the marginal likelihood.

First each line, and the curves of each covariate together, find a prior variance of their own, so
that those of no account leave (automatic relevance determination: MacKay, 1992,
doi:10.1162/neco.1992.4.3.415). Then the lengthscales of two processes are found beside them,
starting from short ones of what mattered so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from ifonly.inference.inputs.basis import Basis
from ifonly.inference.inputs.process_basis import LEFT, ProcessBasis, coordinates, pivots

from .marginal_likelihood import Evidence, Fit, Process, Scales

__all__ = ["Processes", "Side", "most_telling", "processes", "units_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
OUTCOME_LANDMARKS, EFFECT_LANDMARKS = 400, 250
# While lengthscales are sought: units, landmarks of each, and steps of each round, after which
# landmarks are chosen anew.
UNITS, LANDMARKS, STEPS, ROUNDS = 2_000, (200, 120), 25, 3
FIRST_STEPS = 40  # without processes
# Where the search begins: variances, as shares of the outcome's.
VARIANCE, AMPLITUDE, NOISE, CONSTANT = 0.01, 0.1, 0.3, 10.0
# One over the lengthscale of what matters most so far; and of all together, which may matter only
# where they meet.
NEAR, TOGETHER = 0.3, 0.5
# An effect varies most likely with what the outcome varies with.
BORROWED = 0.3
# Where the search ends, as logarithms.
OF_GROUPS, OF_NOISE = (-18.0, 5.0), (-12.0, 1.0)
OF_INVERSES, OF_AMPLITUDES = (-7.0, 1.6), (-14.0, 4.6)
# One over a lengthscale has an exponential prior of this rate: few covariates reach far.
RATE = 4.0
# Where one over a lengthscale is less, a process is all but a line, which is a term: landmarks that
# told of such a covariate would be lacking where the process bends.
LEAST_NEAR = 0.01
REFERENCES = (0.0, 1.0)
# The treated are the baseline where the log marginal likelihood is higher by this.
TREATED_FIRST = 3.0
# What the first round gains at least, for others to follow.
LEAST_GAIN = 1.0
# What makes up less than this share of the mean squares of all terms is left out: of the second
# search, and of the outcome's curves in the model. Those of the effect are all in the model: that
# most of them matter nothing is not known, and would make intervals too narrow.
LEAST, LEAST_KEPT = 1e-5, 1e-4
# While lengthscales are sought, landmarks leave no row more of a process than this share of the
# noise's variance, and never more than so much of its own. Those of the model leave next to
# nothing: its amplitudes may be far larger.
OF_NOISE_LEFT, MOST_LEFT = 0.02, 1e-3


@dataclass(frozen=True, eq=False)
class Processes:
    """What was found.

    Attributes
    ----------
    outcome, effect : ProcessBasis
    reference : float
        The treatment, 0 or 1, at which the outcome is the baseline.
    gain : float
        In the log marginal likelihood over curves alone, over some of the units.
    """

    outcome: ProcessBasis
    effect: ProcessBasis
    reference: float
    gain: float


@dataclass(frozen=True, eq=False)
class Side:
    """Outcome or effect: its basis, of lines and curves alone, and its rows.

    Attributes
    ----------
    basis : Basis
    frame : pandas.DataFrame
    times : array of shape (unit,)
        What it is multiplied by: 1, or the treatment.
    """

    basis: Basis
    frame: pd.DataFrame
    times: Floats

    @property
    def _widths(self) -> tuple[list[int], list[int]]:
        columns = self.basis.columns
        curves = [c.turn.shape[-1] if len(c.edges) else 0 for c in columns]
        return [len(c.centre) for c in columns], curves

    @property
    def columns(self) -> Floats:
        """A constant, the lines and the curves, of shape (unit, column)."""
        terms = self.basis.terms(self.frame)
        parts = [terms[n] for n in ("line", "curve") if n in terms]
        return self.times[:, None] * np.hstack([np.ones((len(self.frame), 1)), *parts])

    @property
    def group(self) -> Ints:
        """Of each column: each line is a group of its own, and the curves of each covariate."""
        lines, curves = self._widths
        return np.repeat(np.arange(1 + sum(lines) + len(curves)), [1] * (1 + sum(lines)) + curves)

    def importance(self, squares: Floats) -> Floats:
        """Return what each covariate contributes, given mean squares of weights; at most 1."""
        owner = np.concatenate([np.repeat(np.arange(len(w)), w) for w in self._widths])
        found = np.sqrt(np.bincount(owner, squares[1:], len(self.basis.columns)))
        return found / (found.max(initial=0.0) or 1.0)

    def kept(self, used: NDArray[np.bool_]) -> dict[str, Ints]:
        """Return which columns of the basis are terms: all lines, and the curves that are used."""
        lines = sum(self._widths[0])
        return {"line": np.arange(lines), "curve": np.flatnonzero(used[1 + lines :])}

    def process(self, inverse: Floats, count: int, used: NDArray[np.bool_]) -> ProcessBasis:
        """Return the basis with a process of these lengthscales.

        Parameters
        ----------
        inverse : Floats
        count : int
        used : ndarray
        """
        names = [c.name for c in self.basis.columns]
        near = np.where(inverse < LEAST_NEAR, 0.0, inverse)
        scales = dict(zip(names, near.tolist(), strict=True))
        return ProcessBasis.of(self.basis, self.frame, scales, count, self.kept(used))


def units_of(count: int, sample: int) -> Ints:
    """Return the units of a sample: evenly spaced ones, or another drawn without replacement.

    Parameters
    ----------
    count : int
        Of all units.
    sample : int
        0 for all, or the most that a search takes, evenly spaced; any other for half of them, or
        the most, drawn by chance.

    Examples
    --------
    >>> units_of(6, 0), units_of(6, 1)
    (array([0, 1, 2, 3, 4, 5]), array([1, 2, 4]))
    """
    if sample == 0:
        return np.unique(np.linspace(0, count - 1, UNITS).astype(np.int64))
    rng = np.random.default_rng(sample)
    return np.sort(rng.choice(count, min(UNITS, count // 2), replace=False))


def most_telling(outcome: Side, effect: Side, y: Floats, most: int) -> tuple[str, ...]:
    """Return the covariates whose terms make up most of the outcome or of the effect.

    Parameters
    ----------
    outcome, effect : Side
    y : array of shape (unit,)
    most : int
        Of covariates.

    Returns
    -------
    tuple of str
        Those that tell most first.
    """
    some = units_of(len(y), 0)
    sides = [replace(s, frame=s.frame.iloc[some], times=s.times[some]) for s in (outcome, effect)]
    search = _Search.of(sides, (y[some] - y.mean()) / y.std(), 0.0)
    worth: dict[str, float] = {}
    for side, inverses in zip(sides, search.scales.inverses, strict=True):
        for column, inverse in zip(side.basis.columns, inverses.tolist(), strict=True):
            worth[column.name] = max(inverse, worth.get(column.name, inverse))
    return tuple(sorted(worth, key=lambda n: -worth[n])[:most])


def processes(outcome: Side, effect: Side, y: Floats, some: Ints | None = None) -> Processes:
    """Return the processes of outcome and effect, and how much they explain beside the curves.

    Either arm may be the baseline: where the outcome of one is the simpler, the other's is that and
    the effect.

    Parameters
    ----------
    outcome, effect : Side
        The effect's times are the treatment.
    y : array of shape (unit,)
    some : int array, optional
        The units from which the lengthscales are learnt; by default `units_of` the sample 0.

    Returns
    -------
    Processes
    """
    some = units_of(len(y), 0) if some is None else some
    z = (y[some] - y.mean()) / y.std()
    sides = [replace(s, frame=s.frame.iloc[some], times=s.times[some]) for s in (outcome, effect)]
    searches = [
        _Search.of([sides[0], replace(sides[1], times=sides[1].times - reference)], z, reference)
        for reference in REFERENCES
    ]
    plain = max(s.first.value for s in searches)
    best = max(
        (s.onwards() for s in searches),
        key=lambda s: s.fit.value - TREATED_FIRST * s.reference,
    )
    for _ in range(ROUNDS - 1):
        if best.fit.value - plain > LEAST_GAIN:
            best = best.onwards()
    one, other = (np.exp(v) for v in best.scales.inverses)
    kept = np.split(best.kept, [outcome.group.size])
    return Processes(
        outcome.process(one, OUTCOME_LANDMARKS, kept[0]),
        effect.process(other, EFFECT_LANDMARKS, kept[1]),
        best.reference,
        best.fit.value - plain,
    )


@dataclass(frozen=True, eq=False)
class _Search:
    """The search for lengthscales, one arm the baseline: where it is.

    Attributes
    ----------
    sides : sequence of Side
    reference : float
    evidence : Evidence
        Of the columns that are used.
    used : array of shape (column,)
        Of all columns.
    scales : Scales
    first, fit : Fit
        Of curves alone, and so far.
    """

    sides: Sequence[Side]
    reference: float
    evidence: Evidence
    used: NDArray[np.bool_]
    scales: Scales
    first: Fit
    fit: Fit

    @classmethod
    def of(cls, sides: Sequence[Side], z: Floats, reference: float) -> _Search:
        """Return the search after that of the scales of lines and curves."""
        cut = sides[0].group.size
        group = np.concatenate([sides[0].group, sides[1].group + sides[0].group[-1] + 1])
        plain = Evidence(np.hstack([s.columns for s in sides]), group, z)
        begun = Scales(np.full(group[-1] + 1, np.log(VARIANCE)), np.log(NOISE))
        begun.groups[[0, group[cut]]] = np.log(CONSTANT)
        _, first = _best(plain, begun, FIRST_STEPS)
        squares = first.mean**2 + first.variance
        used = _worth(squares, LEAST, cut)
        names, group = np.unique(group[used], return_inverse=True)
        inverses = tuple(np.log(v) for v in _nearness(sides, squares, cut))
        amplitudes = np.full(2, np.log(AMPLITUDE))
        # Curves begin anew: where they have explained all they can, a process gains little at once.
        scales = Scales(begun.groups[names], begun.noise, inverses, amplitudes)
        evidence = Evidence(plain.columns[:, used], group, z)
        return cls(sides, reference, evidence, used, scales, first, first)

    def onwards(self) -> _Search:
        """Return the search after one more round, with landmarks chosen anew."""
        near = []
        for side, inverse, count, left in zip(
            self.sides, self.scales.inverses, LANDMARKS, self.left, strict=True
        ):
            x, owner = coordinates(side.basis, side.frame)
            chosen = pivots(x * np.exp(inverse)[owner], count, left)
            near.append(Process(x, owner, side.times, x[chosen]))
        scales, fit = _best(replace(self.evidence, processes=near), self.scales, STEPS)
        return replace(self, scales=scales, fit=fit)

    @property
    def left(self) -> list[float]:
        """The share of the variance of each process that landmarks may leave a row."""
        shares = OF_NOISE_LEFT * np.exp(self.scales.noise - self.scales.amplitudes)
        return [float(v) for v in shares.clip(LEFT, MOST_LEFT)]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which columns the model has beside the processes."""
        squares, cut = np.zeros(len(self.used)), self.sides[0].group.size
        squares[self.used] = (self.fit.mean**2 + self.fit.variance)[: self.used.sum()]
        kept = _worth(squares, LEAST_KEPT, cut)
        kept[cut:] = True
        return kept


def _nearness(sides: Sequence[Side], squares: Floats, cut: int) -> tuple[Floats, Floats]:
    """Return one over the lengthscales with which the search of the processes begins."""
    names = [[c.name for c in s.basis.columns] for s in sides]
    of_outcome = sides[0].importance(squares[:cut])
    lent = dict(zip(names[0], of_outcome, strict=True))
    of_effect = sides[1].importance(squares[cut:])
    of_effect = of_effect + BORROWED * np.array([lent.get(n, 0.0) for n in names[1]])
    both = of_outcome, of_effect
    one, other = (np.maximum(NEAR * v, TOGETHER / max(len(v), 1)) for v in both)
    return one, other


def _best(evidence: Evidence, begun: Scales, steps: int) -> tuple[Scales, Fit]:
    """Return the scales of the largest marginal likelihood, by a quasi-Newton search."""
    nothing = begun.like(np.zeros_like(begun.flat))
    rates = replace(nothing, inverses=tuple(v + RATE for v in nothing.inverses)).flat

    def cost(flat: Floats) -> tuple[float, Floats]:
        fit = evidence.at(begun.like(flat))
        prior = rates * np.exp(flat)
        return float(prior.sum()) - fit.value, prior - fit.slope.flat

    ends = [
        *[OF_GROUPS] * len(begun.groups), OF_NOISE,
        *[OF_INVERSES] * sum(len(v) for v in begun.inverses),
        *[OF_AMPLITUDES] * len(begun.amplitudes),
    ]  # fmt: skip
    low, high = np.array(ends).T
    found = minimize(
        cost, np.clip(begun.flat, low, high), jac=True, method="L-BFGS-B", bounds=ends,
        options={"maxiter": steps, "maxcor": 20},
    )  # fmt: skip
    best = begun.like(found.x)
    return best, evidence.at(best)


def _worth(squares: Floats, least: float, cut: int) -> NDArray[np.bool_]:
    """Return the columns that make up nearly all, on each side, with the constants."""
    kept = np.zeros(len(squares), dtype=bool)
    for start, end in pairwise((0, cut, len(squares))):
        own = squares[start:end].copy()
        own[0] = np.inf
        order = np.argsort(-own)
        total = np.cumsum(own[order][1:])
        count = 1 + int((total < (1 - least) * total[-1]).sum()) + 1 if len(total) else 1
        kept[start + order[:count]] = True
    return kept
