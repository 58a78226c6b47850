r"""Shares that sum to one, broken off a stick one after the other.

Each share is a part :math:`V_k \sim \mathrm{Beta}(a_k, b_k)` of what the shares before it left
(Connor and Mosimann 1969, doi:10.1080/01621459.1969.10500963), and each part keeps its rank. The
order of the coordinates is part of the form, as it is for `MvNormalForm`: share k answers to
noises 1 to k. The last share is what is left; its noise is never read.
"""

from abc import abstractmethod

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import kept_rows
from .form import Bound, StructuralForm, structural_form
from .special import beta_odds, beta_rank

__all__ = ["DirichletForm", "StickBreakingForm"]


def beyond(x: TensorVariable) -> TensorVariable:
    """Return the sum of what comes after each coordinate but the last."""
    return pt.cumsum(x[..., ::-1], axis=-1)[..., ::-1][..., 1:]


class _Sticks(StructuralForm):
    """What both families share."""

    law = "logistic"
    cores: tuple[int, ...]

    @abstractmethod
    def shapes(self, *parameters: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
        """Return the shapes of the parts broken off."""

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and one."""
        return 0.0, 1.0

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the shares."""
        odds = beta_odds(noise[..., :-1], *self.shapes(*parameters))
        left = pt.cumsum(-pt.softplus(odds), axis=-1)
        first, later = -pt.softplus(-odds[..., :1]), left[..., :-1] - pt.softplus(-odds[..., 1:])
        return pt.exp(pt.concatenate([first, later, left[..., -1:]], axis=-1))

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf of each part, and for the last share a draw."""
        odds = pt.log(value[..., :-1]) - pt.log(beyond(value))
        rank = beta_rank(odds, *self.shapes(*parameters))
        return pt.concatenate([rank, draws[..., -1:]], axis=-1)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the shares under `new` parameters; unchanged ones give `value` exactly."""
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept_rows(value, moved, parameters, new, self.cores)


@structural_form.register(pm.Dirichlet)
class DirichletForm(_Sticks):
    """Dirichlet(a)."""

    cores = (1,)

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return the number of shares."""
        return parameters[0].shape[-1]

    def shapes(self, *parameters: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
        """Return each a but the last, and the sum of those after it."""
        return parameters[0][..., :-1], beyond(parameters[0])


@structural_form.register(pm.StickBreakingWeights)
class StickBreakingForm(_Sticks):
    """StickBreakingWeights(alpha, K): K parts of Beta(1, alpha), and what is left."""

    cores = (0, 0)

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return alpha, and K as one number."""
        alpha, count = super().parameters(rv)
        return alpha, count[(0,) * count.ndim]

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return the number of shares, K + 1."""
        return parameters[1] + 1

    def shapes(self, *parameters: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
        """Return one, and alpha."""
        return pt.constant(1.0), parameters[0][..., None]
