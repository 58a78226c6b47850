r"""Counts that share a total, one after the other, each by the rank among what is left.

Count k of a multinomial is a binomial of what the counts before it left, with chance
:math:`p_k / \sum_{j \ge k} p_j`; of a Dirichlet-multinomial a beta-binomial, with shapes
:math:`a_k` and :math:`\sum_{j > k} a_j`. The order of the categories is part of the form, as it is
for `MvNormalForm`. The last count is what is left; its noise is never read.
"""

from abc import abstractmethod
from collections.abc import Callable

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import kept_rows
from .form import Bound, StructuralForm, structural_form
from .simplex import beyond
from .special import betabinomial_noise, betabinomials, binomial_noise, binomials

__all__ = ["DirichletMultinomialForm", "MultinomialForm"]


class _Tally(StructuralForm):
    """What both families share: the parameters are n and one number for each category."""

    law = "logistic"
    ambiguous = True
    drawn: Callable[..., TensorVariable]

    @abstractmethod
    def ranks(
        self,
        value: TensorVariable,
        left: TensorVariable,
        shares: TensorVariable,
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return noise for each count but the last, of `left` in all."""

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return the number of categories."""
        return parameters[1].shape[-1]

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and n."""
        return 0, parameters[0][..., None]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the counts."""
        return self.drawn(noise, *parameters).astype("int64")

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return noise from the interval of each count, and for the last one a draw."""
        n, shares = parameters
        before = pt.cumsum(value, axis=-1) - value
        left = (n[..., None] - before)[..., :-1]
        first = self.ranks(value[..., :-1], left, shares, draws[..., :-1])
        return pt.concatenate([pt.switch(left > 0, first, draws[..., :-1]), draws[..., -1:]], -1)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the counts under `new` parameters; unchanged ones give `value` exactly."""
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept_rows(value.astype("int64"), moved, parameters, new, (0, 1))


@structural_form.register(pm.Multinomial)
class MultinomialForm(_Tally):
    """Multinomial(n, p)."""

    drawn = staticmethod(binomials)

    def ranks(
        self,
        value: TensorVariable,
        left: TensorVariable,
        shares: TensorVariable,
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the binomials' noise; where a count takes all that is left, a draw."""
        own, rest = shares[..., :-1], beyond(shares)
        some = (rest > 0.0) & (left > 0)
        chance = pt.switch(some, own / (own + rest), 0.5)
        inside = binomial_noise(pt.switch(some, value, 0), pt.maximum(left, 1), chance, draws)
        return pt.switch(some, inside, draws)


@structural_form.register(pm.DirichletMultinomial)
class DirichletMultinomialForm(_Tally):
    """DirichletMultinomial(n, a)."""

    drawn = staticmethod(betabinomials)

    def ranks(
        self,
        value: TensorVariable,
        left: TensorVariable,
        shares: TensorVariable,
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the beta-binomials' noise."""
        return betabinomial_noise(
            value, pt.maximum(left, 1), shares[..., :-1], beyond(shares), draws
        )
