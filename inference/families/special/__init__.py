"""Special functions for the structural forms: fast, exact to the tails, on numba and on JAX."""

import copyreg
from typing import Any

from pytensor.compile.mode import Mode, optdb
from pytensor.graph.rewriting.basic import GraphRewriter

from .beta import (
    beta_logit,
    beta_move,
    beta_odds,
    beta_quantile,
    beta_rank,
    t_logit,
    t_move,
    t_quantile,
)
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
from .kernel import KERNELS, Kernel
from .lattice import (
    betabinomial_noise,
    betabinomial_quantile,
    hypergeometric_noise,
    hypergeometric_quantile,
)
from .moves import binomial_move, negative_move, poisson_move
from .normal import truncated_logit, truncated_move, truncated_quantile
from .process import (
    negative_gamma,
    negative_process,
    negative_regrown,
    poisson_process,
    trials_process,
)
from .process_rows import by_rows, poisson_row
from .recursions import betabinomials, binomials, garch_noise, garch_values, innovations, recursion
from .rows import ROWS, RowKernel, gumbel_move, ordered_move
from .smooth import (
    circle_logit,
    circle_quantile,
    exgauss_logit,
    exgauss_quantile,
    rice_logit,
    rice_quantile,
    skew_logit,
    skew_quantile,
    wald_logit,
    wald_quantile,
)

__all__ = [
    "KERNELS",
    "beta_logit",
    "beta_move",
    "beta_odds",
    "beta_quantile",
    "beta_rank",
    "betabinomial_noise",
    "betabinomial_quantile",
    "betabinomials",
    "binomial_move",
    "binomial_noise",
    "binomial_quantile",
    "binomials",
    "by_rows",
    "circle_logit",
    "circle_quantile",
    "exgauss_logit",
    "exgauss_quantile",
    "fresh",
    "gamma_logit",
    "gamma_move",
    "gamma_quantile",
    "garch_noise",
    "garch_values",
    "gumbel_move",
    "hashed",
    "hypergeometric_noise",
    "hypergeometric_quantile",
    "innovations",
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
    "poisson_row",
    "recursion",
    "rice_logit",
    "rice_quantile",
    "skew_logit",
    "skew_quantile",
    "t_logit",
    "t_move",
    "t_quantile",
    "trials_process",
    "truncated_logit",
    "truncated_move",
    "truncated_quantile",
    "wald_logit",
    "wald_quantile",
]


def _named(name: str) -> Kernel | RowKernel:
    """Return a kernel by its name, as which it is pickled: all are known here."""
    return KERNELS[name] if name in KERNELS else ROWS[name]


def _by_name(op: Kernel | RowKernel) -> tuple[Any, ...]:
    return _named, (op.name,)


copyreg.pickle(Kernel, _by_name)
copyreg.pickle(RowKernel, _by_name)


def jax_mode() -> Mode:
    """Return PyTensor's mode for JAX with the kernels in it, in which equal worlds are equal.

    It imports JAX, hence only where that is wanted.
    """
    from . import on_jax, rounding  # noqa: F401

    return rounding.exact_mode()


class _OnNumba(GraphRewriter):
    """Tells numba what kernels are, when the first graph is compiled for it."""

    def apply(self, fgraph: Any) -> None:
        """Change nothing.

        Parameters
        ----------
        fgraph : FunctionGraph
        """
        from . import on_numba  # noqa: F401


optdb.register("ifonly_kernels_on_numba", _OnNumba(), "numba", position=0.0)
