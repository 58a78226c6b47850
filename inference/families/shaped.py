r"""Families that shift and stretch a law with a shape: :math:`V = \mu + \sigma\,q(N; \kappa)`.

Where the shape is common to two worlds, a value is shifted and stretched, and no cdf is computed;
where it differs, the value keeps its rank. The noise is the logit of the rank, so that its law is
fixed when the shape is not.
"""

from abc import abstractmethod
from collections.abc import Callable

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import kept, same
from .form import Bound, StructuralForm, structural_form
from .location_scale import shifted
from .special import (
    beta_odds,
    beta_rank,
    circle_logit,
    circle_quantile,
    exgauss_logit,
    exgauss_quantile,
    rice_logit,
    rice_quantile,
    skew_logit,
    skew_quantile,
    truncated_logit,
    truncated_quantile,
    wald_logit,
    wald_quantile,
)

__all__ = [
    "AsymmetricLaplaceForm",
    "ExGaussianForm",
    "HalfStudentTForm",
    "MoyalForm",
    "RiceForm",
    "Shaped",
    "SkewNormalForm",
    "SkewStudentTForm",
    "VonMisesForm",
    "WaldForm",
]

type Split = tuple[TensorVariable, TensorVariable, tuple[TensorVariable, ...]]
NOWHERE = pt.constant(0.0)
ONE = pt.constant(1.0)
ABOVE = pt.constant(np.inf)


