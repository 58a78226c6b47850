r"""Families that shift and stretch one fixed law: :math:`V = \mu + \sigma N`, exactly."""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from ..symbolic.difference import change
from .common import kept, logistic, same
from .form import Bound, StructuralForm, structural_form
from .special import t_logit, t_move, t_quantile

__all__ = [
    "CauchyForm",
    "GumbelForm",
    "LaplaceForm",
    "LocationScale",
    "LogNormalForm",
    "LogisticForm",
    "LogitNormalForm",
    "NormalForm",
    "StudentTForm",
    "shifted",
]


def shifted(
    value: TensorVariable,
    old: tuple[TensorVariable, TensorVariable],
    new: tuple[TensorVariable, TensorVariable],
) -> TensorVariable:
    """Return `value` of location and scale `old` at location and scale `new`.

    Unchanged parameters give it back exactly.

    Parameters
    ----------
    value : TensorVariable
    old : tuple of (TensorVariable, TensorVariable)
    new : tuple of (TensorVariable, TensorVariable)
    """
    (location, scale), (new_location, new_scale) = old, new
    if same(scale, new_scale):
        return value + change(new_location, location)
    moved = new_location + (new_scale / scale) * (value - location)
    return kept(value, moved, old, new)


class LocationScale(StructuralForm):
    """``value = location + scale * noise``; no cdf is ever computed."""

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return location + scale * noise."""
        location, scale = parameters
        return location + scale * noise

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the standardised value."""
        location, scale = parameters
        return (value - location) / scale

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` shifted and stretched; unchanged parameters give it back exactly."""
        (location, scale), (new_location, new_scale) = parameters, new
        return shifted(value, (location, scale), (new_location, new_scale))


@structural_form.register(pm.Normal)
class NormalForm(LocationScale):
    """Normal(mu, sigma)."""

    law = "normal"


@structural_form.register(pm.Laplace)
class LaplaceForm(LocationScale):
    """Laplace(mu, b)."""

    law = "laplace"


@structural_form.register(pm.Logistic)
class LogisticForm(LocationScale):
    """Logistic(mu, s)."""

    law = "logistic"


@structural_form.register(pm.Gumbel)
class GumbelForm(LocationScale):
    """Gumbel(mu, beta)."""

    law = "gumbel"


@structural_form.register(pm.Cauchy)
class CauchyForm(LocationScale):
    """Cauchy(alpha, beta)."""

    law = "cauchy"


@structural_form.register(pm.LogNormal)
class LogNormalForm(LocationScale):
    """LogNormal(mu, sigma): the exponential of a normal."""

    law = "normal"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0.0, None

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return exp(mu + sigma * noise)."""
        return pt.exp(super().predict(noise, *parameters))

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the standardised logarithm."""
        return super().abduct(pt.log(value), *parameters, draws=draws)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` times the exponential of the change of its logarithm."""
        (location, scale), (new_location, new_scale) = parameters, new
        if same(scale, new_scale):
            return value * pt.exp(change(new_location, location))
        moved = pt.exp(shifted(pt.log(value), (location, scale), (new_location, new_scale)))
        return kept(value, moved, parameters, new)


@structural_form.register("LogitNormal")
class LogitNormalForm(LocationScale):
    """LogitNormal(mu, sigma): the sigmoid of a normal.

    Near one the value itself is the limit: doubles there are 1e-16 apart.
    """

    law = "normal"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and one."""
        return 0.0, 1.0

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the sigmoid of mu + sigma * noise."""
        return pt.sigmoid(super().predict(noise, *parameters))

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the standardised logit."""
        return super().abduct(logistic(value), *parameters, draws=draws)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the sigmoid of the logit moved; unchanged parameters give `value` exactly."""
        moved = pt.sigmoid(super().transport(logistic(value), parameters, new, draws))
        return kept(value, moved, parameters, new)


@structural_form.register(pm.StudentT)
class StudentTForm(StructuralForm):
    """StudentT(nu, mu, sigma): standardised where nu is common, else by the quantile function.

    The noise is the logit of the cdf, so that its law is fixed when nu is not.
    """

    law = "logistic"

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return mu + sigma times Student's quantile."""
        nu, location, scale = parameters
        return location + scale * t_quantile(noise, nu)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of Student's cdf."""
        nu, location, scale = parameters
        return t_logit((value - location) / scale, nu)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` standardised and put back, with Student's quantiles where nu differs."""
        (nu, location, scale), (new_nu, new_location, new_scale) = parameters, new
        if same(nu, new_nu):
            return shifted(value, (location, scale), (new_location, new_scale))
        standard = t_move((value - location) / scale, nu, new_nu)
        moved = new_location + new_scale * standard
        return kept(value, moved, parameters, new)
