r"""Zero-inflated and hurdle families: a point at zero beside a family of no lesser values.

By their construction (``"switch"``): a switch, with a noise of its own, says whether the unit has
the family's value at all, and the family has its own noise, under its own monotone form, or as a
process (``"process"``). A zero is of either kind, drawn given the parameters; a unit that was
switched off tells nothing of the rest (Lambert, 1992, doi:10.2307/1269547; Mullahy, 1986,
doi:10.1016/0304-4076(86)90002-3). By rank (``"monotone"``): the quantile function of the whole, in
which zeros are the lowest ranks.
"""

import pytensor.tensor as pt
from pymc.distributions.mixture import MixtureRV
from pytensor.tensor import TensorVariable

from .binary import BernoulliForm
from .common import Anchored, Independent, kept
from .form import Bound, StructuralForm, full_precision, structural_form
from .mixtures import MixtureForm, Point, is_inflated
from .parts import Part, parts
from .ranks import RANKS, edge, finite

__all__ = ["IndependentInflated", "MonotoneInflated", "RankedInflated", "SwitchForm"]

NEAR = 1e-11


def switch(weights: TensorVariable) -> TensorVariable:
    """Return the chance that the switch is on, in 64 bits."""
    return weights[..., 1].astype("float64")


class SwitchForm(MixtureForm):
    """A switch times a value."""

    def chances(self, weights: TensorVariable) -> TensorVariable:
        """Return the chance that the switch is on."""
        return switch(weights)


class RankedInflated(StructuralForm):
    """The quantile function of the whole; the parameters are (weights, those of the family)."""

    law = "logistic"
    ambiguous = True

    def __init__(self, inner: Part, dtype: str) -> None:
        self.inner, self.dtype = inner, dtype
        self.jax = inner.form.jax

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the weights and the parameters of the family."""
        weights, _, inner = rv.owner.op.dist_params(rv.owner)
        return full_precision(weights), *self.inner.form.parameters(inner)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and the family's greatest value."""
        return 0, self.inner.form.bounds(*parameters[1:])[1]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return zero for the lowest ranks, else the family's value at the rank among the rest."""
        form, law = self.inner.form, RANKS[self.inner.form.law]
        above = -pt.softplus(noise) - pt.log(switch(parameters[0]))
        on = above < 0.0
        above = pt.switch(on, above, -1.0)
        value = form.predict(law.at(pt.log(-pt.expm1(above)) - above), *parameters[1:])
        return pt.switch(on, value, 0).astype(self.dtype)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the rank of the value; one of those that are zeros, for a zero."""
        form, law, inner = self.inner.form, RANKS[self.inner.form.law], parameters[1:]
        on = switch(parameters[0])
        least, _ = form.bounds(*inner)
        positive = value > 0
        inside = pt.maximum(value, least).astype(value.dtype)
        rank = law.of(form.abduct(inside, *inner, draws=law.at(draws)))
        above = pt.log(on) - pt.softplus(rank)
        zero = pt.constant(0.0)
        last = law.of(edge(form, zero, inner, upper=True, discrete=self.inner.discrete))
        zeros = 1.0 - on * pt.sigmoid(-last)
        part = pt.clip(pt.sigmoid(draws), NEAR, 1.0 - NEAR) * zeros
        return pt.switch(positive, pt.log(-pt.expm1(above)) - above, pt.log(part) - pt.log1p(-part))

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` under `new` parameters; unchanged ones give it back exactly."""
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        old, other = ((switch(p[0]), *p[1:]) for p in (parameters, new))
        return kept(value.astype(self.dtype), moved, old, other)


class _Anchors(Anchored):
    """What is anchored of a count: its parameters, the switch's as one number."""

    def __init__(self, plain: RankedInflated) -> None:
        self.plain, self.arity, self.jax = plain, 1 + plain.inner.arity, plain.jax

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return those of the plain form."""
        return self.plain.parameters(rv)

    def traits(self, *parameters: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the chance of the switch, and the parameters of the family."""
        return switch(parameters[0]), *map(finite, parameters[1:])

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters; unchanged ones give it back exactly."""
        moved = self.grow(self.seen(value, *parameters, draws=draws), *new)
        return kept(value.astype("int64"), moved, self.traits(*parameters), self.traits(*new))


class MonotoneInflated(_Anchors):
    """A count by the quantile function of the whole."""

    law = "logistic"
    coupling = "monotone"

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters, which needs no anchor."""
        return self.plain.transport(value, parameters, new, draws)


class IndependentInflated(Independent, _Anchors):
    """A count, drawn anew for every set of parameters."""


@structural_form.compose(MixtureRV)
@structural_form.compose("_HurdleRV")
def inflated(rv: TensorVariable) -> list[StructuralForm]:
    """Return the forms of a zero-inflated or hurdle family: that of its construction first."""
    if not is_inflated(rv):
        return []
    _, point, inner = rv.owner.op.dist_params(rv.owner)
    found = parts(inner)
    switched = {p.form.coupling: p for p in found if p.form.coupling in ("process", "monotone")}
    zero = Part(Point(), point, 1)
    forms: list[StructuralForm] = [
        SwitchForm(BernoulliForm(), [zero, p], 2, rv, "switch" if c == "monotone" else c)
        for c, p in switched.items()
    ]
    ranked = RankedInflated(switched["monotone"], rv.dtype)
    if not ranked.inner.discrete:
        return [*forms, ranked]
    return [*forms, MonotoneInflated(ranked), IndependentInflated(ranked)]