class Shaped(StructuralForm):
    """``value = location + scale * quantile(noise; shapes)``."""

    law = "logistic"
    quantile: Callable[..., TensorVariable]
    rank: Callable[..., TensorVariable]

    @abstractmethod
    def split(self, *parameters: TensorVariable) -> Split:
        """Return location, scale and shapes."""

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return location + scale * quantile."""
        location, scale, shapes = self.split(*parameters)
        return location + scale * self.quantile(noise, *shapes)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf."""
        location, scale, shapes = self.split(*parameters)
        return self.rank((value - location) / scale, *shapes)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` shifted and stretched where the shapes are common, else by its rank."""
        old, other = self.split(*parameters), self.split(*new)
        if all(same(a, b) for a, b in zip(old[2], other[2], strict=True)):
            return shifted(value, old[:2], other[:2])
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept(value, moved, parameters, new)


@structural_form.register(pm.SkewNormal)
class SkewNormalForm(Shaped):
    """SkewNormal(mu, sigma, alpha)."""

    quantile, rank = staticmethod(skew_quantile), staticmethod(skew_logit)

    def split(self, *parameters: TensorVariable) -> Split:
        """Return mu, sigma and alpha."""
        mu, sigma, alpha = parameters
        return mu, sigma, (alpha,)


@structural_form.register(pm.ExGaussian)
class ExGaussianForm(Shaped):
    """ExGaussian(mu, sigma, nu): a normal plus an exponential, by the rank of their sum.

    The evidence is the sum alone; what part of it is the normal's, it does not say.
    """

    quantile, rank = staticmethod(exgauss_quantile), staticmethod(exgauss_logit)

    def split(self, *parameters: TensorVariable) -> Split:
        """Return mu, sigma and the exponential's rate in units of sigma."""
        mu, sigma, nu = parameters
        return mu, sigma, (sigma / nu,)


@structural_form.register(pm.Wald)
class WaldForm(Shaped):
    """Wald(mu, lam, alpha): alpha plus an inverse normal of mean mu."""

    quantile, rank = staticmethod(wald_quantile), staticmethod(wald_logit)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return alpha and None."""
        return parameters[2], None

    def split(self, *parameters: TensorVariable) -> Split:
        """Return alpha, mu and lam / mu."""
        mu, lam, alpha = parameters
        return alpha, mu, (lam / mu,)


@structural_form.register(pm.Rice)
class RiceForm(Shaped):
    """Rice(b, sigma): the distance of a normal point, b sigma away, in units of sigma."""

    quantile, rank = staticmethod(rice_quantile), staticmethod(rice_logit)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0.0, None

    def split(self, *parameters: TensorVariable) -> Split:
        """Return zero, sigma and b."""
        b, sigma = parameters
        return NOWHERE, sigma, (b,)


def _laplace_quantile(noise: TensorVariable, kappa: TensorVariable) -> TensorVariable:
    below = kappa * (pt.log1p(1.0 / kappa**2) - pt.softplus(-noise))
    above = (pt.softplus(noise) - pt.log1p(kappa**2)) / kappa
    return pt.switch(noise < 2.0 * pt.log(kappa), below, above)


def _laplace_rank(x: TensorVariable, kappa: TensorVariable) -> TensorVariable:
    left = x < 0.0
    tail = pt.switch(left, x / kappa - pt.log1p(1.0 / kappa**2), -x * kappa - pt.log1p(kappa**2))
    logit = tail - pt.log(-pt.expm1(tail))
    return pt.switch(left, logit, -logit)


@structural_form.register(pm.AsymmetricLaplace)
class AsymmetricLaplaceForm(Shaped):
    """AsymmetricLaplace(b, kappa, mu): an exponential on each side of mu."""

    quantile, rank = staticmethod(_laplace_quantile), staticmethod(_laplace_rank)

    def split(self, *parameters: TensorVariable) -> Split:
        """Return mu, 1 / b and kappa."""
        b, kappa, mu = parameters
        return mu, 1.0 / b, (kappa,)


def _moyal_quantile(noise: TensorVariable) -> TensorVariable:
    return -2.0 * pt.log(truncated_quantile(-noise, NOWHERE, ABOVE))


def _moyal_rank(x: TensorVariable) -> TensorVariable:
    return -truncated_logit(pt.exp(-0.5 * x), NOWHERE, ABOVE)


@structural_form.register(pm.Moyal)
class MoyalForm(Shaped):
    """Moyal(mu, sigma): in standard units the negative logarithm of a squared normal."""

    quantile, rank = staticmethod(_moyal_quantile), staticmethod(_moyal_rank)

    def split(self, *parameters: TensorVariable) -> Split:
        """Return mu, sigma and no shape."""
        mu, sigma = parameters
        return mu, sigma, ()


def _half_t_quantile(noise: TensorVariable, nu: TensorVariable) -> TensorVariable:
    return pt.sqrt(nu) * pt.exp(0.5 * beta_odds(noise, 0.5, 0.5 * nu))


def _half_t_rank(x: TensorVariable, nu: TensorVariable) -> TensorVariable:
    return beta_rank(2.0 * pt.log(x) - pt.log(nu), 0.5, 0.5 * nu)


@structural_form.register(pm.HalfStudentT)
class HalfStudentTForm(Shaped):
    """HalfStudentT(nu, sigma): the size of Student's t, whose square over nu is a beta's odds."""

    quantile, rank = staticmethod(_half_t_quantile), staticmethod(_half_t_rank)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0.0, None

    def split(self, *parameters: TensorVariable) -> Split:
        """Return zero, sigma and nu."""
        nu, sigma = parameters
        return NOWHERE, sigma, (nu,)


def _skew_t_quantile(noise: TensorVariable, *shapes: TensorVariable) -> TensorVariable:
    return pt.sqrt(sum(shapes)) * pt.sinh(0.5 * beta_odds(noise, *shapes))


def _skew_t_rank(x: TensorVariable, *shapes: TensorVariable) -> TensorVariable:
    return beta_rank(2.0 * pt.arcsinh(x / pt.sqrt(sum(shapes))), *shapes)


@structural_form.register(pm.SkewStudentT)
class SkewStudentTForm(Shaped):
    """SkewStudentT(a, b, mu, sigma) of Jones and Faddy (2003, doi:10.1111/1467-9868.00378).

    With x in standard units, exp(2 asinh(x / sqrt(a + b))) is the odds of a beta(a, b).
    """

    quantile, rank = staticmethod(_skew_t_quantile), staticmethod(_skew_t_rank)

    def split(self, *parameters: TensorVariable) -> Split:
        """Return mu, sigma and (a, b)."""
        a, b, mu, sigma = parameters
        return mu, sigma, (a, b)


@structural_form.register(pm.VonMises)
class VonMisesForm(Shaped):
    """VonMises(mu, kappa): an angle, turned with mu; of another kappa it keeps its rank about mu.

    The rank is counted from the point opposite mu. Values lie in [-pi, pi], and turn on beyond.
    """

    coupling = "rotation"

    quantile, rank = staticmethod(circle_quantile), staticmethod(circle_logit)

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return -pi and pi."""
        return -np.pi, np.pi

    def split(self, *parameters: TensorVariable) -> Split:
        """Return mu, one and kappa."""
        mu, kappa = parameters
        return mu, ONE, (kappa,)

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the angle turned by mu."""
        return _turned(super().predict(noise, *parameters))

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the logit of the cdf of the angle about mu."""
        mu, kappa = parameters
        return circle_logit(_turned(value - mu), kappa)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the angle turned where kappa is common, else by its rank."""
        return _turned(super().transport(value, parameters, new, draws))


def _turned(angle: TensorVariable) -> TensorVariable:
    """Return the angle in [-pi, pi]; one that lies there is given back exactly."""
    turns = pt.round(angle / (2.0 * np.pi))
    return pt.clip(angle - 2.0 * np.pi * turns, -np.pi, np.pi)
