"""The multivariate normal, by Cholesky whitening."""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import same
from .form import StructuralForm, structural_form

__all__ = ["MvNormalForm"]


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
