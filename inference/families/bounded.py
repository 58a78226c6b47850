"""Continuous families on an interval."""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import Monotone, kept, same
from .form import Bound, StructuralForm, structural_form
from .special import (
    beta_logit,
    beta_move,
    beta_quantile,
    truncated_logit,
    truncated_move,
    truncated_quantile,
)

__all__ = [
    "BetaForm",
    "InterpolatedForm",
    "KumaraswamyForm",
    "TriangularForm",
    "TruncatedNormalForm",
    "UniformForm",
]


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


@structural_form.register(pm.Kumaraswamy)
class KumaraswamyForm(Monotone):
    """Kumaraswamy(a, b): -b log(1 - value^a) is an exponential.

    Near one the value itself is the limit: doubles there are 1e-16 apart.
    """

    law = "exponential"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and one."""
        return 0.0, 1.0

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return (1 - exp(-noise / b))^(1 / a)."""
        a, b = parameters
        return pt.exp(pt.log(-pt.expm1(-noise / b)) / a)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return -b log(1 - value^a)."""
        a, b = parameters
        power = a * pt.log(value)
        return -b * pt.switch(power < -1.0, pt.log1p(-pt.exp(power)), pt.log(-pt.expm1(power)))


@structural_form.register(pm.Interpolated)
class InterpolatedForm(Monotone):
    """Interpolated(x, pdf): a density of straight lines between points, which PyMC holds constant.

    Each value is found from its own tail, so that both ends are exact.
    """

    law = "logistic"

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the points and the density there, without the axes of units."""
        points = super().parameters(rv)[:2]
        return tuple(p[(0,) * (p.ndim - 1)] for p in points)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return the first and the last point."""
        return parameters[0][0], parameters[0][-1]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the quantile: the root of a quadratic, in the form that does not cancel."""
        x, f = parameters
        left, right = _masses(x, f)
        p, q = pt.sigmoid(noise), pt.sigmoid(-noise)
        i = pt.clip(pt.searchsorted(left, p) - 1, 0, x.shape[0] - 2)
        j = pt.clip(x.shape[0] - 1 - pt.searchsorted(right[::-1], q), 0, x.shape[0] - 2)
        slope = (f[1:] - f[:-1]) / (x[1:] - x[:-1])
        up, down = pt.maximum(p - left[i], 0.0), pt.maximum(q - right[j + 1], 0.0)
        above = x[i] + _root(up, f[i], slope[i])
        below = x[j + 1] - _root(down, f[j + 1], -slope[j])
        return pt.clip(pt.switch(noise < 0.0, above, below), x[0], x[-1])

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf."""
        x, f = parameters
        left, right = _masses(x, f)
        i = pt.clip(pt.searchsorted(x, value) - 1, 0, x.shape[0] - 2)
        slope = (f[1:] - f[:-1]) / (x[1:] - x[:-1])
        up, down = value - x[i], x[i + 1] - value
        p = left[i] + up * (f[i] + 0.5 * up * slope[i])
        q = right[i + 1] + down * (f[i + 1] - 0.5 * down * slope[i])
        return pt.log(p) - pt.log(q)


def _masses(x: TensorVariable, f: TensorVariable) -> tuple[TensorVariable, TensorVariable]:
    """Return the mass to the left and to the right of each point, summed from each end."""
    parts = 0.5 * (f[1:] + f[:-1]) * (x[1:] - x[:-1])
    none = pt.zeros(1)
    right = pt.concatenate([pt.cumsum(parts[::-1])[::-1], none])
    return pt.concatenate([none, pt.cumsum(parts)]) / parts.sum(), right / parts.sum()


def _root(mass: TensorVariable, f: TensorVariable, slope: TensorVariable) -> TensorVariable:
    """Return how far from a point of density f a line of this slope has this mass."""
    whole = f + pt.sqrt(pt.maximum(f * f + 2.0 * slope * mass, 0.0))
    return pt.switch(whole > 0.0, 2.0 * mass / pt.maximum(whole, 1e-300), 0.0)


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
