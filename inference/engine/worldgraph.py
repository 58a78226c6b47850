"""One world as a graph: how each variable gets its value there."""

from __future__ import annotations

from collections.abc import Callable

import pytensor.tensor as pt
from pymc.exceptions import UndefinedMomentException
from pytensor.tensor import TensorVariable

from ..errors import ModelError, QueryError
from ..families.form import family_name
from ..families.means import is_categorical, mean_of
from ..families.special.wide import GREATEST
from ..scm.equations import Equation
from ..scm.interventions import Do
from ..symbolic.replace import substituted
from .graph_inputs import Ledger
from .replacement import in_shape, replaced
from .world_reader import WorldReader

__all__ = ["WorldGraph"]

IMPOSSIBLE = (
    "in a world of this query the parameters of {!r} do not meet {}, so that its distribution has "
    "no meaning there; intervene within the range that the model is written for, or write the "
    "equation so that it always has one"
)
UNCOUNTED = (
    "in a world of this query {!r} counts more than whole numbers of 64 bits hold (9.2e18); "
    "intervene within the range that the model is written for, or ask for its mean "
    "(expectation=True)"
)


class WorldGraph(WorldReader):
    """The values of all variables in one world, computed on first use.

    Parameters
    ----------
    ledger : Ledger
        What it shares with the other worlds.
    do : mapping of str to Intervention
    label : str
        Unique among the worlds of a query.
    natural : WorldGraph or None
        The world as it was; None for that world itself.
    elsewhere : callable
        Returns the world of the query that has the name given.
    """

    def __init__(
        self,
        ledger: Ledger,
        do: Do,
        label: str,
        *,
        natural: WorldGraph | None,
        elsewhere: Callable[[str], WorldGraph],
    ) -> None:
        super().__init__(ledger, do, label)
        self.natural = self if natural is None else natural
        self.elsewhere = elsewhere
        self.affected = ledger.equations.descendants(do)
        self._values: dict[str, TensorVariable] = {}
        self._parameters: dict[str, tuple[TensorVariable, ...]] = {}
        self._under_way: list[str] = []
        self._watched: set[str] = set()

    def __getitem__(self, name: str) -> TensorVariable:
        if name not in self._values:
            equation = self.ledger.equations.require(name, "the query reads", QueryError)
            if name in self._under_way:
                circle = " -> ".join([*self._under_way[self._under_way.index(name) :], name])
                raise QueryError(
                    f"the interventions read each other in a circle: {circle}; a policy may read "
                    "its target's own natural value and variables that the target does not reach"
                )
            self._under_way.append(name)
            try:
                value = (
                    replaced(self, equation, self.elsewhere)
                    if name in self.do
                    else self.undisturbed(name)
                )
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
        equation = self.ledger.equations[name]
        if self is self.natural:
            return self._computed(equation)
        read = {p: self.read(p, name) for p in sorted(equation.parents & self.affected)}
        read = {p: value for p, value in read.items() if not self.is_natural(p, value)}
        if not read:
            return self.natural[name]
        return self.ledger.shared(name, read, lambda: self._computed(equation))

    def is_natural(self, name: str, value: TensorVariable) -> bool:
        """Return whether `value` is what `name` is in the world as it was."""
        # Never computed for the comparison's sake: natural values may be unknown.
        return self.natural._values.get(name) is value

    def _computed(self, equation: Equation) -> TensorVariable:
        if equation.kind == "data":
            return equation.expression
        if equation.kind == "random":
            return self._random(equation)
        return self.substitute([equation.expression], equation.name)[0]

    def _random(self, equation: Equation) -> TensorVariable:
        ledger, name, natural = self.ledger, equation.name, self.natural
        origin = ledger.origin(name)
        if origin == "value" and self is natural:
            return ledger.value(name)
        if origin == "missing":
            raise QueryError(
                f"the answer needs the noise of {name!r}, for which there is no evidence; give its "
                "column, condition a posterior that infers it, or ask of new units (units='new')"
            )
        if self is not natural:
            ledger.moved.add(name)
        form = ledger.form(name)
        parameters = self.parameters(name)
        batch = equation.expression.ndim - equation.expression.owner.op.ndim_supp
        if origin == "value":
            seen = natural.parameters(name)
            draws = ledger.draws(name, form, seen, batch)
            moved = form.transport(natural[name], seen, parameters, draws)
        elif origin == "noise":
            like = form.embed(ledger.draws(name, form, parameters, batch))
            moved = form.predict(ledger.noise(name, like), *parameters)
        else:
            noise = form.embed(ledger.draws(name, form, parameters, batch))
            moved = form.predict(noise, *parameters)
        value = in_shape(self, moved, equation)
        _, greatest = form.bounds(*parameters)
        if value.dtype == "int64" and not isinstance(greatest, int):
            uncounted = pt.or_(pt.ge(value, int(GREATEST)), pt.le(value, -int(GREATEST)))
            ledger.object(UNCOUNTED.format(name), uncounted)
        return value

    def expectation(self, name: str) -> TensorVariable:
        """Return the mean of `name` given its parents in this world, its own noise averaged out.

        Of a category it is the probability of each, along a trailing axis.
        """
        ledger, equation = self.ledger, self.ledger.equations[name]
        categorical = equation.kind == "random" and is_categorical(equation.expression)
        if equation.kind != "random" or (name in self.do and not categorical):
            return self[name]
        self._watch_domain(name)
        [rv] = self.in_range([equation.expression], name)
        inputs = [p for p in rv.owner.inputs if isinstance(p, TensorVariable)]
        symbols = ledger.equations.read_by(inputs)
        values = {s: self.read(n, name) for s, n in symbols.items()}
        [there] = substituted([rv], values)
        try:
            found = mean_of(there).astype("float64")
        except (NotImplementedError, UndefinedMomentException):
            raise ModelError(
                f"{family_name(rv)} (variable {name!r}) has no mean, or none that is known; ask "
                "for the outcome itself (expectation=False)"
            ) from None
        if name in self.do:  # a category that is set
            return pt.eq(self[name][..., None], pt.arange(found.shape[-1])).astype("float64")
        shape = tuple(ledger.shape(name))
        return pt.broadcast_to(found, (*shape, found.shape[-1]) if categorical else shape)

    def parameters(self, name: str) -> tuple[TensorVariable, ...]:
        """Return the parameters of a random variable's family in this world.

        Those that no intervention reaches are the very symbols of the natural world, by which
        a form knows that they are equal.
        """
        if name not in self._parameters:
            rv = self.ledger.equations[name].expression
            expressions = self.ledger.form(name).parameters(rv)
            values = self.substitute(expressions, name)
            if self is not self.natural:
                before = self.natural.parameters(name)
                reached = [self.reached(e, name) for e in expressions]
                values = [
                    new if moved else old
                    for new, old, moved in zip(values, before, reached, strict=True)
                ]
            self._parameters[name] = tuple(values)
            self._watch_domain(name)
        return self._parameters[name]

    def _watch_domain(self, name: str) -> None:
        """Note where the parameters of `name` are none that its family can have.

        Those of the world as it was are known to be possible, but where they depend on noise that
        is drawn now.
        """
        ledger, equations, natural = self.ledger, self.ledger.equations, self is self.natural
        if name in self._watched:
            return
        self._watched.add(name)
        causes = equations.ancestors(equations[name].parents)
        if natural and not any(
            equations[c].kind == "random" and ledger.origin(c) == "draws" for c in causes
        ):
            return
        if not natural and not any(self.moves(c, name) for c in equations[name].parents):
            return
        for demand in ledger.demands(name):
            if natural or self.reached(demand.met, name):
                met = self.known(demand.met, name)
                if met is not None:
                    ledger.object(IMPOSSIBLE.format(name, demand.words), ~met)
