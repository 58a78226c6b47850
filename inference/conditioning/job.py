"""What is to be conditioned, and what a method found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ..posterior.parts import Blocks
from ..scm.equations import Equations
from ..scm.evidence import Evidence
from .prepared import Compiled

__all__ = ["Job", "Outcome", "tree"]


@dataclass(frozen=True, eq=False)
class Job:
    """What is to be conditioned, and how; the fields are those of `condition`.

    Attributes
    ----------
    model : pm.Model
        With the evidence's units; mechanisms whose every value is seen are observed.
    asked : frozenset of str or None
        The unknowns that are needed now; None means all.
    compiled : Compiled
        What is compiled for these data and serves others of the same model.
    solved : mapping
        Blocks that were computed beside those of other jobs; by blocks alone.
    """

    model: pm.Model
    equations: Equations
    evidence: Evidence
    unit: str
    seed: int
    draws: int
    tune: int
    chains: int
    sampler: str | None = None
    cores: int | None = None
    progress: bool = True
    target_accept: float = 0.8
    nodes: int | None = None
    asked: frozenset[str] | None = None
    compiled: Compiled = field(default_factory=Compiled)
    solved: Mapping[Any, Any] = field(default_factory=dict)

    def keep(self, model: pm.Model) -> list[str]:
        """Return what is kept of the draws: all that is free, and what units do not multiply."""
        computed = [v.name for v in model.deterministics]
        single = [n for n in computed if not self.equations.has_units(n)]
        return [v.name for v in model.free_RVs] + single

    @property
    def single(self) -> list[str]:
        """The parameters, and what is computed from them alone, not for each unit."""
        equations = self.equations
        mechanisms = set(equations.mechanisms)
        computed = {v.name for v in self.model.deterministics if not equations.has_units(v.name)}
        computed = {n for n in computed if not equations.ancestors([n]) & mechanisms}
        return [n for n in equations if n in equations.parameters or n in computed]

    @property
    def options(self) -> dict[str, Any]:
        """What draws of a block depend on beside the model, the data and the seed."""
        return {n: getattr(self, n) for n in ("tune", "sampler", "target_accept", "nodes")}

    def stream(self, number: int) -> np.random.Generator:
        """Return a random stream of its own."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(number,)))


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a method found.

    Attributes
    ----------
    idata : xarray.DataTree
        With the group ``posterior``.
    sampler : str
    facts : mapping of str to number or str
        What the method says of itself, for the attributes of every answer.
    later : mapping of str to callable
        Makes draws of what is not in `idata`, of shape (chain * draw, ...): of that name, and of
        others perhaps.
    blocks : Blocks
    """

    idata: xr.DataTree
    sampler: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    later: Mapping[str, Callable[[], Mapping[str, NDArray[Any]]]] = field(default_factory=dict)
    blocks: Blocks = field(default_factory=Blocks)


def tree(job: Job, model: pm.Model, drawn: Mapping[str, NDArray[Any]]) -> xr.DataTree:
    """Return draws, of shape (chain * draw, ...), as ArviZ has them.

    Parameters
    ----------
    job : Job
    model : pm.Model
        Whose dimensions they have.
    drawn : mapping of str to array
    """
    from arviz_base import make_attrs

    arrays: dict[str, Any] = {}
    coords: dict[str, Any] = {"chain": np.arange(job.chains), "draw": np.arange(job.draws)}
    for name, values in drawn.items():
        given = model.named_vars_to_dims.get(name) or (None,) * (values.ndim - 1)
        dims = [d or f"{name}_dim_{k}" for k, d in enumerate(given)]
        for dim, length in zip(dims, values.shape[1:], strict=True):
            if dim not in coords:
                labels = model.coords.get(dim)
                coords[dim] = np.arange(length) if labels is None else list(labels)
        shaped = values.reshape(job.chains, job.draws, *values.shape[1:])
        arrays[name] = (["chain", "draw", *dims], shaped)
    # At once, and not by `from_dict`, which makes coordinates for each variable by itself.
    posterior = xr.Dataset(arrays, coords, make_attrs(sample_dims=["chain", "draw"]))
    return xr.DataTree.from_dict({"posterior": posterior})
