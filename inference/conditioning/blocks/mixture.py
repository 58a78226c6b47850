r"""Standard deviations that are products of half-t scales, as an equation writes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from math import exp, log, log1p

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.distributions.continuous import HalfCauchyRV, HalfStudentTRV
from pytensor.graph.basic import Variable
from pytensor.scalar import basic as scalar
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import DimShuffle, Elemwise

from .problem import Problem

__all__ = ["Spread", "spread_of", "traded"]

Floats = NDArray[np.float64]
# Of the slices, in the logarithm of a scale; beyond the limits squares overflow.
STEP, SMALLEST, LARGEST = 2.0, -23.0, 23.0


@dataclass(frozen=True, eq=False)
class Spread:
    r"""An unknown scale :math:`s`, half-t with :math:`\nu` degrees of freedom, as a mixture.

    Attributes
    ----------
    size : int
        How many elements it has.
    freedom : float
        The degrees of freedom: 1 for the half-Cauchy.
    width : array of shape (size,)
        The scale of the half-t.
    """

    size: int
    freedom: float
    width: Floats

    def start(self, rng: np.random.Generator) -> Floats:
        """Return squares to begin a chain with, spread widely."""
        return (self.width * np.exp(rng.normal(-1.0, 1.0, self.size))) ** 2

    def square(
        self, counts: Floats, total: Floats, auxiliary: Floats, rng: np.random.Generator
    ) -> Floats:
        """Return a draw of the square, given how many values have it and their sum of squares.

        Parameters
        ----------
        counts : Floats
        total : Floats
        auxiliary : Floats
        rng : np.random.Generator
        """
        rate = self.freedom / auxiliary + total / 2
        return rate / rng.standard_gamma((self.freedom + counts) / 2)

    def auxiliary(self, square: Floats, rng: np.random.Generator) -> Floats:
        """Return a draw of the auxiliary variable given the square.

        Parameters
        ----------
        square : Floats
        rng : np.random.Generator
        """
        rate = self.freedom / square + 1 / self.width**2
        return rate / rng.standard_gamma((self.freedom + 1) / 2, self.size)

    def sliced(
        self, k: int, now: float, slope: float, curve: float, rng: np.random.Generator
    ) -> float:
        """Return a draw of one element, whose likelihood is normal in it, by slice sampling.

        Parameters
        ----------
        k : int
            Which element.
        now : float
            The scale as it is.
        slope, curve : float
            The log-likelihood is ``slope * s - curve * s**2 / 2``.
        rng : numpy Generator

        References
        ----------
        .. [1] Neal (2003), Annals of Statistics 31, 705-767. doi:10.1214/aos/1056562461
        """
        width, power = float(self.width[k]), (self.freedom + 1) / 2

        def density(x: float) -> float:
            s = exp(x)
            prior = x - power * log1p((s / width) ** 2 / self.freedom)
            return prior + slope * s - curve * s * s / 2

        return exp(_slice(density, log(now), rng))

    def scaled_density(self, now: Floats) -> Callable[[float], float]:
        """Return the log-density of the logarithms of all elements, but for a constant.

        Of the elements as they are, times the exponential of what it takes.

        Parameters
        ----------
        now : array of shape (size,)
        """
        power, far = (self.freedom + 1) / 2, (now / self.width) ** 2 / self.freedom
        if self.size == 1:
            one = float(far[0])
            return lambda x: x - power * log1p(one * exp(2 * x))
        return lambda x: self.size * x - power * float(np.log1p(far * exp(2 * x)).sum())


def traded(
    one: Spread, other: Spread, now: tuple[Floats, Floats], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return two scales of the same weights, one multiplied and the other divided by a draw.

    The products stay as they are, and so do the weights and the likelihood. (Liu and Sabatti, 2000,
    doi:10.1093/biomet/87.2.353: a move along a group.)

    Parameters
    ----------
    one, other : Spread
    now : two arrays of shape (size,)
        Both scales as they are.
    rng : numpy Generator
    """
    up, down = one.scaled_density(now[0]), other.scaled_density(now[1])
    factor = exp(_slice(lambda x: up(x) + down(-x), 0.0, rng))
    return now[0] * factor, now[1] / factor


