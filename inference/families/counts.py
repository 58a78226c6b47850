"""Counts by their quantile function (``"monotone"``), and drawn anew (``"independent"``).

The monotone coupling keeps every unit at its own rank: the least transport, and the bounds' extreme
case (Joe 1997, *Multivariate Models and Dependence Concepts*, doi:10.1201/9780367803896).
"""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import Count, Independent
from .form import Bound, structural_form
from .poisson_process import TrialsForm
from .special import (
    binomial_move,
    binomial_noise,
    binomial_quantile,
    negative_move,
    negative_noise,
    negative_quantile,
    poisson_move,
    poisson_noise,
    poisson_quantile,
)

__all__ = [
    "BinomialForm",
    "DiscreteUniformForm",
    "GeometricForm",
    "MonotoneNegativeBinomial",
    "MonotonePoisson",
]


@structural_form.register(pm.Poisson)
class MonotonePoisson(Count):
    """Poisson(mu) by its quantile function."""

    moved = staticmethod(poisson_move)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0, None

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the quantile."""
        return poisson_quantile(noise, *parameters)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return noise from the count's interval."""
        return poisson_noise(value, *parameters, draws)


@structural_form.register(pm.Poisson)
class IndependentPoisson(Independent):
    """Poisson(mu), drawn anew for every mu."""

    plain = MonotonePoisson()
    arity = 1


@structural_form.register(pm.Binomial, default=True)
class BinomialForm(Count):
    """Binomial(n, p) by its quantile function."""

    moved = staticmethod(binomial_move)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and n."""
        return 0, parameters[0]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the quantile."""
        return binomial_quantile(noise, *parameters)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return noise from the count's interval."""
        return binomial_noise(value, *parameters, draws)


@structural_form.register(pm.Binomial)
class TrialsBinomial(TrialsForm):
    """Binomial(n, p) as n trials, each with its own uniform number."""


@structural_form.register(pm.Binomial)
class IndependentBinomial(Independent):
    """Binomial(n, p), drawn anew for every (n, p)."""

    plain = BinomialForm()
    arity = 2


@structural_form.register(pm.NegativeBinomial)
class MonotoneNegativeBinomial(Count):
    """NegativeBinomial(n, p), n real, by its quantile function."""

    moved = staticmethod(negative_move)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0, None

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the quantile."""
        return negative_quantile(noise, *parameters)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return noise from the count's interval."""
        return negative_noise(value, *parameters, draws)


@structural_form.register(pm.NegativeBinomial)
class IndependentNegativeBinomial(Independent):
    """NegativeBinomial(n, p), drawn anew for every (n, p)."""

    plain = MonotoneNegativeBinomial()
    arity = 2


@structural_form.register(pm.Geometric, default=True)
class GeometricForm(Count):
    """Geometric(p) from one on: an exponential rounded up."""

    law = "exponential"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return one and None."""
        return 1, None

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the noise over -log(1 - p), rounded up."""
        return pt.maximum(pt.ceil(noise / _rate(*parameters)), 1.0).astype("int64")

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return an exponential from the interval of the value."""
        rate = _rate(*parameters)
        # -expm1(-draws) is uniform; inside the interval the exponential is a truncated one.
        part = -pt.log1p(pt.expm1(-draws) * -pt.expm1(-rate)) / rate
        edge = pt.minimum(1e-12 + 4e-15 * value, 0.25)
        return rate * (value - 1.0 + pt.clip(part, edge, 1.0 - edge))


def _rate(p: TensorVariable) -> TensorVariable:
    """Return -log(1 - p), at most 1000."""
    return pt.minimum(-pt.log1p(-p), 1e3)


@structural_form.register(pm.Geometric)
class IndependentGeometric(Independent):
    """Geometric(p), drawn anew for every p."""

    plain = GeometricForm()
    arity = 1


@structural_form.register(pm.DiscreteUniform, default=True)
class DiscreteUniformForm(Count):
    """DiscreteUniform(lower, upper): an equal part of the unit interval for each value."""

    law = "uniform"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return lower and upper."""
        lower, upper = parameters
        return lower, upper

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the value whose part of the unit interval holds the noise."""
        lower, upper = parameters
        step = pt.floor(noise * (upper - lower + 1.0))
        return pt.minimum(lower + step, upper).astype("int64")

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return a point of the value's part of the unit interval."""
        lower, upper = parameters
        count = upper - lower + 1.0
        edge = pt.minimum(1e-12 + 4e-15 * count, 0.25)
        return (value - lower + pt.clip(draws, edge, 1.0 - edge)) / count


@structural_form.register(pm.DiscreteUniform)
class IndependentDiscreteUniform(Independent):
    """DiscreteUniform(lower, upper), drawn anew for every pair of bounds."""

    plain = DiscreteUniformForm()
    arity = 2
