"""The censored normal: a normal kept to an interval, with what lies beyond piled up at the ends."""

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.censored import CensoredRV
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import NormalRV

from .common import kept
from .form import Bound, StructuralForm, full_precision, structural_form
from .special import truncated_quantile

__all__ = ["CensoredNormalForm"]

BELOW, ABOVE = pt.constant(-np.inf), pt.constant(np.inf)


@structural_form.register(CensoredRV)
class CensoredNormalForm(StructuralForm):
    """Censored(Normal(mu, sigma), lower, upper): the normal, clipped.

    An end of the interval hides how far beyond it the normal was (Tobin, 1958,
    doi:10.2307/1907382): that is drawn from the normal's tail there.
    """

    jax = False
    law = "normal"

    def accepts(self, rv: TensorVariable) -> bool:
        """Return whether what is censored is a normal; others have no form."""
        return isinstance(rv.owner.inputs[0].owner.op, NormalRV)

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return (mu, sigma, lower, upper)."""
        normal, lower, upper = rv.owner.inputs
        mu, sigma = normal.owner.op.dist_params(normal.owner)
        return tuple(full_precision(p) for p in (mu, sigma, lower, upper))

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return lower and upper (infinite where there is none)."""
        return parameters[2], parameters[3]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return mu + sigma * noise, kept to the interval."""
        mu, sigma, lower, upper = parameters
        return pt.clip(mu + sigma * noise, lower, upper)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the standardised value; at an end, noise from the tail beyond it."""
        mu, sigma, lower, upper = parameters
        standard = (value - mu) / sigma
        rank = pt.log(pt.erfc(-draws / np.sqrt(2.0))) - pt.log(pt.erfc(draws / np.sqrt(2.0)))
        low = truncated_quantile(rank, BELOW, (lower - mu) / sigma)
        high = truncated_quantile(rank, (upper - mu) / sigma, ABOVE)
        return pt.switch(value <= lower, low, pt.switch(value >= upper, high, standard))

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` under `new` parameters; unchanged ones give it back exactly."""
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept(value, moved, parameters, new)