def _slice(density: Callable[[float], float], x: float, rng: np.random.Generator) -> float:
    """Return the next state of a chain whose law has this log-density."""
    level = density(x) - rng.standard_exponential()
    low = x - STEP * rng.random()
    high = low + STEP
    while low > SMALLEST and density(low) > level:
        low -= STEP
    while high < LARGEST and density(high) > level:
        high += STEP
    while True:
        new = low + (high - low) * rng.random()
        if density(new) > level:
            return new
        low, high = (new, high) if new < x else (low, new)


def spread_of(
    problem: Problem,
    expression: TensorVariable,
    shape: tuple[int, ...],
    unknown: Collection[str],
    alone: bool = False,
) -> tuple[Floats, dict[str, Spread]] | None:
    """Return the known factor and the unknown scales whose product an expression is, or None.

    Parameters
    ----------
    problem : Problem
    expression : TensorVariable
        A standard deviation.
    shape : tuple of int
        Of what has it.
    unknown : collection of str
        The unknowns that may be scales.
    alone : bool
        Whether it is the noise's: known, then the factor is 1; else one number for all units.

    Returns
    -------
    array of shape (size,)
    dict of str to Spread
        Each with one element, or as many as `shape`.
    """
    if alone and not problem.reads(expression) & set(unknown):
        return np.ones(1), {}
    size = int(np.prod(shape))
    known, scales = np.ones(size), {}
    for factor in _factors(problem, expression):
        name = next((n for n in unknown if problem.equations[n].symbol is factor), None)
        if name is None:
            if problem.reads(factor) & set(unknown) or (alone and problem.has_units(factor)):
                return None
            try:
                known = known * problem.known(factor, shape)
            except ValueError:  # a factor for each unit, or of another shape
                return None
            continue
        scale = _scale(problem, name, unknown)
        if scale is None or name in scales or (scale.size > 1 and problem.shape(name) != shape):
            return None
        scales[name] = scale
    return known, scales


def _scale(problem: Problem, name: str, unknown: Collection[str]) -> Spread | None:
    """Return a half-t variable whose parameters are known as a scale, or None."""
    op = problem.equations[name].expression.owner.op
    parameters = problem.parameters_of(name)
    if not isinstance(op, HalfCauchyRV | HalfStudentTRV):
        return None
    if any(problem.reads(p) & set(problem.block.unknowns) for p in parameters):
        return None
    shape = problem.shape(name)
    freedom = problem.known(parameters[0] if isinstance(op, HalfStudentTRV) else pt.ones(()), shape)
    if np.ptp(freedom) > 0:
        return None
    size = int(np.prod(shape))
    return Spread(size, float(freedom[0]), problem.known(parameters[-1], shape))


def _factors(problem: Problem, expression: Variable) -> Iterator[Variable]:
    """Yield the factors of a product, without what only names or broadcasts them."""
    named = {e.symbol for e in problem.equations.values() if e.kind != "deterministic"}
    if expression in named:
        yield expression
    elif expression in problem.definitions:
        yield from _factors(problem, problem.definitions[expression])
    elif _is(expression, scalar.Identity) or _only_broadcasts(expression):
        yield from _factors(problem, expression.owner.inputs[0])
    elif _is(expression, scalar.Mul):
        for factor in expression.owner.inputs:
            yield from _factors(problem, factor)
    else:
        yield expression


def _is(variable: Variable, kind: type) -> bool:
    op = getattr(variable.owner, "op", None)
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, kind)


def _only_broadcasts(variable: Variable) -> bool:
    op = getattr(variable.owner, "op", None)
    if not isinstance(op, DimShuffle) or variable.owner.inputs[0].ndim > variable.ndim:
        return False
    order = [k for k in op.shuffle if k != "x"]
    # New axes in front, or of a scalar: elsewhere they would pair other elements.
    return order == sorted(order) and list(op.shuffle[len(op.shuffle) - len(order) :]) == order
