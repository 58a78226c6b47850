"""What the forms share: parameters known to be equal, exact returns, noise of several columns."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import equal_computations
from pytensor.tensor import TensorVariable

from .form import Bound, StructuralForm, unchanged
from .special import fresh

__all__ = [
    "Anchored",
    "Columns",
    "Count",
    "Independent",
    "Monotone",
    "kept",
    "kept_rows",
    "logistic",
    "same",
    "stacked",
]

NEAR = 1e-12


def same(old: TensorVariable, new: TensorVariable) -> bool:
    """Return whether two parameters are known to be equal before any number is: one expression.

    Parameters
    ----------
    old : TensorVariable
    new : TensorVariable
    """
    return old is new or (old.type == new.type and equal_computations([old], [new]))


def kept(
    value: TensorVariable,
    moved: TensorVariable,
    parameters: Sequence[TensorVariable],
    new: Sequence[TensorVariable],
) -> TensorVariable:
    """Return `moved`, but `value` itself where no parameter changed.

    Parameters
    ----------
    value : TensorVariable
    moved : TensorVariable
    parameters : sequence of TensorVariable
    new : sequence of TensorVariable
    """
    pairs = [(a, b) for a, b in zip(parameters, new, strict=True) if not same(a, b)]
    if not pairs:
        return value
    old, other = zip(*pairs, strict=True)
    return pt.switch(unchanged(old, other, value.ndim), value, moved)


def kept_rows(
    value: TensorVariable,
    moved: TensorVariable,
    parameters: Sequence[TensorVariable],
    new: Sequence[TensorVariable],
    cores: Sequence[int],
) -> TensorVariable:
    """Return `moved`, but the whole row of `value` where no parameter of its unit changed.

    A row is the last axis; `cores` says how many trailing axes each parameter has for one row.

    Parameters
    ----------
    value : TensorVariable
    moved : TensorVariable
    parameters : sequence of TensorVariable
    new : sequence of TensorVariable
    cores : sequence of int
    """
    equal = []
    for old, other, core in zip(parameters, new, cores, strict=True):
        if not same(old, other):
            level = pt.eq(old, other)
            equal.append(level.all(axis=tuple(range(-core, 0))) if core else level)
    return pt.switch(reduce(pt.and_, equal)[..., None], value, moved) if equal else value


def logistic(uniform: TensorVariable) -> TensorVariable:
    """Return the standard logistic quantile of a uniform number."""
    return pt.log(uniform) - pt.log1p(-uniform)


def stacked(*columns: TensorVariable) -> TensorVariable:
    """Return the columns, broadcast against each other, along a new trailing axis."""
    floats = [pt.as_tensor_variable(c).astype("float64") for c in columns]
    return pt.stack(pt.broadcast_arrays(*floats), axis=-1)


class Monotone(StructuralForm):
    """A form that is one increasing function of its noise; its transport is exact."""

    def move(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
    ) -> TensorVariable:
        """Return `value` under `new` parameters, up to rounding.

        Parameters
        ----------
        value : TensorVariable
        parameters : tuple of TensorVariable
        new : tuple of TensorVariable
        """
        return self.predict(self.abduct(value, *parameters, draws=value), *new)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved; unchanged parameters give it back exactly."""
        if all(same(a, b) for a, b in zip(parameters, new, strict=True)):
            return value
        return kept(value, self.move(value, parameters, new), parameters, new)


