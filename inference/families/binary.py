"""Bernoulli: one threshold on logistic noise."""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import Count, Independent, kept
from .form import Bound, structural_form

__all__ = ["BernoulliForm", "IndependentBernoulli"]

EDGE = 1.0 - 1e-12


@structural_form.register(pm.Bernoulli, default=True)
class BernoulliForm(Count):
    """Bernoulli(p): one where the noise exceeds the negative log-odds of p.

    For two categories this is the Gumbel-max coupling too, and the one that moves least (Pearl
    1999, doi:10.1023/A:1005233831499: monotonicity).
    """

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and one."""
        return 0, 1

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return whether the noise exceeds the threshold, as an integer."""
        (p,) = parameters
        return (noise > pt.log1p(-p) - pt.log(p)).astype("int64")

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return logistic noise from the value's side of the threshold."""
        (p,) = parameters
        one, part = _parts(value, draws)
        tail = part * pt.switch(one, p, 1.0 - p)
        logit = pt.log(tail) - pt.log1p(-tail)
        return pt.switch(one, -logit, logit)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return whether the value's part of its own chance is within the new chance."""
        (p,), (new_p,) = parameters, new
        one, part = _parts(value, draws)
        stays = part * pt.switch(one, p, 1.0 - p) < pt.switch(one, new_p, 1.0 - new_p)
        moved = pt.eq(stays, one).astype("int64")
        return kept(value.astype("int64"), moved, parameters, new)


def _parts(value: TensorVariable, draws: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
    """Return whether value is one, and the draws as the part of its own tail."""
    one = pt.gt(value, 0.5)
    return one, pt.minimum(pt.sigmoid(pt.switch(one, -draws, draws)), EDGE)


@structural_form.register(pm.Bernoulli)
class IndependentBernoulli(Independent):
    """Bernoulli(p), drawn anew for every p."""

    plain = BernoulliForm()
    arity = 1
