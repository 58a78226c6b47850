"""Continuous families on an interval."""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import kept, same
from .form import Bound, StructuralForm, structural_form
from .special import (
    beta_logit,
    beta_move,
    beta_quantile,
    truncated_logit,
    truncated_move,
    truncated_quantile,
)

__all__ = ["BetaForm", "TriangularForm", "TruncatedNormalForm", "UniformForm"]


@structural_form.register(pm.Uniform)
class UniformForm(StructuralForm):
    """Uniform(lower, upper)."""

    law = "uniform"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return lower and upper."""
        lower, upper = parameters
        return lower, upper

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the point at fraction `noise` between the bounds."""
        lower, upper = parameters
        return lower + (upper - lower) * noise

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the fraction of the way between the bounds."""
        lower, upper = parameters
        return (value - lower) / (upper - lower)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved linearly; unchanged bounds give it back exactly."""
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept(value, moved, parameters, new)


@structural_form.register(pm.Triangular)
class TriangularForm(StructuralForm):
    """Triangular(lower, c, upper): the noise is the logit of the cdf, exact at both ends."""

    law = "logistic"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return lower and upper."""
        lower, _, upper = parameters
        return lower, upper

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the triangular quantile, each half from its own end."""
        lower, mode, upper = parameters
        width = upper - lower
        left = lower + pt.sqrt(width * (mode - lower) * pt.sigmoid(noise))
        right = upper - pt.sqrt(width * (upper - mode) * pt.sigmoid(-noise))
        return pt.switch(pt.sigmoid(noise) * width <= mode - lower, left, right)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf, from the tail of the value's own half."""
        lower, mode, upper = parameters
        left, width = value <= mode, upper - lower
        away = pt.switch(left, value - lower, upper - value)
        side = pt.switch(left, mode - lower, upper - mode)
        tail = away**2 / (width * side)
        logit = pt.log(tail) - pt.log1p(-tail)
        return pt.switch(left, logit, -logit)


@structural_form.register(pm.Beta)
class BetaForm(StructuralForm):
    """Beta(alpha, beta), by the quantile function.

    Near one the value itself is the limit: doubles there are 1e-16 apart.
    """

    law = "logistic"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and one."""
        return 0.0, 1.0

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the beta quantile."""
        return beta_quantile(noise, *parameters)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf."""
        return beta_logit(value, *parameters)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the quantile under `new` shapes; the same shapes give `value`."""
        return kept(value, beta_move(value, *parameters, *new), parameters, new)


@structural_form.register(pm.TruncatedNormal)
class TruncatedNormalForm(StructuralForm):
    """TruncatedNormal(mu, sigma, lower, upper), by its own cdf between the bounds."""

    law = "logistic"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return lower and upper (infinite where there is none)."""
        return parameters[2], parameters[3]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the quantile, kept to the bounds."""
        mu, sigma, lower, upper = parameters
        a, b = _standard(*parameters)
        return pt.clip(mu + sigma * truncated_quantile(noise, a, b), lower, upper)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf."""
        mu, sigma, _, _ = parameters
        return truncated_logit((value - mu) / sigma, *_standard(*parameters))

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the quantile under `new` parameters; unchanged ones give `value`."""
        if all(same(a, b) for a, b in zip(parameters, new, strict=True)):
            return value
        (mu, sigma, _, _), (new_mu, new_sigma, lower, upper) = parameters, new
        standard = (value - mu) / sigma
        standard = truncated_move(standard, *_standard(*parameters), *_standard(*new))
        moved = pt.clip(new_mu + new_sigma * standard, lower, upper)
        return kept(value, moved, parameters, new)


def _standard(*parameters: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
    """Return the bounds in standard units."""
    mu, sigma, lower, upper = parameters
    return (lower - mu) / sigma, (upper - mu) / sigma
