"""What this machine can compute on."""

from __future__ import annotations

from functools import cache

__all__ = ["gpus"]


@cache
def gpus() -> tuple[str, ...]:
    """Return the names of the GPUs that JAX sees; empty where it sees none, or is not there."""
    from importlib.util import find_spec

    # Asking JAX takes a second, which a machine without CUDA's plugin need not spend.
    if not any(find_spec(f"jax_cuda{v}_plugin") for v in (11, 12, 13)):
        return ()
    import jax

    try:
        return tuple(d.device_kind for d in jax.devices("gpu"))
    except RuntimeError:
        return ()
