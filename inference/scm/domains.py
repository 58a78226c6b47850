"""Domains: which parameters a family can have, as PyMC's own log-probability checks them.

A chance is between 0 and 1, a scale positive. Data and priors keep a model there; an intervention
can lead it out, where equations still give numbers, which mean nothing. Each condition is one
`Demand`; one that holds whatever the numbers are (the chance is a sigmoid, the scale an
exponential) is left out, so that it costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
from pymc.logprob.utils import CheckParameterValue
from pymc.pytensorf import rvs_in_graph
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.traversal import ancestors, explicit_graph_inputs
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import Alloc, Join, MakeVector, ScalarFromTensor, TensorFromScalar
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import All
from pytensor.tensor.special import Softmax
from pytensor.tensor.subtensor import AdvancedSubtensor, Subtensor

from ..errors import IfonlyError
from ..families.form import family_name
from ..symbolic.evaluate import evaluated
from .equations import Equation, Equations
from .known import Known
from .support import limits, log_probability

__all__ = ["Demand", "check_distribution", "check_domains", "demands", "demands_of"]


THROUGH = ScalarFromTensor | TensorFromScalar


@dataclass(frozen=True, eq=False)
class Demand:
    """A condition that the parameters of one variable must meet.

    Attributes
    ----------
    words : str
        The condition, as PyMC words it.
    met : TensorVariable
        A boolean, in terms of the symbols of other equations.
    """

    words: str
    met: TensorVariable


def demands(rv: TensorVariable, equations: Equations | None = None) -> list[Demand]:
    """Return what the parameters of a random variable must meet and do not meet by themselves.

    Parameters
    ----------
    rv : TensorVariable
        Where PyMC has no log-probability of it, nothing is demanded.
    equations : Equations, optional
        Of the model that it stands in.

    Returns
    -------
    list of Demand
    """
    value = rv.type()
    try:
        density = log_probability(rv, value)
    except (NotImplementedError, ValueError, TypeError, AttributeError):
        # AttributeError: PyMC's Interpolated takes its points as constants, which here have dims.
        return []
    symbols = equations.symbols if equations is not None else {}
    known = {s: _of_variable(equations[n]) for s, n in symbols.items()} if equations else {}
    found = []
    for variable in ancestors([density], blockers=[value, *symbols]):
        if variable.owner is None or not isinstance(variable.owner.op, CheckParameterValue):
            continue
        parts = [part for c in variable.owner.inputs[1:] for part in _parts(c)]
        open_parts = [
            part
            for part in parts
            if not _holds(part, known) and value not in ancestors([part], blockers=[value])
        ]
        found += [Demand(variable.owner.op.msg, pt.all(part)) for part in open_parts]
    return found


def demands_of(equations: Equations, name: str) -> list[Demand]:
    """Return the `demands` of one random variable of a model, worked out once.

    Parameters
    ----------
    equations : Equations
    name : str
    """
    rv = equations[name].expression
    return equations.once(("demands", name), lambda: demands(rv, equations))


def check_distribution(rv: TensorVariable, what: str, error: type[IfonlyError]) -> None:
    """Raise `error` if the parameters of a distribution are numbers that its family cannot have.

    Parameters
    ----------
    rv : TensorVariable
    what : str
        What it is for, in words.
    error : type of IfonlyError
    """
    for demand in demands(rv):
        closed = all(isinstance(v, Constant) for v in explicit_graph_inputs([demand.met]))
        if not closed or rvs_in_graph([demand.met]):
            continue
        if not evaluated([demand.met])[0].all():
            raise error(f"{what} {family_name(rv)}, whose parameters must meet {demand.words}")


def check_domains(known: Known, names: list[str], error: type[IfonlyError]) -> None:
    """Raise `error` where known numbers give a variable parameters that its family cannot have.

    Parameters
    ----------
    known : Known
    names : list of str
        The random variables to look at; one whose causes are not all known is passed over.
    error : type of IfonlyError
    """
    equations = known.equations
    told = {n for n, e in equations.items() if e.kind != "random" or n in known.values}
    asked = [
        (name, demand)
        for name in names
        if equations.ancestors(equations[name].parents) <= told
        for demand in demands_of(equations, name)
    ]
    mets = known.evaluated(*(d.met for _, d in asked), kept=True)
    for (name, demand), met in zip(asked, mets, strict=True):
        if met is not None and not met.all():
            family = family_name(equations[name].expression)
            raise error(
                f"{name!r} is {family}, whose parameters must meet {demand.words}; what is given "
                "leads elsewhere: write the equation so that it cannot, or give other values"
            )


def _parts(condition: Variable) -> list[TensorVariable]:
    """Return the comparisons that are all true where `condition` is."""
    node = condition.owner
    if node is not None and (
        isinstance(node.op, All | MakeVector | Join | DimShuffle | THROUGH)
        or (isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, ps.AND))
    ):
        inputs = node.inputs[1:] if isinstance(node.op, Join) else node.inputs
        return [part for i in inputs for part in _parts(i)]
    return [condition]


@dataclass(frozen=True)
class _Range:
    """An interval; `open_low`: whether its lower end is outside."""

    low: float = -np.inf
    high: float = np.inf
    open_low: bool = False

    @property
    def positive(self) -> bool:
        return self.low > 0 or (self.low == 0 and self.open_low)

    def times(self, factor: float) -> _Range:
        if factor < 0:
            return _Range(self.high * factor, self.low * factor)
        return self if factor == 1 else _Range(self.low * factor, self.high * factor, self.open_low)


ANY = _Range()
POSITIVE, NOT_NEGATIVE = _Range(0.0, np.inf, open_low=True), _Range(0.0, np.inf)


def _of_variable(equation: Equation) -> _Range:
    """Return where the model itself keeps a variable, whatever holds of the others."""
    if equation.kind != "random":
        return ANY
    ends = {
        limit.word: float(np.min(limit.bound.data))
        for limit in limits(equation.expression) or []
        if isinstance(limit.bound, Constant) and np.size(limit.bound.data) == 1
    }
    low = ends.get("least", -np.inf)
    continuous = np.dtype(equation.expression.dtype).kind == "f"
    return _Range(low, ends.get("greatest", np.inf), open_low=continuous and low == 0.0)


def _holds(part: TensorVariable, known: Mapping[Variable, _Range]) -> bool:
    """Return whether a comparison is true whatever the numbers."""
    if isinstance(part, Constant):
        return bool(np.all(part.data))
    if part.owner is None or not isinstance(part.owner.op, Elemwise):
        return False
    op = part.owner.op.scalar_op
    if not isinstance(op, ps.LT | ps.LE | ps.GT | ps.GE):
        return False
    less, more = (_range(v, known) for v in part.owner.inputs)
    if isinstance(op, ps.GT | ps.GE):
        less, more = more, less
    if isinstance(op, ps.LE | ps.GE):
        return less.high <= more.low
    return less.high < more.low or (less.high == more.low and more.open_low)


def _range(variable: Variable, known: Mapping[Variable, _Range]) -> _Range:
    """Return an interval in which the values of an expression lie."""
    if variable in known:
        return known[variable]
    if isinstance(variable, Constant):
        data = np.asarray(variable.data)
        if data.dtype.kind not in "biuf" or not data.size:
            return ANY
        return _Range(float(data.min()), float(data.max()))
    node = variable.owner
    if node is None:
        return ANY
    if isinstance(node.op, DimShuffle | Alloc | Subtensor | AdvancedSubtensor):
        return _range(node.inputs[0], known)
    if isinstance(node.op, Softmax):
        return _Range(0.0, 1.0)
    if isinstance(node.op, Join):
        return _hull([_range(i, known) for i in node.inputs[1:]])
    return _of_elemwise(node, known) if isinstance(node.op, Elemwise) else ANY


def _of_elemwise(node, known: Mapping[Variable, _Range]) -> _Range:  # type: ignore[no-untyped-def]
    op = node.op.scalar_op
    if isinstance(op, ps.Exp | ps.Softplus):
        return POSITIVE
    if isinstance(op, ps.Sigmoid):
        return _Range(0.0, 1.0, open_low=True)
    if isinstance(op, ps.Erfc):
        return _Range(0.0, 2.0, open_low=True)
    if isinstance(op, ps.Abs | ps.Sqr):
        return NOT_NEGATIVE
    if isinstance(op, ps.Tanh):
        return _Range(-1.0, 1.0)
    inputs = [_range(i, known) for i in node.inputs]
    if isinstance(op, ps.Switch):
        return _hull(inputs[1:])
    if isinstance(op, ps.Sqrt):
        return _Range(0.0, np.inf, inputs[0].open_low) if inputs[0].low >= 0 else ANY
    if isinstance(op, ps.Cast | ps.Identity):
        return inputs[0]
    if isinstance(op, ps.Reciprocal | ps.Sign | ps.Pow) and inputs[0].low >= 0:
        return _Range(0.0, 1.0 if isinstance(op, ps.Sign) else np.inf, inputs[0].positive)
    if isinstance(op, ps.Clip):
        return _Range(inputs[1].low, inputs[2].high)
    if isinstance(op, ps.Neg):
        return inputs[0].times(-1.0)
    return _of_arithmetic(op, inputs)


def _of_arithmetic(op: ps.ScalarOp, inputs: list[_Range]) -> _Range:
    """Return the interval of sums and products, as far as it is told by the signs."""
    if isinstance(op, ps.Sub):
        inputs, op = [inputs[0], inputs[1].times(-1.0)], ps.add
    if isinstance(op, ps.Add):
        low, high = sum(i.low for i in inputs), sum(i.high for i in inputs)
        if np.isnan(low) or np.isnan(high):
            return ANY
        return _Range(low, high, any(i.open_low for i in inputs))
    if isinstance(op, ps.ScalarMaximum):
        first = max(inputs, key=lambda i: (i.low, i.open_low))
        return _Range(first.low, max(i.high for i in inputs), first.open_low)
    if isinstance(op, ps.ScalarMinimum):
        return _Range(min(i.low for i in inputs), min(i.high for i in inputs))
    if isinstance(op, ps.Mul | ps.TrueDiv) and all(i.low >= 0 for i in inputs):
        high = np.prod([i.high for i in inputs]) if isinstance(op, ps.Mul) else np.inf
        positive = all(i.positive for i in inputs)
        return _Range(0.0, np.inf if np.isnan(high) else float(high), positive)
    return ANY


def _hull(ranges: list[_Range]) -> _Range:
    low = min(r.low for r in ranges)
    ends = [r for r in ranges if r.low == low]
    return _Range(low, max(r.high for r in ranges), all(r.open_low for r in ends))
