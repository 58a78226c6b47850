"""Families on the positive half-line (or beyond a least value)."""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import Monotone, same
from .form import Bound, structural_form
from .location_scale import LocationScale
from .special import gamma_logit, gamma_move, gamma_quantile

__all__ = [
    "ExponentialForm",
    "GammaForm",
    "HalfCauchyForm",
    "HalfNormalForm",
    "InverseGammaForm",
    "ParetoForm",
    "WeibullForm",
]


class _Positive(Monotone):
    """What the positive families share: zero as the least value."""

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0.0, None


@structural_form.register(pm.HalfNormal)
class HalfNormalForm(LocationScale):
    """HalfNormal(loc, sigma): loc is zero in PyMC; the noise is the size of a normal."""

    law = "half_normal"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return the location and None."""
        return parameters[0], None


@structural_form.register(pm.HalfCauchy)
class HalfCauchyForm(_Positive):
    """HalfCauchy(beta): the noise is the size of a Cauchy."""

    law = "half_cauchy"

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return beta * noise."""
        return parameters[0] * noise

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return value / beta."""
        return value / parameters[0]


@structural_form.register(pm.Exponential)
class ExponentialForm(_Positive):
    """Exponential(scale)."""

    law = "exponential"

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return scale * noise."""
        return parameters[0] * noise

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return value / scale."""
        return value / parameters[0]


@structural_form.register(pm.Weibull)
class WeibullForm(_Positive):
    """Weibull(alpha, beta): the scale beta times a power of an exponential."""

    law = "exponential"

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return beta * noise^(1 / alpha)."""
        alpha, beta = parameters
        return beta * noise ** (1.0 / alpha)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return (value / beta)^alpha."""
        alpha, beta = parameters
        return (value / beta) ** alpha

    def move(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
    ) -> TensorVariable:
        """Return `value` rescaled, and raised to a power where alpha differs."""
        (alpha, beta), (new_alpha, new_beta) = parameters, new
        if same(alpha, new_alpha):
            return value * (new_beta / beta)
        return new_beta * (value / beta) ** (alpha / new_alpha)


@structural_form.register(pm.Pareto)
class ParetoForm(_Positive):
    """Pareto(alpha, m): the least value m times the exponential of an exponential."""

    law = "exponential"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return the least value m and None."""
        return parameters[1], None

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return m exp(noise / alpha)."""
        alpha, least = parameters
        return least + least * pt.expm1(noise / alpha)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return alpha log(value / m)."""
        alpha, least = parameters
        return alpha * pt.log1p((value - least) / least)

    def move(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
    ) -> TensorVariable:
        """Return `value` rescaled where alpha is common."""
        (alpha, least), (new_alpha, new_least) = parameters, new
        if same(alpha, new_alpha):
            return value * (new_least / least)
        return super().move(value, parameters, new)


@structural_form.register(pm.Gamma)
class GammaForm(_Positive):
    """Gamma(alpha, scale): rescaled where alpha is common, else by the quantile function."""

    law = "logistic"

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return scale times the standard gamma quantile."""
        alpha, scale = parameters
        return scale * gamma_quantile(noise, alpha)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf."""
        alpha, scale = parameters
        return gamma_logit(value / scale, alpha)

    def move(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
    ) -> TensorVariable:
        """Return `value` rescaled, with the gamma quantile where alpha differs."""
        (alpha, scale), (new_alpha, new_scale) = parameters, new
        if same(alpha, new_alpha):
            return value * (new_scale / scale)
        return new_scale * gamma_move(value / scale, alpha, new_alpha)


@structural_form.register(pm.InverseGamma)
class InverseGammaForm(_Positive):
    """InverseGamma(alpha, beta): beta over a standard gamma.

    Its noise has the gamma's sign turned.
    """

    law = "logistic"

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return beta over the gamma quantile of the other tail."""
        alpha, beta = parameters
        return beta / gamma_quantile(-noise, alpha)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf."""
        alpha, beta = parameters
        return -gamma_logit(beta / value, alpha)

    def move(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
    ) -> TensorVariable:
        """Return `value` rescaled, with the gamma quantile where alpha differs."""
        (alpha, beta), (new_alpha, new_beta) = parameters, new
        if same(alpha, new_alpha):
            return value * (new_beta / beta)
        return new_beta / gamma_move(beta / value, alpha, new_alpha)
