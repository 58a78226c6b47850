r"""Mixtures: a unit's component is part of its noise, and so is each component's own noise.

.. math:: V = f_C(\theta_C, N_C), \qquad C = g(w, N_0)

with :math:`N_0, N_1, \ldots, N_K` independent. Given the evidence, the component is drawn from its
conditional law, :math:`P(C = k \mid v) \propto w_k\, p_k(v)`, then the noises given the component:
that of the component itself is abducted from the value, those of the others are drawn afresh, for
nothing was seen of them. In another world the unit has the component that :math:`N_0` gives under
the weights there, by the coupling of categories that the mixture's coupling names, and that
component's own value.

That is an assumption, which no data can test: that a unit which changes its component loses all
that its value told, and that weights alone, not what the components give, decide who changes. The
law in each world is the mixture's own, whatever is assumed.
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.distributions.distribution import DiracDeltaRV
from pymc.distributions.mixture import MixtureRV
from pymc.pytensorf import constant_fold
from pytensor.graph.basic import Variable
from pytensor.tensor import TensorVariable

from ..errors import ModelError
from .categories import GumbelMax, IndependentCategorical, MonotoneCategorical
from .common import Columns, same
from .form import Bound, StructuralForm, family_name, full_precision, structural_form
from .lengths import fixed_length
from .parts import Part, columns, cut, joined, parts, split
from .ranks import drawn

__all__ = ["MixtureForm", "Point", "is_inflated", "usable"]

CHOICES: Sequence[StructuralForm] = (GumbelMax(), MonotoneCategorical(), IndependentCategorical())


@structural_form.register(pm.DiracDelta)
class Point(StructuralForm):
    """DiracDelta(c): one value, whatever the noise."""

    ambiguous = True

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return the value, twice."""
        return parameters[0], parameters[0]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the value."""
        (where,) = parameters
        return pt.zeros_like(noise, dtype=where.dtype) + where

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the draws."""
        return draws


