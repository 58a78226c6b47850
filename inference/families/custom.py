"""CustomDist by what its ``dist`` function is made of: one random variable, and steps back from it.

The function says how a value comes about. If that is one random variable whose family has a form,
taken through steps each of which can be taken back (``exp``, ``a + b * x``, ...), the value tells
that variable, and the variable its noise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
from types import MappingProxyType

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.custom import CustomDistRV, CustomSymbolicDistRV
from pymc.distributions.distribution import SymbolicRandomVariable
from pymc.distributions.simulator import SimulatorRV
from pytensor import scalar
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.traversal import ancestors, walk
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.random.op import RandomVariable

from ..errors import ModelError
from ..symbolic.replace import substituted
from .common import kept
from .form import Bound, StructuralForm, family_name, full_precision, structural_form
from .parts import Part, parts

__all__ = ["CustomForm"]

type Step = Callable[[TensorVariable, int, list[TensorVariable]], TensorVariable]

# Back from what a step gives to its input at a position, given all its inputs.
BACK: Mapping[type, Step] = MappingProxyType(
    {
        scalar.Exp: lambda v, k, i: pt.log(v),
        scalar.Log: lambda v, k, i: pt.exp(v),
        scalar.Expm1: lambda v, k, i: pt.log1p(v),
        scalar.Log1p: lambda v, k, i: pt.expm1(v),
        scalar.Sqrt: lambda v, k, i: v * v,
        scalar.Neg: lambda v, k, i: -v,
        scalar.Cast: lambda v, k, i: v.astype(i[0].dtype),
        scalar.Identity: lambda v, k, i: v,
        scalar.Tanh: lambda v, k, i: pt.arctanh(v),
        scalar.Sigmoid: lambda v, k, i: pt.log(v) - pt.log1p(-v),
        scalar.Softplus: lambda v, k, i: v + pt.log(-pt.expm1(-v)),
        scalar.Add: lambda v, k, i: v - reduce(add, (x for j, x in enumerate(i) if j != k)),
        scalar.Sub: lambda v, k, i: v + i[1] if k == 0 else i[0] - v,
        scalar.Mul: lambda v, k, i: v / reduce(mul, (x for j, x in enumerate(i) if j != k)),
        scalar.TrueDiv: lambda v, k, i: v * i[1] if k == 0 else i[0] / v,
    }
)
# These turn round at zero, so that they need what is never negative.
POSITIVE: Mapping[type, Step] = MappingProxyType(
    {
        scalar.Sqr: lambda v, k, i: pt.sqrt(v),
        scalar.Pow: lambda v, k, i: v ** (1.0 / i[1]),
        scalar.Reciprocal: lambda v, k, i: 1.0 / v,
    }
)
# What these give is never negative; and these take a finite end to infinity.
NEVER_NEGATIVE = (scalar.Exp, scalar.Sqrt, scalar.Sigmoid, scalar.Softplus)
ENDLESS = (scalar.Log, scalar.Log1p, scalar.Reciprocal, scalar.TrueDiv)


class CustomForm(StructuralForm):
    """CustomDist(dist=...): the steps of its function, from one random variable with a form.

    Parameters
    ----------
    rv : TensorVariable
    source : TensorVariable
        The one random variable inside the function.
    part : Part
        Its form.
    """

    def __init__(self, rv: TensorVariable, recipe: "Recipe", part: Part) -> None:
        form = part.form
        self.recipe, self.part, self.dtype = recipe, part, rv.dtype
        self.law, self.coupling, self.jax = form.law, form.coupling, form.jax
        self.ambiguous = form.ambiguous
        self.rising = form.rising and all(_rises(node.op, k) for node, k in recipe.steps)
        self.within = form.parameters(recipe.source)
        read = set(ancestors([recipe.result], blockers=[recipe.source]))
        read |= set(ancestors(self.within))
        self.used = [k for k, v in enumerate(recipe.inputs) if v in read and _is_number(v)]

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return what the function reads."""
        return tuple(full_precision(rv.owner.inputs[k]) for k in self.used)

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return that of the inner family."""
        return self.part.form.width(*self._inner(parameters))

    def embed(self, draws: TensorVariable) -> TensorVariable:
        """Return that of the inner family."""
        return self.part.form.embed(draws)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return what the steps make of the inner family's bounds, where that is known."""
        if any(isinstance(node.op.scalar_op, ENDLESS) for node, _ in self.recipe.steps):
            return None, None
        least, greatest = self.part.form.bounds(*self._inner(parameters))
        ends = (-np.inf if least is None else least, np.inf if greatest is None else greatest)
        floats = (pt.as_tensor(end).astype("float64") for end in ends)
        low, high = (self._forward(end, parameters) for end in floats)
        return pt.minimum(low, high), pt.maximum(low, high)

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the function's value, from the inner family's."""
        source = self.part.form.predict(noise, *self._inner(parameters))
        return self._forward(source, parameters).astype(self.dtype)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the inner family's noise behind what the steps lead back to."""
        source = self._back(value, parameters)
        return self.part.form.abduct(source, *self._inner(parameters), draws=draws)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` back, moved, and forth; unchanged parameters give it back exactly."""
        inner, other = self._inner(parameters), self._inner(new)
        source = self.part.form.transport(self._back(value, parameters), inner, other, draws)
        moved = self._forward(source, new).astype(self.dtype)
        return kept(value.astype(self.dtype), moved, parameters, new)

    def _inner(self, parameters: tuple[TensorVariable, ...]) -> tuple[TensorVariable, ...]:
        return tuple(substituted(self.within, self._values(parameters)))

    def _values(
        self, parameters: tuple[TensorVariable, ...]
    ) -> dict[TensorVariable, TensorVariable]:
        given = (self.recipe.inputs[k] for k in self.used)
        return dict(zip(given, parameters, strict=True))

    def _forward(
        self, source: TensorVariable, parameters: tuple[TensorVariable, ...]
    ) -> TensorVariable:
        values = {**self._values(parameters), self.recipe.source: source}
        return substituted([self.recipe.result], values)[0]

    def _back(
        self, value: TensorVariable, parameters: tuple[TensorVariable, ...]
    ) -> TensorVariable:
        values = self._values(parameters)
        for node, k in self.recipe.steps:
            inputs = [
                v if j == k else substituted([v], values)[0] for j, v in enumerate(node.inputs)
            ]
            kind = type(node.op.scalar_op)
            value = (BACK.get(kind) or POSITIVE[kind])(value, k, inputs)
        return value.astype(self.recipe.source.dtype)


@dataclass(frozen=True, eq=False)
class Recipe:
    """What a CustomDist's function does: `result`, from `inputs`, by `steps` from `source`.

    Attributes
    ----------
    inputs : sequence of Variable
        One for each input of the random variable.
    result, source : TensorVariable
    steps : sequence of (Apply, int)
        From the result back to the source; which input of each leads there.
    """

    inputs: Sequence[Variable]
    result: TensorVariable
    source: TensorVariable
    steps: Sequence[tuple[Apply, int]]

    @classmethod
    def of(cls, rv: TensorVariable) -> "Recipe":
        """Return that of a CustomDist with ``dist``, or raise a `ModelError` that says why not."""
        graph = rv.owner.op.fgraph.unfreeze()
        result = graph.outputs[0]
        found = dict.fromkeys(v for v in walk([result], _above) if _is_random(v))
        if not found:
            raise ModelError("its function draws nothing at random")
        if len(found) > 1:
            names = ", ".join(sorted(family_name(v) for v in found))
            raise ModelError(
                f"its function is made of several random variables ({names}), and one value does "
                "not tell them apart"
            )
        [source] = found
        return cls(graph.inputs, result, source, _steps(result, source))


def _steps(result: TensorVariable, source: TensorVariable) -> list[tuple[Apply, int]]:
    steps: list[tuple[Apply, int]] = []
    while result is not source:
        node = result.owner
        leads = [k for k, v in enumerate(node.inputs) if source in set(ancestors([v]))]
        kind = type(getattr(node.op, "scalar_op", None))
        known = kind in BACK or (kind in POSITIVE and leads == [0])
        if kind in POSITIVE or (kind is scalar.TrueDiv and leads == [1]):
            known = known and _never_negative(node.inputs[leads[0]], source)
        if not (isinstance(node.op, Elemwise) and known and len(leads) == 1):
            raise ModelError(f"its function takes a step that cannot be taken back ({node.op})")
        steps.append((node, leads[0]))
        result = node.inputs[leads[0]]
    return steps


def _rises(op: Elemwise, position: int) -> bool:
    """Return whether what a step gives is known to rise with its input."""
    kind = op.scalar_op
    if isinstance(kind, scalar.Neg | scalar.Reciprocal | scalar.Mul | scalar.TrueDiv | scalar.Pow):
        return False
    return not (isinstance(kind, scalar.Sub) and position == 1)


def _never_negative(variable: TensorVariable, source: TensorVariable) -> bool:
    """Return whether it is known beforehand that a step's input is never negative."""
    if variable is not source:
        return isinstance(getattr(variable.owner.op, "scalar_op", None), NEVER_NEGATIVE)
    form = structural_form.of(source)
    least, _ = form.bounds(*form.parameters(source))
    return isinstance(least, int | float) and least >= 0


def _is_random(variable: Variable) -> bool:
    op = None if variable.owner is None else variable.owner.op
    return isinstance(op, RandomVariable | SymbolicRandomVariable)


def _above(variable: Variable) -> list[Variable] | None:
    stop = variable.owner is None or _is_random(variable)
    return None if stop else list(variable.owner.inputs)


def _is_number(variable: Variable) -> bool:
    return isinstance(variable, TensorVariable)


@structural_form.compose(CustomSymbolicDistRV)
def custom(rv: TensorVariable) -> list[StructuralForm]:
    """Return a form for each coupling of the one random variable inside."""
    recipe = Recipe.of(rv)
    return [CustomForm(rv, recipe, part) for part in parts(recipe.source)]


structural_form.refuse(
    SimulatorRV, "its function is of NumPy, and does not say how noise becomes a value"
)
structural_form.refuse(
    CustomDistRV,
    "it is given by a log-density, or by a function of NumPy, which do not say how noise becomes a "
    "value; give it dist=..., which does",
)
