"""The kernels on JAX, as far as they go; forms that need another say ``jax = False``."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from pytensor.link.jax.dispatch import jax_funcify

from .bits import FROM_UNIT, GOLDEN, MIX_A, MIX_B, TO_UNIT
from .kernel import Kernel
from .rows import LEAST, SAME, RowKernel

__all__ = ["FUNCTIONS"]


def _mix(x: Any) -> Any:
    """Return x with its 64 bits mixed."""
    x = (x ^ (x >> 30)) * MIX_A
    x = (x ^ (x >> 27)) * MIX_B
    return x ^ (x >> 31)


def _state(seed: Any, stream: Any) -> Any:
    """Return the start of stream number `stream` of a seed in [0, 1)."""
    bits = (jnp.abs(seed) * FROM_UNIT).astype("int64").astype("uint64")
    return _mix(_mix(bits + GOLDEN) + jnp.asarray(stream).astype("uint64") * GOLDEN)


def _first(start: Any) -> Any:
    """Return the first number of a stream, uniform on (0, 1)."""
    bits = _mix(start + GOLDEN)
    return ((bits >> 12).astype("float64") + 0.5) * (2.0 * TO_UNIT)


def _rounded(x: Any) -> Any:
    """Return the 40 leading bits of a float."""
    mantissa, exponent = jnp.frexp(x)
    whole = jnp.floor(mantissa * 1099511627776.0 + 0.5).astype("int64").astype("uint64")
    bits = whole * GOLDEN + exponent.astype("int64").astype("uint64")
    return jnp.where((x == 0.0) | ~jnp.isfinite(x), jnp.uint64(0), bits)


def _fresh(seed: Any, parameter: Any) -> Any:
    """Return a uniform number that `seed` and `parameter` (to 40 bits) fix."""
    return _first(_mix(_state(seed, 0) ^ _rounded(parameter)))


def _hashed(seed: Any, stream: Any) -> Any:
    """Return the first uniform number of stream number `stream` of `seed`."""
    return _first(_state(seed, stream))


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


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "fresh": _fresh,
    "gumbel_move": _gumbel_move,
    "hashed": _hashed,
    "ordered_move": _ordered_move,
}


@jax_funcify.register(Kernel)
@jax_funcify.register(RowKernel)
def _jax_kernel(op: Kernel | RowKernel, **_: Any) -> Callable[..., Any]:
    """Return the JAX function of a kernel."""
    if op.name not in FUNCTIONS:
        raise NotImplementedError(f"{op.name} has no JAX implementation; use numba")
    return FUNCTIONS[op.name]