class MixtureForm(StructuralForm):
    """A choice among components, and a value of each.

    The noise's trailing axis holds the noise of the choice and then that of each component. So do
    the draws, all uniform, after one that finds the component behind a value. Where one random
    variable of several columns is all components, its part of them is as wide.

    Parameters
    ----------
    choice : StructuralForm
        Of the component's number, given the weights.
    made_of : sequence of Part
    count : int
        Of components.
    rv : TensorVariable
    coupling : str
    """

    law = "uniform"
    ambiguous = True

    def __init__(
        self,
        choice: StructuralForm,
        made_of: Sequence[Part],
        count: int,
        rv: TensorVariable,
        coupling: str,
    ) -> None:
        self.choice, self.made_of, self.coupling = choice, made_of, coupling
        self.dtype, self.count, self.batched = rv.dtype, count, len(made_of) == 1
        self.jax = all(part.form.jax for part in made_of)
        wide = count if self.batched else None
        races = count if isinstance(choice, GumbelMax) else None
        self.drawn = (None, races, *(wide for _ in made_of))
        self.noisy = (races or columns(choice), *(wide or columns(p.form) for p in made_of))

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the weights, and the parameters of each component."""
        weights, *components = rv.owner.op.dist_params(rv.owner)
        found = [full_precision(weights)]
        for part, component in zip(self.made_of, components[-len(self.made_of) :], strict=True):
            found += part.form.parameters(component)
        return tuple(found)

    def chances(self, weights: TensorVariable) -> TensorVariable:
        """Return the parameter of the choice."""
        return weights.astype("float64")

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return how many draws one value takes."""
        return pt.constant(sum(size or 1 for size in self.drawn))

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return the least and the greatest value of any component; None where one has none."""
        ends = [part.form.bounds(*own) for part, own in self._components(parameters)]
        low, high = ([pt.as_tensor(e[k]) for e in ends if e[k] is not None] for k in (0, 1))
        if self.batched:
            low = [e.min(-1) if e.ndim else e for e in low]
            high = [e.max(-1) if e.ndim else e for e in high]
        return (
            reduce(pt.minimum, low) if len(low) == len(ends) else None,
            reduce(pt.maximum, high) if len(high) == len(ends) else None,
        )

    def embed(self, draws: TensorVariable) -> TensorVariable:
        """Return the noise of the choice and of each component."""
        _, first, *rest = self._cut(draws)
        noises = [part.form.embed(draw) for part, draw in zip(self.made_of, rest, strict=True)]
        return joined([self.choice.embed(first), *noises], self.noisy)

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the value of the component that is chosen."""
        first, *rest = cut(noise, self.noisy)
        chosen = self.choice.predict(first, self.chances(parameters[0]))
        pairs = zip(rest, self._components(parameters), strict=True)
        return self._of(chosen, [part.form.predict(n, *own) for n, (part, own) in pairs])

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the noise of a component drawn given `value`, and of it and the others."""
        find, first, *rest = self._cut(draws)
        chosen = self.behind(value, parameters, find)
        noises = [self.choice.abduct(chosen, self.chances(parameters[0]), draws=first)]
        for k, (part, own) in enumerate(self._components(parameters)):
            seen = part.form.abduct(self._possible(value, part, own), *own, draws=rest[k])
            here = self._is(chosen, k)
            here = here[..., None] if columns(part.form) else here
            noises.append(pt.switch(here, seen, part.form.embed(rest[k])))
        return joined(noises, self.noisy)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the value of the component that is chosen under `new` weights.

        The same component under its own unchanged parameters gives `value` back exactly.
        """
        find, first, *rest = self._cut(draws)
        chosen = self.behind(value, parameters, find)
        here, there = self.chances(parameters[0]), self.chances(new[0])
        stays = same(here, there)
        choice = chosen if stays else self.choice.transport(chosen, (here,), (there,), first)
        values = []
        for k, (part, own) in enumerate(self._components(parameters)):
            other = self._components(new)[k][1]
            moved = part.form.transport(self._possible(value, part, own), own, other, rest[k])
            if not stays:
                fresh = part.form.predict(part.form.embed(rest[k]), *other)
                moved = pt.switch(self._is(chosen, k), moved, fresh)
            values.append(moved)
        return self._of(choice, values)

    def behind(
        self, value: TensorVariable, parameters: tuple[TensorVariable, ...], uniform: TensorVariable
    ) -> TensorVariable:
        """Return the component that `uniform` draws by the chances given `value`.

        Parameters
        ----------
        value : TensorVariable
        parameters : tuple of TensorVariable
        uniform : TensorVariable
        """
        there = value[..., None] if self.batched else value
        logs = [part.log_probability(there, own) for part, own in self._components(parameters)]
        if np.dtype(self.dtype).kind == "f":  # a point has all the probability, others a density
            points = [
                pt.eq(value, own[0])
                for part, own in self._components(parameters)
                if isinstance(part.form, Point)
            ]
            if points:
                at = reduce(pt.or_, points)
                logs = [
                    log if isinstance(part.form, Point) else pt.switch(at, -np.inf, log)
                    for log, part in zip(logs, self.made_of, strict=True)
                ]
        whole = logs[0] if self.batched else pt.stack(pt.broadcast_arrays(*logs), axis=-1)
        whole = whole + pt.log(parameters[0].astype("float64"))
        below = pt.cumsum(pt.exp(whole - whole.max(axis=-1, keepdims=True)), axis=-1)
        passed = below[..., :-1] <= uniform[..., None] * below[..., -1:]
        return passed.sum(axis=-1).astype("int64")

    def _components(
        self, parameters: tuple[TensorVariable, ...]
    ) -> list[tuple[Part, tuple[TensorVariable, ...]]]:
        _, own = split(parameters, 1, self.made_of)
        return list(zip(self.made_of, own, strict=True))

    def _cut(self, draws: TensorVariable) -> list[TensorVariable]:
        """Return the draws of each piece, in its own law."""
        find, *rest = cut(draws, self.drawn)
        forms = [self.choice, *(part.form for part in self.made_of)]
        return [find, *(drawn(f.law, d) for f, d in zip(forms, rest, strict=True))]

    def _possible(
        self, value: TensorVariable, part: Part, own: tuple[TensorVariable, ...]
    ) -> TensorVariable:
        """Return `value`, but inside the component's support, where it may not be from."""
        value = value[..., None] if self.batched else value
        least, greatest = part.form.bounds(*own)
        value = value if least is None else pt.maximum(value, least)
        value = value if greatest is None else pt.minimum(value, greatest)
        return value.astype(self.dtype)

    def _is(self, chosen: TensorVariable, k: int) -> TensorVariable:
        return pt.eq(chosen[..., None], np.arange(self.count)) if self.batched else pt.eq(chosen, k)

    def _of(self, chosen: TensorVariable, values: list[TensorVariable]) -> TensorVariable:
        """Return the value of the component that is chosen."""
        if self.batched:
            found = pt.switch(self._is(chosen, 0), values[0], 0).sum(axis=-1)
        else:
            found = values[-1]
            for k, value in enumerate(values[:-1]):
                found = pt.switch(pt.eq(chosen, k), value, found)
        return found.astype(self.dtype)


