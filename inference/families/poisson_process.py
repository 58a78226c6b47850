r"""Counts by the process behind them (``"process"``).

A Poisson count is the number of points of a unit-rate process below its mean. Seen y at mean m, a
smaller mean thins those y points and a larger one adds the points beyond m, so that
:math:`E[Y' \mid y] = y\,m'/m` or :math:`y + m' - m`; all worlds share one process. A negative
binomial is such a count at a gamma mean, which is drawn given y and keeps its rank; a binomial is
so many trials, each a success where its own uniform number is below p.
"""

import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from .common import Columns, same
from .form import Bound, structural_form
from .special import (
    negative_gamma,
    negative_process,
    negative_regrown,
    poisson_process,
    trials_process,
)

__all__ = ["NegativeBinomialProcess", "PoissonProcess", "TrialsForm"]

ZERO = pt.constant(0.0)


class _Process(Columns):
    """What the processes share."""

    law = "uniform"
    coupling = "process"

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and None."""
        return 0, None

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters, in the family's integer type."""
        return super().transport(value, parameters, new, draws).astype("int64")


@structural_form.register(pm.Poisson, default=True)
class PoissonProcess(_Process):
    """Poisson(mu) as points below mu; the noise is (count, mean it was seen below, seed)."""

    def unseen(self, draws: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return no points below zero, and the seed."""
        return ZERO, ZERO, draws

    def seen(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> tuple[TensorVariable, ...]:
        """Return `value` points below the mean, and the seed."""
        return value, parameters[0], draws

    def grow(
        self, columns: tuple[TensorVariable, ...], *parameters: TensorVariable
    ) -> TensorVariable:
        """Return the number of points below the mean."""
        return poisson_process(*columns, *parameters)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters; the kernel keeps it where the mean is equal."""
        if all(same(a, b) for a, b in zip(parameters, new, strict=True)):
            return value.astype("int64")
        return self.grow(self.seen(value, *parameters, draws=draws), *new)


@structural_form.register(pm.NegativeBinomial, default=True)
class NegativeBinomialProcess(_Process):
    """NegativeBinomial(n, p) as points below a gamma mean.

    The noise is (standard gamma, its shape, count, mean it was seen below, seed).
    """

    def unseen(self, draws: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return no gamma, no points, and the seed of both."""
        return ZERO, ZERO, ZERO, ZERO, draws

    def seen(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> tuple[TensorVariable, ...]:
        """Return the gamma drawn given `value`, and `value` points below its mean."""
        n, p = parameters
        gamma = negative_gamma(value, n, p, draws)
        return gamma, n, value, gamma * ((1.0 - p) / p), draws

    def grow(
        self, columns: tuple[TensorVariable, ...], *parameters: TensorVariable
    ) -> TensorVariable:
        """Return the number of points below the gamma mean."""
        return negative_process(*columns, *parameters)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return `value` moved to `new` parameters, its gamma drawn only where that matters."""
        if all(same(a, b) for a, b in zip(parameters, new, strict=True)):
            return value.astype("int64")
        return negative_regrown(value, *parameters, draws, *new)


class TrialsForm(_Process):
    """n trials with a uniform number each; the noise is (successes, trials, their p, seed).

    Its time grows with n; the monotone coupling's does not.
    """

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and n."""
        return 0, parameters[0]

    def unseen(self, draws: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return no trials, and the seed."""
        return ZERO, ZERO, ZERO, draws

    def seen(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> tuple[TensorVariable, ...]:
        """Return `value` successes among n trials at p, and the seed."""
        n, p = parameters
        return value, n, p, draws

    def grow(
        self, columns: tuple[TensorVariable, ...], *parameters: TensorVariable
    ) -> TensorVariable:
        """Return the number of trials whose uniform number is below p."""
        return trials_process(*columns, *parameters)
