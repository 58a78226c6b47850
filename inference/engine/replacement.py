"""What an intervention gives a variable in one world: its value, in shape and watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..families.form import StructuralForm
from ..inputs.functions import condition
from ..scm.equations import Equation
from ..scm.interventions import Intervention
from ..scm.sites import Acting, Site
from ..scm.support import impossible, limits, needs_probability
from ..symbolic.whole import is_whole
from .world_reader import WorldReader

__all__ = ["in_shape", "replaced"]

OUTSIDE = (
    "the intervention on {!r} gives values outside the support of its family, or none at all (NaN, "
    "infinity); choose values that it can take"
)


def replaced(
    world: WorldReader,
    equation: Equation,
    elsewhere: Callable[[str], Mapping[str, TensorVariable]],
) -> TensorVariable:
    """Return the value that the intervention on a variable gives it in one world.

    Parameters
    ----------
    world : WorldReader
        Whose ``do`` has the variable.
    equation : Equation
        The variable's.
    elsewhere : callable
        Returns the world of the query that has the name given.

    Returns
    -------
    TensorVariable
        In the variable's core shape and dtype.

    Raises
    ------
    QueryError
        If the intervention gives something that the variable cannot hold.
    """
    intervention, site = world.do[equation.name], _site(world, equation, elsewhere)
    value = intervention.rule(site)
    if intervention.world is None:
        value = in_shape(world, value, equation)
    if intervention.where is not None:
        mask = _mask(world, intervention, equation, site)
        value = pt.switch(mask, value, world.undisturbed(equation.name))
    if intervention.world is None:  # what another world gives, it has checked
        _watch_support(world, equation, value)
    if intervention.free and np.dtype(value.dtype).kind == "f":
        outside = pt.or_(pt.isnan(value), pt.isinf(value))
        world.ledger.object(OUTSIDE.format(equation.name), outside)
    return value


def _site(
    world: WorldReader,
    equation: Equation,
    elsewhere: Callable[[str], Mapping[str, TensorVariable]],
) -> Site:
    """Return where the intervention on a variable acts: what its rule may read."""
    ledger, name = world.ledger, equation.name
    intervention = world.do[name]
    amount = factor = None
    if intervention.amount is not None:
        amount = ledger.number(Acting(name, "amount", world.label), intervention.amount)
    if intervention.factor is not None:
        factor = ledger.number(Acting(name, "factor", world.label), intervention.factor)

    def draw(form: StructuralForm, parameters: tuple[TensorVariable, ...]) -> TensorVariable:
        support = 0 if equation.kind != "random" else equation.expression.owner.op.ndim_supp
        # Worlds share these draws, but only where both take noise of one law and one width.
        kind = form.law
        if form.width(*parameters) is not None:
            kind += str([p.type.shape[-1:] for p in parameters])
        else:
            for parameter in parameters:
                _check_axes(world, equation, parameter.ndim)
        return ledger.draws(
            Acting(name, "noise", kind), form, parameters, equation.expression.ndim - support
        )

    return Site(
        name,
        _Natural(world, name),
        lambda: world.undisturbed(name),
        amount,
        draw,
        lambda label: elsewhere(label)[name],
        factor,
    )


def in_shape(world: WorldReader, value: TensorVariable, equation: Equation) -> TensorVariable:
    """Return `value` in the variable's own shape and dtype.

    Parameters
    ----------
    world : WorldReader
    value : TensorVariable
        What broadcasts to the variable's core shape.
    equation : Equation

    Returns
    -------
    TensorVariable

    Raises
    ------
    QueryError
        If it has another shape, or is not whole where the variable is.
    """
    expression, ledger = equation.expression, world.ledger
    value = pt.as_tensor(value)
    shape = ledger.shape(equation.name)
    if value.ndim > len(shape):
        raise QueryError(
            f"the intervention on {equation.name!r} gives {value.ndim} axes; the variable has "
            f"dimensions {equation.dims}"
        )
    if equation.name in world.do:
        _check_axes(world, equation, value.ndim)
    pairs = zip(reversed(value.type.shape), reversed(shape), strict=False)
    if any(length not in (None, 1, wanted) for length, wanted in pairs):
        what = "intervention on" if equation.name in world.do else "model's equation of"
        raise QueryError(
            f"the {what} {equation.name!r} gives shape {_known(value)}; the variable has "
            f"{shape}, dimensions {equation.dims}"
        )
    if np.dtype(expression.dtype).kind in "iub" and not is_whole(value):
        raise QueryError(
            f"the intervention on {equation.name!r} gives {value.dtype}, but the variable is "
            "integer; give whole numbers, or round inside the policy "
            "(pytensor.tensor.round(...).astype(int))"
        )
    if np.dtype(expression.dtype).kind in "iub" and not np.can_cast(value.dtype, expression.dtype):
        wrapped = pt.neq(value.astype(expression.dtype), value)
        ledger.object(OUTSIDE.format(equation.name), wrapped)
    value = value.astype(expression.dtype)
    if value.ndim < len(shape) or 1 in value.type.shape:
        value = pt.broadcast_to(value, shape)
    return value


def _check_axes(world: WorldReader, equation: Equation, ndim: int) -> None:
    """Refuse fewer axes than the variable has, where sizes alone would say which they are."""
    shape = world.ledger.shape(equation.name)
    if 0 < ndim < len(shape) and shape[0] == shape[-ndim]:
        raise QueryError(
            f"the intervention on {equation.name!r} gives {ndim} axes, which may be over the units "
            f"or over the last dimensions of {equation.dims}; give it all of them, such as "
            "v['z'][:, None] for a value per unit"
        )


def _mask(
    world: WorldReader, intervention: Intervention, equation: Equation, site: Site
) -> TensorVariable:
    """Return which units an intervention acts on, in a shape that broadcasts with the variable."""
    where = intervention.where
    told = f"`where` of the intervention on {equation.name!r}"
    if isinstance(where, np.ndarray):
        mask = world.ledger.number(Acting(equation.name, "where", world.label), where)
    else:
        assert callable(where)  # of a mapping the query has made a function
        mask = condition(where, site.values, told)
    if mask.dtype != "bool":
        raise QueryError(
            f"{told} gives {mask.dtype}, not a boolean; write a comparison, such as "
            "lambda v: v['z'] > 0"
        )
    shape = world.ledger.shape(equation.name)
    pairs = zip(mask.type.shape, shape, strict=False)
    if mask.ndim > len(shape) or any(found not in (None, 1, n) for found, n in pairs):
        raise QueryError(
            f"{told} gives shape {_known(mask)}; it takes one boolean for each of the "
            f"{shape[0]} units"
        )
    extra = equation.expression.ndim - mask.ndim
    return pt.shape_padright(mask, extra) if mask.ndim and extra > 0 else mask


def _watch_support(world: WorldReader, equation: Equation, value: TensorVariable) -> None:
    """Note the condition that an intervened value lies where its family can give values."""
    if equation.kind != "random":
        return
    equations, name = world.ledger.equations, equation.name
    checks = [
        limit.broken(value, bound)
        for limit in limits(equation.expression) or []
        if (bound := world.known(limit.bound, name)) is not None
    ]
    if needs_probability(equations, name):
        never = world.known(impossible(equations, name, value), name)
        checks += [] if never is None else [never]
    for broken in checks:
        world.ledger.object(OUTSIDE.format(name), broken)


def _known(value: TensorVariable) -> tuple[int | str, ...]:
    """Return the shape as far as it is known beforehand."""
    return tuple("?" if length is None else length for length in value.type.shape)


class _Natural(Mapping[str, TensorVariable]):
    """A world as an intervention on `target` reads it: the target's own name is natural."""

    def __init__(self, world: WorldReader, target: str) -> None:
        self._world, self._target = world, target

    def __getitem__(self, name: str) -> TensorVariable:
        world = self._world
        if name != self._target:
            told = f"the policy on {self._target!r} reads"
            world.ledger.equations.require(name, told, QueryError)
            return world.read(name, self._target)
        return world.undisturbed(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._world)

    def __len__(self) -> int:
        return len(self._world)