def usable(rv: TensorVariable, coupling: str | None = None, wide: bool = False) -> Part:
    """Return a component's form: under `coupling` if it has that, else its default.

    Parameters
    ----------
    rv : TensorVariable
    coupling : str, optional
    wide : bool

    Raises
    ------
    ModelError
        If it has none that a mixture can take.
    """
    found = [part for part in parts(rv) if part.simple or isinstance(part.form, Point | Columns)]
    found = [p for p in found if p.direct and not (wide and columns(p.form))]
    found.sort(key=lambda part: part.form.coupling != coupling)
    if not found:
        raise ModelError(f"{family_name(rv)}, of which it is made, has none that a mixture takes")
    return found[0]


def is_inflated(rv: TensorVariable) -> bool:
    """Return whether a mixture is of a point at zero and one family of no lesser values."""
    components = rv.owner.op.dist_params(rv.owner)[1:]
    if len(components) != 2 or not isinstance(components[0].owner.op, DiracDeltaRV):
        return False
    where = _known(components[0].owner.inputs[-1])
    if where is None or np.any(where != 0):
        return False
    part = usable(components[1])
    least, _ = part.form.bounds(*part.form.parameters(components[1]))
    if least is None:
        return False
    known = _known(pt.as_tensor(least))
    return known is not None and bool(np.all(known >= 0))


def _known(variable: TensorVariable) -> np.ndarray | None:
    """Return the number that an expression of constants comes to, None where it is none."""
    [found] = constant_fold([variable], raise_not_constant=False)
    return None if isinstance(found, Variable) else np.asarray(found)


@structural_form.compose(MixtureRV)
def mixture(rv: TensorVariable) -> list[StructuralForm]:
    """Return a form for each coupling of the choice; none where a point at zero has its own."""
    weights, *components = rv.owner.op.dist_params(rv.owner)
    if components[0].owner.op.ndim_supp:
        raise ModelError("its components are vectors")
    if is_inflated(rv):
        return []
    count = len(components)
    if count == 1:
        lengths = (fixed_length(v) for v in (weights, components[0]))
        count = next((n for n in lengths if n is not None and n > 1), 0)
    if not count:
        raise ModelError("the number of its components is not known; give weights of fixed length")
    return [
        MixtureForm(
            choice,
            [usable(c, choice.coupling, len(components) == 1) for c in components],
            count,
            rv,
            choice.coupling,
        )
        for choice in CHOICES
    ]
