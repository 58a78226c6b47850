"""Special functions for the structural forms: fast, exact to the tails, on numba and on JAX."""

from pytensor.compile.mode import Mode

from .beta import beta_logit, beta_move, beta_quantile, t_logit, t_move, t_quantile
from .bits import fresh, hashed
from .counts import (
    binomial_noise,
    binomial_quantile,
    negative_noise,
    negative_quantile,
    poisson_noise,
    poisson_quantile,
)
from .gamma import gamma_logit, gamma_move, gamma_quantile
from .kernel import KERNELS
from .moves import binomial_move, negative_move, poisson_move
from .normal import truncated_logit, truncated_move, truncated_quantile
from .process import (
    negative_gamma,
    negative_process,
    negative_regrown,
    poisson_process,
    trials_process,
)
from .rows import gumbel_move, ordered_move

__all__ = [
    "KERNELS",
    "beta_logit",
    "beta_move",
    "beta_quantile",
    "binomial_move",
    "binomial_noise",
    "binomial_quantile",
    "fresh",
    "gamma_logit",
    "gamma_move",
    "gamma_quantile",
    "gumbel_move",
    "hashed",
    "jax_mode",
    "negative_gamma",
    "negative_move",
    "negative_noise",
    "negative_process",
    "negative_quantile",
    "negative_regrown",
    "ordered_move",
    "poisson_move",
    "poisson_noise",
    "poisson_process",
    "poisson_quantile",
    "t_logit",
    "t_move",
    "t_quantile",
    "trials_process",
    "truncated_logit",
    "truncated_move",
    "truncated_quantile",
]


def jax_mode() -> Mode:
    """Return PyTensor's mode for JAX with the kernels in it, in which equal worlds are equal.

    It imports JAX, hence only where that is wanted.
    """
    from . import on_jax, rounding  # noqa: F401

    return rounding.exact_mode()
