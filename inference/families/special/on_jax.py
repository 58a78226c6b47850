"""The kernels on JAX: scalar ones as they are, in lockstep; those of rows in JAX's own terms."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from pytensor.link.jax.dispatch import jax_funcify

from .counts import BINOMIAL, binomial_quantile, count_tails, moments, search
from .gamma import normal_guess
from .kernel import Kernel
from .lattice import betabinomial_quantile
from .lockstep import INSTEAD, lockstep
from .process import poisson_process
from .rows import LEAST, SAME, RowKernel

__all__ = ["ROWS"]


def _gumbel_move(value: Any, p: Any, new: Any, draws: Any) -> Any:
    """Return the winner of the Gumbel race at `new` chances, for one row."""
    won = jnp.arange(p.shape[-1]) == value
    delay = jnp.exp(-draws)
    start = delay[value]
    arrival = jnp.where(won, 0.0, delay) + start * jnp.maximum(p, LEAST)
    moved = jnp.argmin(jnp.log(arrival) - jnp.log(jnp.maximum(new, LEAST)))
    return jnp.where(jnp.all(jnp.abs(p - new) <= SAME * new), value, moved).astype("int64")


def _ordered_move(value: Any, p: Any, new: Any, draw: Any) -> Any:
    """Return the ordered category of the value's rank at `new` chances, for one row."""
    k = jnp.arange(p.shape[-1])
    v, w = 1.0 / (1.0 + jnp.exp(-draw)), 1.0 / (1.0 + jnp.exp(draw))
    below, above = jnp.where(k < value, p, 0.0).sum(), jnp.where(k > value, p, 0.0).sum()
    mass = p[value]
    gap = jnp.minimum(1e-11 * (jnp.minimum(below, above) + mass) / mass, 0.25)
    v, w = jnp.clip(v, gap, 1.0 - gap), jnp.clip(w, gap, 1.0 - gap)
    low, high = below + v * mass, above + w * mass
    up = (low > jnp.cumsum(new)[:-1]).sum()
    down = (high < jnp.cumsum(new[::-1])[::-1][1:]).sum()
    moved = jnp.where(low < high, up, down)
    return jnp.where(jnp.all(jnp.abs(p - new) <= SAME * new), value, moved).astype("int64")


def _poisson_row(count: Any, *others: Any) -> Any:
    """Return the Poisson counts of a row, each by itself."""
    return lockstep(poisson_process.scalar.py_func)(count.astype(float), *others)


def _search(kind: int, p: float, q: float, a: float, b: float) -> float:
    """Return the least k with P(Y <= k) >= p, by doubled steps and then by halves: one cdf each."""
    if not q > 0.0:
        return a if kind == BINOMIAL else math.inf
    mean, sd, skew = moments(kind, a, b)
    t = normal_guess(p, q)
    k = max(math.floor(mean + sd * t + skew * (t * t - 1.0) / 6.0), 0.0)
    low, high, step = -1.0, math.inf, 1.0
    while high - low > 1.0:
        below, above = count_tails(kind, k, a, b)
        if (below >= p) if p < q else (above <= q):
            high = k
        else:
            low = k
        if low >= 0.0 and high < math.inf:
            k = math.floor(0.5 * (low + high))
        else:
            k = max(k + step if high == math.inf else k - step, 0.0)
            step *= 2.0
    return high


INSTEAD[search.py_func] = _search


def _carried(back: bool) -> Callable[..., Any]:
    """Return the series that shocks drive, or the shocks behind a series."""

    def run(row: Any, weights: Any) -> Any:
        def step(before: Any, now: Any) -> Any:
            number, begun = now
            handed_on = jnp.where(begun, (before * weights).sum(), 0.0)
            found = number - handed_on if back else number + handed_on
            latest = number if back else found
            return jnp.concatenate([latest[None], before[:-1]]), found

        begun = jnp.arange(row.shape[0]) >= weights.shape[0]
        return jax.lax.scan(step, jnp.zeros(weights.shape), (row, begun))[1]

    return run


def _volatile(back: bool) -> Callable[..., Any]:
    """Return the values that noise gives, or the noise behind values, where spreads follow them."""

    def run(row: Any, omega: Any, alpha: Any, beta: Any, first: Any) -> Any:
        def step(spread: Any, number: Any) -> Any:
            found = number / spread if back else number * spread
            value = number if back else found
            return jnp.sqrt(omega + alpha * value * value + beta * spread * spread), found

        return jax.lax.scan(step, first, row)[1]

    return run


def _in_turn(quantile: Any, shared: bool) -> Callable[..., Any]:
    """Return counts in turn, each of what those before it left."""
    run_one = lockstep(quantile.scalar.py_func)

    def run(noise: Any, n: Any, chances: Any) -> Any:
        after = jnp.cumsum(chances[::-1])[::-1]

        def step(left: Any, now: Any) -> Any:
            z, own, rest = now
            part = (own, rest) if shared else (jnp.where(own < rest, own / rest, 0.5),)
            count = jnp.where(left > 0.0, run_one(z, jnp.maximum(left, 1.0), *part), 0.0)
            if not shared:
                count = jnp.where(own < rest, count, left)
            return left - count, count

        pairs = (noise[:-1], chances[:-1], after[1:] if shared else after[:-1])
        left, counts = jax.lax.scan(step, n, pairs)
        return jnp.append(counts, left)

    return run


ROWS: dict[str, Callable[..., Any]] = {
    "betabinomials": _in_turn(betabinomial_quantile, shared=True),
    "binomials": _in_turn(binomial_quantile, shared=False),
    "garch_noise": _volatile(back=True),
    "garch_values": _volatile(back=False),
    "gumbel_move": _gumbel_move,
    "innovations": _carried(back=True),
    "ordered_move": _ordered_move,
    "poisson_row": _poisson_row,
    "recursion": _carried(back=False),
}


@jax_funcify.register(Kernel)
def _jax_kernel(op: Kernel, **_: Any) -> Callable[..., Any]:
    """Return the JAX function of a scalar kernel.

    XLA computes a number anew wherever it is read, and kernels of kernels, such as bits mixed with
    one parameter after the other, would take minutes to compile: each kernel ends the fusion.
    """
    scalar = lockstep(op.function.py_func)
    return lambda *values: jax.lax.optimization_barrier(scalar(*values))


@jax_funcify.register(RowKernel)
def _jax_row(op: RowKernel, **_: Any) -> Callable[..., Any]:
    """Return the JAX function of a kernel of rows."""
    return ROWS[op.name]
