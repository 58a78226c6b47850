"""Special functions for the structural forms: fast, exact to the tails, on numba and on JAX."""

from .beta import beta_logit, beta_move, beta_quantile, t_logit, t_move, t_quantile
from .bits import fresh, hashed
from .counts import (
    binomial_noise,
    binomial_quantile,
    inflated_noise,
    inflated_quantile,
    negative_noise,
    negative_quantile,
    poisson_noise,
    poisson_quantile,
)
from .gamma import gamma_logit, gamma_move, gamma_quantile
from .kernel import KERNELS, enable_jax
from .normal import truncated_logit, truncated_move, truncated_quantile
from .process import (
    inflated_process,
    inflated_rank,
    negative_gamma,
    negative_process,
    poisson_process,
    trials_process,
)

__all__ = [
    "KERNELS",
    "beta_logit",
    "beta_move",
    "beta_quantile",
    "binomial_noise",
    "binomial_quantile",
    "enable_jax",
    "fresh",
    "gamma_logit",
    "gamma_move",
    "gamma_quantile",
    "hashed",
    "inflated_noise",
    "inflated_process",
    "inflated_quantile",
    "inflated_rank",
    "negative_gamma",
    "negative_noise",
    "negative_process",
    "negative_quantile",
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
