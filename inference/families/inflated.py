"""The zero-inflated Poisson, which PyMC holds as a mixture of a point at zero and a Poisson."""

import pytensor.tensor as pt
from pymc.distributions.distribution import DiracDeltaRV
from pymc.distributions.mixture import MixtureRV
from pytensor.graph.basic import Constant
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import PoissonRV

from .common import Anchored, Columns, Count, Independent
from .form import Bound, structural_form
from .special import (
    inflated_move,
    inflated_noise,
    inflated_process,
    inflated_quantile,
    inflated_rank,
)

__all__ = ["IndependentInflated", "InflatedProcess", "MonotoneInflated"]


def is_inflated(rv: TensorVariable) -> bool:
    """Return whether a mixture is one of a point at zero and a Poisson."""
    parts = rv.owner.op.dist_params(rv.owner)[1:]
    if len(parts) != 2 or any(part.owner is None for part in parts):
        return False
    point, poisson = parts
    if not isinstance(point.owner.op, DiracDeltaRV) or not isinstance(poisson.owner.op, PoissonRV):
        return False
    where = point.owner.inputs[-1]
    return isinstance(where, Constant) and bool((where.data == 0).all())


def inflation(rv: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
    """Return psi, the chance of the Poisson, and its mean."""
    weights, _, poisson = rv.owner.op.dist_params(rv.owner)
    (mean,) = poisson.owner.op.dist_params(poisson.owner)
    return weights[..., 1], mean


class _Recognised(Columns):
    """What the couplings share: which mixtures they take, and their parameters (psi, mu)."""

    def accepts(self, rv: TensorVariable) -> bool:
        """Return whether `rv` is a zero-inflated Poisson; other mixtures have no form."""
        return is_inflated(rv)

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return (psi, mu)."""
        return inflation(rv)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0, None


@structural_form.register(MixtureRV, default=True)
class InflatedProcess(_Recognised):
    """A monotone switch times a Poisson process.

    The noise is (rank of the switch, count, mean it was seen below, seed). A zero is either kind,
    drawn given the parameters; a switched-off unit says nothing of its process.
    """

    law = "uniform"
    coupling = "process"

    def unseen(self, draws: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return a fresh rank, no points, and the seed."""
        zero = pt.constant(0.0)
        return pt.abs(inflated_rank(zero, pt.constant(1.0), zero, draws)), zero, zero, draws

    def seen(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> tuple[TensorVariable, ...]:
        """Return the rank drawn given `value`, and the points seen where it was switched on."""
        psi, mean = parameters
        rank = inflated_rank(value, psi, mean, draws)
        return pt.abs(rank), value, pt.switch(rank < 0.0, 0.0, mean), draws

    def grow(
        self, columns: tuple[TensorVariable, ...], *parameters: TensorVariable
    ) -> TensorVariable:
        """Return the number of points below the mean where switched on, else zero."""
        return inflated_process(*columns, *parameters)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters, in the family's integer type."""
        return super().transport(value, parameters, new, draws).astype("int64")


class _PlainInflated(Count):
    """The quantile function of (psi, mu)."""

    moved = staticmethod(inflated_move)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0, None

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the quantile."""
        return inflated_quantile(noise, *parameters)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return noise from the count's interval."""
        return inflated_noise(value, *parameters, draws)


@structural_form.register(MixtureRV)
class MonotoneInflated(Anchored, _Recognised):
    """The zero-inflated Poisson by its quantile function."""

    law = "logistic"
    coupling = "monotone"
    plain = _PlainInflated()
    arity = 2

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters, which needs no anchor."""
        return self.plain.transport(value, parameters, new, draws)


@structural_form.register(MixtureRV)
class IndependentInflated(Independent, _Recognised):
    """The zero-inflated Poisson, drawn anew for every (psi, mu)."""

    plain = _PlainInflated()
    arity = 2