class Columns(StructuralForm):
    """A form whose noise has a trailing axis: what was seen, and the seed of what was not.

    One draw of the law stands for one value (`width` is None). Fresh noise has seen nothing;
    abducted noise carries the evidence, so that predicting under the parameters it was seen under
    gives the evidence back exactly, whatever the rounding.
    """

    ambiguous = True

    @abstractmethod
    def seen(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> tuple[TensorVariable, ...]:
        """Return the columns of the noise behind `value`.

        Parameters
        ----------
        value : TensorVariable
        draws : TensorVariable
        """

    @abstractmethod
    def unseen(self, draws: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the columns of fresh noise."""

    @abstractmethod
    def grow(
        self, columns: tuple[TensorVariable, ...], *parameters: TensorVariable
    ) -> TensorVariable:
        """Return the value that the columns of noise give under `parameters`."""

    def embed(self, draws: TensorVariable) -> TensorVariable:
        """Return fresh noise, one row of columns for each draw."""
        return stacked(*self.unseen(draws))

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the value that `noise` gives under `parameters`."""
        count = self.count(*parameters)
        return self.grow(tuple(noise[..., i] for i in range(count)), *parameters)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the noise behind `value`, one row of columns for each."""
        return stacked(*self.seen(value, *parameters, draws=draws))

    def count(self, *parameters: TensorVariable) -> int:
        """Return how many columns the noise has."""
        return len(self.unseen(pt.constant(0.5)))

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters; the columns are never stacked."""
        moved = self.grow(self.seen(value, *parameters, draws=draws), *new)
        return kept(value, moved, parameters, new)


class Count(StructuralForm):
    """A discrete form with one number of noise per value; predictions are of the family's type.

    `moved`, where there is one, is abduction and prediction in one kernel of the value, the
    parameters, the new ones and the draws.
    """

    law = "logistic"
    coupling = "monotone"
    ambiguous = True
    moved: Callable[..., TensorVariable] | None = None

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters, in the family's integer type."""
        if all(same(a, b) for a, b in zip(parameters, new, strict=True)):
            return value.astype("int64")
        if self.moved is not None:
            return self.moved(value, *parameters, *new, draws)
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept(value, moved, parameters, new).astype("int64")


class Anchored(Columns):
    """A form made exact: its noise keeps the value and the parameters that it was seen under.

    `plain` is the form beneath. Some values have so little probability, inside their distribution
    and not in its tails, that no single float tells their noise from their neighbours'; and an
    independent redraw must know what it is independent of.
    """

    plain: StructuralForm
    arity: int

    def traits(self, *parameters: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return numbers, one each per value, that are equal just where the parameters are."""
        return parameters

    def fresh_noise(
        self, seed: TensorVariable, traits: tuple[TensorVariable, ...]
    ) -> TensorVariable:
        """Return the plain form's noise from the last column.

        Parameters
        ----------
        seed : TensorVariable
        traits : tuple of TensorVariable
        """
        return seed

    def last(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the last column of abducted noise.

        Parameters
        ----------
        value : TensorVariable
        draws : TensorVariable
        """
        return self.plain.abduct(value, *parameters, draws=draws)

    def seen(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> tuple[TensorVariable, ...]:
        """Return the value, the traits of the parameters, and the plain noise or the seed."""
        return value, *self.traits(*parameters), self.last(value, *parameters, draws=draws)

    def unseen(self, draws: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return no value, traits that equal nothing, and the draws."""
        nothing = pt.constant(np.nan)
        return pt.constant(0.0), *[nothing] * self.arity, draws

    def grow(
        self, columns: tuple[TensorVariable, ...], *parameters: TensorVariable
    ) -> TensorVariable:
        """Return the value seen where the parameters are those it was seen under, else a new."""
        value, *anchors, seed = columns
        traits = self.traits(*parameters)
        near = [pt.abs(a - t) <= NEAR * pt.abs(t) for a, t in zip(anchors, traits, strict=True)]
        moved = self.plain.predict(self.fresh_noise(seed, traits), *parameters)
        return pt.switch(reduce(pt.and_, near), value.astype("int64"), moved)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return the plain form's bounds."""
        return self.plain.bounds(*parameters)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters, in the family's integer type."""
        return super().transport(value, parameters, new, draws).astype("int64")


class Independent(Anchored):
    """Another draw wherever a parameter differs: the value in one world tells nothing of the next.

    The least a structural model can claim; how far an answer moves between this coupling and the
    others is how much it owes to the choice. Equal parameters (to 1e-12) give equal values.
    """

    law = "uniform"
    coupling = "independent"

    def last(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the seed."""
        return draws

    def fresh_noise(
        self, seed: TensorVariable, traits: tuple[TensorVariable, ...]
    ) -> TensorVariable:
        """Return the plain noise that the seed and the parameters fix."""
        uniform = reduce(fresh, traits, seed)
        if self.plain.law == "logistic":
            return logistic(uniform)
        return uniform if self.plain.law == "uniform" else -pt.log1p(-uniform)
