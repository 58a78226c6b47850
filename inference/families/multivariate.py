"""The multivariate normal and what is made of it, by Cholesky whitening."""

from functools import reduce

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import kept_rows, same
from .form import StructuralForm, structural_form
from .special import beta_odds, beta_rank, gamma_logit, gamma_quantile

__all__ = ["CARForm", "KroneckerNormalForm", "MvNormalForm", "MvStudentTForm", "ZeroSumNormalForm"]

LEAST = 1e-300


@structural_form.register(pm.MvNormal)
class MvNormalForm(StructuralForm):
    r"""MvNormal(mu, cov): :math:`V = \mu + L N` with :math:`L L^T` the covariance.

    The triangular root orders the coordinates: coordinate i answers to noises 1 to i (Knothe 1957,
    Rosenblatt 1952, doi:10.1214/aoms/1177729394). Another order is another structural form.
    """

    law = "normal"

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return the length of the event."""
        return parameters[1].shape[-1]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return mu + L noise."""
        mean, covariance = parameters
        root = pt.linalg.cholesky(covariance)
        if covariance.ndim == 2:
            return mean + noise @ root.T
        return mean + (root @ noise[..., None])[..., 0]

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the whitened value."""
        mean, covariance = parameters
        root = pt.linalg.cholesky(covariance)
        centred = value - mean
        if covariance.ndim == 2 and centred.ndim == 2:
            return pt.linalg.solve_triangular(root, centred.T, lower=True).T
        return pt.linalg.solve_triangular(root, centred, lower=True, b_ndim=1)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved; it is shifted alone where the covariance is common."""
        (mean, covariance), (new_mean, new_covariance) = parameters, new
        moved = value + (new_mean - mean)
        if not same(covariance, new_covariance):
            white = self.abduct(value, *parameters, draws=draws)
            level = pt.eq(covariance, new_covariance).all(axis=(-2, -1))[..., None]
            moved = pt.switch(level, moved, self.predict(white, *new))
            still = level & pt.eq(mean, new_mean)
        else:
            still = pt.eq(mean, new_mean)
        return pt.switch(still, value, moved)


NORMAL = MvNormalForm()


@structural_form.register(pm.KroneckerNormal)
class KroneckerNormalForm(MvNormalForm):
    """KroneckerNormal(mu, covs, sigma): a multivariate normal of their Kronecker product."""

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the mean and the whole covariance."""
        mean, noise, *covariances = super().parameters(rv)
        product = reduce(pt.linalg.kron, covariances)
        return mean, product + noise**2 * pt.eye(product.shape[-1])


@structural_form.register(pm.CAR)
class CARForm(MvNormalForm):
    """CAR(mu, W, alpha, tau): a multivariate normal of precision tau (D - alpha W).

    D holds the number of neighbours, the row sums of W.
    """

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the mean and the covariance."""
        mean, near, alpha, tau = super().parameters(rv)[:4]
        degrees = near.sum(axis=-1)[..., None] * pt.eye(near.shape[-1])
        precision = tau[..., None, None] * (degrees - alpha[..., None, None] * near)
        return mean, pt.linalg.inv(precision)


@structural_form.register(pm.MvStudentT)
class MvStudentTForm(MvNormalForm):
    r"""MvStudentT(nu, mu, scale): :math:`V = \mu + L\,r(|N|)\,N`, N as long as the event.

    The direction is the normal's own, and the length keeps its rank: :math:`|N|^2` is chi-squared,
    and :math:`|L^{-1}(V - \mu)|^2 / \nu` the odds of a beta.
    """

    cores = (0, 1, 2)

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return the length of the event."""
        return parameters[2].shape[-1]

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return mu + L times the noise, stretched."""
        nu, mean, scale = parameters
        half = 0.5 * scale.shape[-1]
        square = pt.maximum((noise**2).sum(axis=-1), LEAST)
        odds = beta_odds(gamma_logit(0.5 * square, half), half, 0.5 * nu)
        stretch = pt.exp(0.5 * (odds + pt.log(nu) - pt.log(square)))
        return super().predict(noise * stretch[..., None], mean, scale)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the whitened value, of a normal's length."""
        nu, mean, scale = parameters
        half = 0.5 * scale.shape[-1]
        white = super().abduct(value, mean, scale, draws=draws)
        square = pt.maximum((white**2).sum(axis=-1), LEAST)
        length = gamma_quantile(beta_rank(pt.log(square) - pt.log(nu), half, 0.5 * nu), half)
        return white * pt.sqrt(2.0 * length / square)[..., None]

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved; it is shifted and stretched alone where nu is common."""
        if same(parameters[0], new[0]):
            return NORMAL.transport(value, parameters[1:], new[1:], draws)
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept_rows(value, moved, parameters, new, self.cores)


@structural_form.register(pm.ZeroSumNormal)
class ZeroSumNormalForm(StructuralForm):
    """ZeroSumNormal(sigma) along one axis: normal noise less its mean, times sigma."""

    law = "normal"

    def accepts(self, rv: TensorVariable) -> bool:
        """Return whether the numbers of one axis sum to zero; of several, no form is known."""
        return rv.owner.op.ndim_supp == 1

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return the length of the event."""
        return parameters[1][0]

    def embed(self, draws: TensorVariable) -> TensorVariable:
        """Return the draws less their mean."""
        return draws - draws.mean(axis=-1, keepdims=True)

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return sigma times the noise."""
        return parameters[0] * noise

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the value over sigma."""
        return value / parameters[0]

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` stretched; an unchanged sigma gives it back exactly."""
        sigma, new_sigma = parameters[0], new[0]
        return kept_rows(value, value * (new_sigma / sigma), [sigma], [new_sigma], [1])
