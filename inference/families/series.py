r"""Time series along the last axis, by their innovations: one number of noise for each time.

A change at one time is carried on by the recursion: of two worlds with the same innovations, the
later values differ by what the earlier ones hand on.
"""

from typing import Any

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import NormalRV

from .common import kept_rows
from .form import StructuralForm, full_precision, structural_form
from .special import garch_noise, garch_values, innovations, recursion

__all__ = ["ARForm", "GARCHForm", "RandomWalkForm"]


def _normal(rv: TensorVariable) -> tuple[TensorVariable, ...]:
    """Return mean and standard deviation of a normal."""
    return tuple(map(full_precision, rv.owner.op.dist_params(rv.owner)))


def _length(row: TensorVariable) -> Any:
    """Return the length of a row: as a number where it is known, which JAX needs to cut there."""
    known = row.type.shape[-1]
    return row.shape[-1] if known is None else known


class _Series(StructuralForm):
    """What the series share; the first parameter is the number of times."""

    law = "normal"
    cores: tuple[int, ...]

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return the number of times."""
        return parameters[0]

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the series under `new` parameters; unchanged ones give `value` exactly."""
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return kept_rows(value, moved, parameters[1:], new[1:], self.cores)


@structural_form.register(pm.RandomWalk)
class RandomWalkForm(_Series):
    """RandomWalk of normal steps from a normal start, as GaussianRandomWalk is.

    The parameters are (times, mean and spread of the start, mean and spread of each step).
    """

    cores = (1, 1, 1, 1)

    def accepts(self, rv: TensorVariable) -> bool:
        """Return whether start and steps are normal; others have no form."""
        start, step, _ = rv.owner.inputs
        return all(isinstance(part.owner.op, NormalRV) for part in (start, step))

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the parameters, with time as the last axis where PyMC has it as the first."""
        start, step, steps = rv.owner.inputs
        numbers = [pt.moveaxis(p, 0, -1) for part in (start, step) for p in _normal(part)]
        return steps + 1, *numbers

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the sum of start and steps."""
        _, first, spread, drift, scale = parameters
        start, steps = first + spread * noise[..., :1], drift + scale * noise[..., 1:]
        return pt.cumsum(pt.concatenate([start, steps], axis=-1), axis=-1)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the standardised start and steps."""
        _, first, spread, drift, scale = parameters
        steps = value[..., 1:] - value[..., :-1]
        start = (value[..., :1] - first) / spread
        return pt.concatenate([start, (steps - drift) / scale], axis=-1)


@structural_form.register(pm.AR)
class ARForm(_Series):
    """AR(rho, sigma) from a normal start.

    The parameters are (times, constant, weights of the values before, latest first, sigma, mean and
    spread of the start).
    """

    cores = (0, 1, 0, 1, 1)

    def accepts(self, rv: TensorVariable) -> bool:
        """Return whether the start is normal; others have no form."""
        return isinstance(rv.owner.inputs[2].owner.op, NormalRV)

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the parameters, the constant apart from the weights."""
        op = rv.owner.op
        rho, sigma, start, steps = rv.owner.inputs[:4]
        rho = full_precision(rho)
        constant = rho[..., 0] if op.constant_term else pt.constant(0.0)
        weights = rho[..., 1:] if op.constant_term else rho
        return steps + op.ar_order, constant, weights, full_precision(sigma), *_normal(start)

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the series that the noise drives."""
        _, constant, weights, sigma, first, spread = parameters
        order = _length(weights)
        start = first + spread * noise[..., :order]
        shocks = constant[..., None] + sigma[..., None] * noise[..., order:]
        return recursion(pt.concatenate([start, shocks], axis=-1), weights)

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the standardised start, and what each later value adds to those before."""
        _, constant, weights, sigma, first, spread = parameters
        order = _length(weights)
        shocks = innovations(value, weights)
        start = (shocks[..., :order] - first) / spread
        later = (shocks[..., order:] - constant[..., None]) / sigma[..., None]
        return pt.concatenate([start, later], axis=-1)


@structural_form.register(pm.GARCH11)
class GARCHForm(_Series):
    """GARCH11(omega, alpha_1, beta_1, initial_vol): the values over their own spreads.

    The parameters are (times, omega, alpha_1, beta_1, initial_vol).
    """

    cores = (0, 0, 0, 0)

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the parameters."""
        *numbers, _, steps, _ = rv.owner.inputs
        return steps + 1, *map(full_precision, numbers)

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the series of this noise."""
        return garch_values(noise, *parameters[1:])

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the values over their spreads."""
        return garch_noise(value, *parameters[1:])
