"""What is kept to an interval: censored (``clip``) and truncated families, whatever is inside.

An end of a censored variable's interval hides how far beyond it the variable was (Tobin, 1958,
doi:10.2307/1907382). That is drawn from what the inner family gives beyond the end, of the
parameters that hold for the unit, as the noise behind a count is drawn. An event time that was
censored in one world thus has one latent time, which another world may show.
"""

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.censored import CensoredRV
from pymc.distributions.truncated import TruncatedRV
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import walk
from pytensor.tensor import TensorVariable
from pytensor.tensor.shape import Shape, Shape_i

from ..errors import ModelError
from .common import Columns, Independent, kept
from .form import Bound, StructuralForm, family_name, full_precision, structural_form
from .parts import Part, parts
from .ranks import RANKS, constant, edge, finite
from .special import hashed

__all__ = ["CensoredForm", "IndependentTruncated", "TruncatedForm", "beside_limits", "inner_of"]

STREAM = pt.constant(9.0)


class _Kept(StructuralForm):
    """What both share; the parameters are (lower, upper, those of the inner family)."""

    def __init__(self, inner: Part, dtype: str) -> None:
        self.inner, self.dtype = inner, dtype
        self.jax = inner.form.jax

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return (lower, upper, those of the inner family)."""
        inner, lower, upper = inner_of(rv)
        return full_precision(lower), full_precision(upper), *self.inner.form.parameters(inner)

    def shown(
        self, value: TensorVariable, lower: TensorVariable, upper: TensorVariable
    ) -> TensorVariable:
        """Return the value kept to the interval, in the variable's own type."""
        return pt.clip(value, lower, upper).astype(self.dtype)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` under `new` parameters; unchanged ones give it back exactly."""
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept(value.astype(self.dtype), moved, parameters, new)


class CensoredForm(_Kept):
    """Censored(inner, lower, upper): what the inner family gives, clipped.

    Where the value is an end of the interval, the inner family's noise is drawn from beyond it, by
    `plain`: the inner family's monotone form.
    """

    ambiguous = True

    def __init__(self, inner: Part, plain: Part, dtype: str) -> None:
        super().__init__(inner, dtype)
        self.plain = plain
        self.law, self.coupling = inner.form.law, inner.form.coupling

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return lower and upper, or the inner family's own bounds where those lie inside."""
        lower, upper, *inner = parameters
        least, greatest = self.inner.form.bounds(*inner)
        return (
            lower if least is None else pt.clip(least, lower, upper),
            upper if greatest is None else pt.clip(greatest, lower, upper),
        )

    def embed(self, draws: TensorVariable) -> TensorVariable:
        """Return the inner family's noise."""
        return self.inner.form.embed(draws)

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return what the inner family gives, clipped."""
        lower, upper, *inner = parameters
        return self.shown(self.inner.form.predict(noise, *inner), lower, upper)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the inner family's noise; at an end, that of a value drawn from beyond it."""
        form, inner = self.inner.form, parameters[2:]
        if form is self.plain.form:
            noise = form.abduct(value, *inner, draws=draws)
            return self.behind(noise, RANKS[form.law].of(draws), value, *parameters)
        seed = hashed(draws, STREAM)
        value = value.astype("int64")
        hidden = self.behind(value, pt.log(seed) - pt.log1p(-seed), value, *parameters, shown=True)
        return form.abduct(hidden, *inner, draws=draws)

    def behind(
        self,
        seen: TensorVariable,
        rank: TensorVariable,
        value: TensorVariable,
        *parameters: TensorVariable,
        shown: bool = False,
    ) -> TensorVariable:
        """Return `seen`, but where `value` is an end the plain noise of `rank` beyond that end.

        Or the inner family's value of that noise, if that is to be `shown`.

        Parameters
        ----------
        seen : TensorVariable
        rank : TensorVariable
        value : TensorVariable
        shown : bool
        """
        lower, upper, *inner = parameters
        form, discrete = self.plain.form, self.plain.discrete
        law = RANKS[form.law]
        least, greatest = map(pt.constant, law.ends)
        for bound, upwards in ((lower, False), (upper, True)):
            if constant(bound, np.inf if upwards else -np.inf):
                continue
            hidden = value >= bound if upwards else value <= bound
            end = edge(form, bound, tuple(inner), upper=not upwards, discrete=discrete)
            # Where nothing is hidden, the whole law: no number is used, and none is out of reach.
            low = pt.switch(hidden, end, least) if upwards else least
            high = greatest if upwards else pt.switch(hidden, end, greatest)
            beyond = law.between(rank, low, high)
            seen = pt.switch(hidden, form.predict(beyond, *inner) if shown else beyond, seen)
        return seen


class TruncatedForm(_Kept):
    """Truncated(inner, lower, upper): by the inner family's own cdf between the bounds."""

    law = "logistic"

    def __init__(self, inner: Part, dtype: str) -> None:
        super().__init__(inner, dtype)
        self.ambiguous = inner.discrete

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return the narrower of the bounds and those of the inner family."""
        lower, upper, *inner = parameters
        least, greatest = self.inner.form.bounds(*inner)
        return (
            lower if least is None else pt.maximum(lower, least),
            upper if greatest is None else pt.minimum(upper, greatest),
        )

    def ends(self, *parameters: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
        """Return the least and the greatest noise of the inner family between the bounds."""
        lower, upper, *inner = parameters
        form, discrete = self.inner.form, self.inner.discrete
        return (
            edge(form, lower, tuple(inner), upper=False, discrete=discrete),
            edge(form, upper, tuple(inner), upper=True, discrete=discrete),
        )

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the inner family's value at the rank of `noise` between the bounds."""
        lower, upper, *inner = parameters
        inside = RANKS[self.inner.form.law].between(noise, *self.ends(*parameters))
        return self.shown(self.inner.form.predict(inside, *inner), lower, upper)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the rank of the inner family's noise between the bounds."""
        law = RANKS[self.inner.form.law]
        low, high = self.ends(*parameters)
        noise = self.inner.form.abduct(value, *parameters[2:], draws=law.at(draws))
        return law.within(pt.clip(noise, low, high), low, high)


class IndependentTruncated(Independent):
    """A truncated count, drawn anew for every set of parameters."""

    def __init__(self, plain: TruncatedForm, arity: int) -> None:
        self.plain, self.arity = plain, arity

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return those of the plain form."""
        return self.plain.parameters(rv)

    def traits(self, *parameters: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the parameters, those at infinity as great numbers, which can be compared."""
        return tuple(map(finite, parameters))


def inner_of(rv: TensorVariable) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
    """Return (inner random variable, lower, upper) of a censored or truncated one."""
    op, inputs = rv.owner.op, rv.owner.inputs
    if isinstance(op, TruncatedRV):
        *base, lower, upper = inputs
        return op.base_rv_op.make_node(*base).default_output(), lower, upper
    inner, lower, upper = inputs
    return inner, lower, upper


def beside_limits(expression: TensorVariable) -> set[Variable]:
    """Return all that an expression reads, less what is read for an interval's ends alone.

    As an end, infinity means that there is none. A shape says nothing of values.
    """
    node = expression.owner
    start = [expression]
    if node is not None and isinstance(node.op, CensoredRV | TruncatedRV):
        start = node.inputs[:-2]

    def above(variable: Variable) -> list[Variable] | None:
        stop = variable.owner is None or isinstance(variable.owner.op, Shape | Shape_i)
        return None if stop else list(variable.owner.inputs)

    return set(walk(start, above))


def _plain(found: list[Part], inner: TensorVariable) -> Part:
    """Return the monotone form of one number of noise."""
    for part in found:
        if part.simple:
            return part
    raise ModelError(f"{family_name(inner)}, of which it is made, has no form that tells its ranks")


@structural_form.compose(CensoredRV)
def censored(rv: TensorVariable) -> list[StructuralForm]:
    """Return a form for each coupling of the inner family."""
    inner, _, _ = inner_of(rv)
    found = parts(inner)
    plain = _plain(found, inner)
    return [
        CensoredForm(part, plain, rv.dtype)
        for part in found
        if part is plain or isinstance(part.form, Columns)
    ]


@structural_form.compose(TruncatedRV)
def truncated(rv: TensorVariable) -> list[StructuralForm]:
    """Return the monotone form, and for counts the independent one."""
    inner, _, _ = inner_of(rv)
    plain = TruncatedForm(_plain(parts(inner), inner), rv.dtype)
    if not plain.inner.discrete:
        return [plain]
    return [plain, IndependentTruncated(plain, 2 + plain.inner.arity)]
