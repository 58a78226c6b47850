"""Counts that are drawn without return, or of trials that share a chance; and Weibull's counts."""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import Count, Independent
from .form import Bound, structural_form
from .special import (
    betabinomial_noise,
    betabinomial_quantile,
    hypergeometric_noise,
    hypergeometric_quantile,
)

__all__ = ["BetaBinomialForm", "DiscreteWeibullForm", "HyperGeometricForm"]


@structural_form.register(pm.BetaBinomial, default=True)
class BetaBinomialForm(Count):
    """BetaBinomial(n, alpha, beta) by its quantile function."""

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and n."""
        return 0, parameters[0]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the quantile."""
        return betabinomial_quantile(noise, *parameters)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return noise from the count's interval."""
        return betabinomial_noise(value, *parameters, draws)


@structural_form.register(pm.BetaBinomial)
class IndependentBetaBinomial(Independent):
    """BetaBinomial(n, alpha, beta), drawn anew for all other parameters."""

    plain = BetaBinomialForm()
    arity = 3


@structural_form.register(pm.HyperGeometric, default=True)
class HyperGeometricForm(Count):
    """HyperGeometric(good, bad, n) by its quantile function."""

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return how many good ones must be, and can be, among those drawn."""
        good, bad, n = parameters
        return pt.maximum(n - bad, 0), pt.minimum(good, n)

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the quantile."""
        return hypergeometric_quantile(noise, *parameters)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return noise from the count's interval."""
        return hypergeometric_noise(value, *parameters, draws)


@structural_form.register(pm.HyperGeometric)
class IndependentHyperGeometric(Independent):
    """HyperGeometric(good, bad, n), drawn anew for all other parameters."""

    plain = HyperGeometricForm()
    arity = 3


@structural_form.register(pm.DiscreteWeibull, default=True)
class DiscreteWeibullForm(Count):
    """DiscreteWeibull(q, beta): a Weibull time (noise / -log q)^(1 / beta), its whole part."""

    law = "exponential"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0, None

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the whole part of the time."""
        q, beta = parameters
        time = (noise / -pt.log(q)) ** (1.0 / beta)
        return pt.maximum(pt.ceil(time) - 1.0, 0.0).astype("int64")

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return an exponential from the interval of the value."""
        q, beta = parameters
        rate = -pt.log(q)
        start = rate * pt.as_tensor_variable(value).astype("float64") ** beta
        length = rate * (value + 1.0) ** beta - start
        # -expm1(-draws) is uniform; inside the interval the exponential is a truncated one.
        part = -pt.log1p(pt.expm1(-draws) * -pt.expm1(-length)) / length
        edge = pt.minimum(1e-12 + 4e-15 * value * (1.0 + 1.0 / beta), 0.25)
        return start + length * pt.clip(part, edge, 1.0 - edge)


@structural_form.register(pm.DiscreteWeibull)
class IndependentDiscreteWeibull(Independent):
    """DiscreteWeibull(q, beta), drawn anew for every (q, beta)."""

    plain = DiscreteWeibullForm()
    arity = 2
