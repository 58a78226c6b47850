"""One world as a graph: how each variable gets its value there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.moments import mean
from pymc.exceptions import UndefinedMomentException
from pymc.pytensorf import rvs_in_graph
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from ..errors import ModelError, QueryError
from ..families.form import StructuralForm, family_name
from ..inputs.functions import called
from ..scm.equations import Equation
from ..scm.indices import kept_inside, lookups
from ..scm.interventions import Do, Intervention
from ..scm.sites import Acting, Site
from ..scm.support import impossible, limits, needs_probability
from ..symbolic.replace import substituted

if TYPE_CHECKING:
    from .crossworld import CrossWorld

__all__ = ["WorldGraph"]

OUTSIDE = (
    "the intervention on {!r} gives values outside the support of its family, or none at all (NaN, "
    "infinity); choose values that it can take"
)


class WorldGraph(Mapping[str, TensorVariable]):
    """The values of all variables in one world, computed on first use.

    Parameters
    ----------
    cross : CrossWorld
        The worlds it belongs to.
    do : mapping of str to Intervention
    label : str
        Unique among the worlds of a query.
    """

    def __init__(self, cross: CrossWorld, do: Do, label: str) -> None:
        self.cross, self.do, self.label = cross, dict(do), label
        self.affected = cross.equations.descendants(do)
        self._values: dict[str, TensorVariable] = {}
        self._parameters: dict[str, tuple[TensorVariable, ...]] = {}
        self._under_way: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self.cross.equations)

    def __len__(self) -> int:
        return len(self.cross.equations)

    def __getitem__(self, name: str) -> TensorVariable:
        if name not in self._values:
            equation = self.cross.equations.require(name, "the query reads", QueryError)
            if name in self._under_way:
                circle = " -> ".join([*self._under_way[self._under_way.index(name) :], name])
                raise QueryError(
                    f"the interventions read each other in a circle: {circle}; a policy may read "
                    "its target's own natural value and variables that the target does not reach"
                )
            self._under_way.append(name)
            try:
                value = self._intervened(equation) if name in self.do else self.undisturbed(name)
            finally:
                self._under_way.pop()
            self._values[name] = value
        return self._values[name]

    def read(self, name: str, reader: str) -> TensorVariable:
        """Return the value of `name` as the equation of `reader` reads it in this world."""
        return self[name]

    def undisturbed(self, name: str) -> TensorVariable:
        """Return the value that `name` has here if nothing replaces its own mechanism.

        It depends on what its equation reads alone: where that is the very same symbols as in
        another world, so is the value.
        """
        equation = self.cross.equations[name]
        if self is self.cross.natural:
            return self._computed(equation)
        read = {p: self.read(p, name) for p in sorted(equation.parents & self.affected)}
        read = {p: value for p, value in read.items() if not self._is_natural(p, value)}
        if not read:
            return self.cross.natural[name]
        return self.cross.shared(name, read, lambda: self._computed(equation))

    def _is_natural(self, name: str, value: TensorVariable) -> bool:
        # Never computed for the comparison's sake: natural values may be unknown.
        return self.cross.natural._values.get(name) is value

    def _computed(self, equation: Equation) -> TensorVariable:
        if equation.kind == "data":
            return equation.expression
        if equation.kind == "random":
            return self._random(equation)
        return self._substitute([equation.expression], equation.name)[0]

    def _random(self, equation: Equation) -> TensorVariable:
        cross, name = self.cross, equation.name
        origin, natural = cross.origin(name), cross.natural
        if origin == "value" and self is natural:
            return cross.input("value", name, equation.expression)
        if origin == "missing":
            raise QueryError(
                f"the answer needs the noise of {name!r}, for which there is no evidence; give its "
                "column, condition a posterior that infers it, or ask of new units (units='new')"
            )
        if self is not natural:
            cross.moved.add(name)
        form = cross.form(name)
        parameters = self.parameters(name)
        batch = equation.expression.ndim - equation.expression.owner.op.ndim_supp
        if origin == "value":
            seen = natural.parameters(name)
            draws = cross.draws(name, form, seen, batch)
            moved = form.transport(natural[name], seen, parameters, draws)
        elif origin == "noise":
            like = form.embed(cross.draws(name, form, parameters, batch))
            moved = form.predict(cross.input("noise", name, like), *parameters)
        else:
            noise = form.embed(cross.draws(name, form, parameters, batch))
            moved = form.predict(noise, *parameters)
        return self._shaped(moved, equation)

    def expectation(self, name: str) -> TensorVariable:
        """Return the mean of `name` given its parents in this world, its own noise averaged out."""
        equation = self.cross.equations[name]
        if equation.kind != "random" or name in self.do:
            return self[name]
        [rv] = self._in_range([equation.expression], name)
        symbols = self._symbols_in([p for p in rv.owner.inputs if isinstance(p, TensorVariable)])
        values = {s: self.read(n, name) for s, n in symbols.items()}
        [there] = substituted([rv], values)
        try:
            return pt.broadcast_to(mean(there).astype("float64"), self.cross.shape(name))
        except (NotImplementedError, UndefinedMomentException):
            raise ModelError(
                f"{family_name(rv)} (variable {name!r}) has no mean, or none that is known; ask "
                "for the outcome itself (expectation=False)"
            ) from None

    def parameters(self, name: str) -> tuple[TensorVariable, ...]:
        """Return the parameters of a random variable's family in this world.

        Those that no intervention reaches are the very symbols of the natural world, by which
        a form knows that they are equal.
        """
        if name not in self._parameters:
            cross = self.cross
            rv = cross.equations[name].expression
            expressions = cross.form(name).parameters(rv)
            values = list(self._substitute(list(expressions), name))
            if self is not cross.natural:
                before = cross.natural.parameters(name)
                reached = [self._reached(e, name) for e in expressions]
                values = [
                    new if moved else old
                    for new, old, moved in zip(values, before, reached, strict=True)
                ]
            self._parameters[name] = tuple(values)
        return self._parameters[name]

    def _symbols_in(self, expressions: list[TensorVariable]) -> dict[TensorVariable, str]:
        symbols = {e.symbol: n for n, e in self.cross.equations.items()}
        stop = list(symbols)
        return {v: symbols[v] for v in ancestors(expressions, blockers=stop) if v in symbols}

    def _reached(self, expression: TensorVariable, reader: str) -> bool:
        names = self._symbols_in([expression]).values()
        return any(not self._is_natural(n, self.read(n, reader)) for n in names)

    def _substitute(self, expressions: list[TensorVariable], reader: str) -> list[TensorVariable]:
        expressions = self._in_range(expressions, reader)
        symbols = self._symbols_in(expressions)
        values = {symbol: self.read(name, reader) for symbol, name in symbols.items()}
        replaced = substituted(expressions, values)
        anonymous = rvs_in_graph(replaced)
        if anonymous:
            family = family_name(min(anonymous, key=str))
            raise ModelError(
                f"the model has a random variable without a name ({family}) "
                "inside an expression; register it in the model so that its noise can be kept"
            )
        return replaced

    def _intervened(self, equation: Equation) -> TensorVariable:
        cross, name = self.cross, equation.name
        intervention = self.do[name]
        amount = None
        if intervention.amount is not None:
            like = pt.constant(intervention.amount)
            key = Acting(name, "amount", self.label)
            amount = cross.input("number", key, like, number=intervention.amount)

        def draw(form: StructuralForm, parameters: tuple[TensorVariable, ...]) -> TensorVariable:
            support = 0 if equation.kind != "random" else equation.expression.owner.op.ndim_supp
            # Worlds share these draws, but only where both take noise of one law and one width.
            kind = form.law
            if form.width(*parameters) is not None:
                kind += str([p.type.shape[-1:] for p in parameters])
            stream = Acting(name, "noise", kind)
            return cross.draws(stream, form, parameters, equation.expression.ndim - support)

        def elsewhere(label: str) -> TensorVariable:
            return cross.world(label)[name]

        reading = _Reading(self, name)
        site = Site(name, reading, lambda: self.undisturbed(name), amount, draw, elsewhere)
        value = intervention.rule(site)
        if intervention.world is None:
            value = self._shaped(value, equation)
        if intervention.where is not None:
            mask = self._mask(intervention, equation, site)
            value = pt.switch(mask, value, self.undisturbed(name))
        if intervention.world is None:  # what another world gives, it has checked
            self._watch_support(equation, value)
        if intervention.free and np.dtype(value.dtype).kind == "f":
            self._object(name, pt.or_(pt.isnan(value), pt.isinf(value)))
        return value

    def _object(self, name: str, broken: TensorVariable) -> None:
        self.cross.faults.append((OUTSIDE.format(name), broken.any()))

    def _mask(self, intervention: Intervention, equation: Equation, site: Site) -> TensorVariable:
        where = intervention.where
        told = f"`where` of the intervention on {equation.name!r}"
        if callable(where):
            mask = called(where, site.values, told)
        else:
            mask = self.cross.input(
                "number",
                Acting(equation.name, "where", self.label),
                pt.constant(where),
                number=where,
            )
        if mask.dtype != "bool":
            raise QueryError(
                f"{told} gives {mask.dtype}, not a boolean; write a comparison, such as "
                "lambda v: v['z'] > 0"
            )
        shape = self.cross.shape(equation.name)
        pairs = zip(mask.type.shape, shape, strict=False)
        if mask.ndim > len(shape) or any(found not in (None, 1, n) for found, n in pairs):
            raise QueryError(
                f"{told} gives shape {_known(mask)}; it takes one boolean for each of the "
                f"{shape[0]} units"
            )
        extra = equation.expression.ndim - mask.ndim
        return pt.shape_padright(mask, extra) if mask.ndim and extra > 0 else mask

    def _shaped(self, value: TensorVariable, equation: Equation) -> TensorVariable:
        """Return `value` in the variable's own shape and dtype."""
        expression = equation.expression
        value = pt.as_tensor(value)
        shape = self.cross.shape(equation.name)
        if value.ndim > len(shape):
            raise QueryError(
                f"the intervention on {equation.name!r} gives {value.ndim} axes; the variable has "
                f"dimensions {equation.dims}"
            )
        pairs = zip(reversed(value.type.shape), reversed(shape), strict=False)
        if any(length not in (None, 1, wanted) for length, wanted in pairs):
            what = "intervention on" if equation.name in self.do else "model's equation of"
            raise QueryError(
                f"the {what} {equation.name!r} gives shape {_known(value)}; the variable has "
                f"{shape}, dimensions {equation.dims}"
            )
        if np.dtype(expression.dtype).kind in "iub" and np.dtype(value.dtype).kind == "f":
            raise QueryError(
                f"the intervention on {equation.name!r} gives {value.dtype}, but the variable is "
                "integer; give whole numbers, or round inside the policy "
                "(pytensor.tensor.round(...).astype(int))"
            )
        if not np.can_cast(value.dtype, expression.dtype) and np.dtype(value.dtype).kind in "iu":
            wrapped = pt.neq(value.astype(expression.dtype), value).any()
            self.cross.faults.append((OUTSIDE.format(equation.name), wrapped))
        value = value.astype(expression.dtype)
        if value.ndim < len(shape) or 1 in value.type.shape:
            value = pt.broadcast_to(value, shape)
        return value

    def _watch_support(self, equation: Equation, value: TensorVariable) -> None:
        """Note the condition that an intervened value lies where its family can give values."""
        if equation.kind != "random":
            return
        equations, name = self.cross.equations, equation.name
        checks = [
            limit.broken(value, bound)
            for limit in limits(equation.expression) or []
            if (bound := self._told(limit.bound, name)) is not None
        ]
        if needs_probability(equations, name):
            never = self._told(impossible(equations, name, value), name)
            checks += [] if never is None else [never]
        for broken in checks:
            self._object(name, broken)

    def _told(self, expression: TensorVariable | None, reader: str) -> TensorVariable | None:
        """Return the expression in this world; None where its causes are unknown or a circle."""
        if expression is None or isinstance(expression, Constant):
            return expression
        try:
            return self._substitute([expression], reader)[0]
        except (QueryError, ModelError):
            return None

    def _in_range(self, expressions: list[TensorVariable], reader: str) -> list[TensorVariable]:
        """Return the expressions with the indices that may go astray kept inside, and noted."""
        equations = self.cross.equations
        symbols = [e.symbol for e in equations.values()]
        astray = {}
        for look in lookups(expressions, symbols):
            read = equations.ancestors(self._symbols_in([look.index]).values())
            moved = read & set(self.do)
            if moved or any(
                equations[n].kind == "random" and self.cross.origin(n) != "value" for n in read
            ):
                astray[look] = moved
        for look, moved in astray.items():
            who = f"the intervention on {sorted(moved)}" if moved else "a variable of the model"
            message = (
                f"{who} gives an index beyond the length of {look.name!r}; codes run from 0 to "
                "that length less one"
            )
            self.cross.faults.append((message, self._substitute([look.beyond], reader)[0]))
        return kept_inside(expressions, list(astray), symbols) if astray else expressions


def _known(value: TensorVariable) -> tuple[int | str, ...]:
    """Return the shape as far as it is known beforehand."""
    return tuple("?" if length is None else length for length in value.type.shape)


class _Reading(Mapping[str, TensorVariable]):
    """A world as an intervention on `target` reads it: the target's own name is natural."""

    def __init__(self, world: WorldGraph, target: str) -> None:
        self._world, self._target = world, target

    def __getitem__(self, name: str) -> TensorVariable:
        world = self._world
        if name != self._target:
            world.cross.equations.require(name, f"the policy on {self._target!r} reads", QueryError)
            return world.read(name, self._target)
        return world.undisturbed(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._world)

    def __len__(self) -> int:
        return len(self._world)
