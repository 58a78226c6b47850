"""Methods: how a posterior is computed. Each is one function in `METHODS`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ..errors import ConvergenceWarning, ModelError
from ..scm.equations import Equations, with_units
from ..scm.evidence import Evidence
from .latents.integrated import Integrated
from .latents.laplace import laplace, likely
from .latents.missing import completed
from .latents.placement import Place, located, placed
from .latents.unconstrained import Unconstrained
from .samplers import chosen_sampler, sampled

__all__ = ["METHODS", "Job", "Method", "Outcome"]

Method = Literal["nuts", "marginal", "laplace"]
# The log-density's own error, as a standard deviation over draws: 1 % of their weight.
MOST_ERROR = 0.1
# What it may be off by in the density of a unit, on average: 2 %. A good grid has far less.
MOST_LEVEL = 0.02
# Units that a posterior of many is first looked for with.
SAMPLE = 4_000
# Draws and tuning steps of a run that only looks where the posterior is.
SHORT = 200
# Nodes along each continuous latent, at first. With few units each tells of less, and is less
# normal.
NODES, NODES_OF_FEW, FEW_UNITS = 4, 7, 5_000


@dataclass(frozen=True, eq=False)
class Job:
    """What is to be conditioned, and how; the fields are those of `condition`.

    Attributes
    ----------
    model : pm.Model
        With the evidence's units; mechanisms whose every value is seen are observed.
    kept : dict
        What is compiled for these data and serves others of the same model and unit dimension.
    """

    model: pm.Model
    equations: Equations
    evidence: Evidence
    unit: str
    seed: int
    sampler: str | None
    draws: int
    tune: int
    chains: int
    cores: int | None
    progress: bool
    target_accept: float
    nodes: int | None
    kept: dict[str, Any] = field(default_factory=dict)

    def keep(self, model: pm.Model) -> list[str]:
        """Return what is kept of the draws: all that is free, and what units do not multiply."""
        computed = [v.name for v in model.deterministics]
        single = [n for n in computed if not self.equations.has_units(n)]
        return [v.name for v in model.free_RVs] + single


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
    latents : callable or None
        Returns draws of what is not in `idata`, of shape (chain * draw, unit), by name.
    """

    idata: xr.DataTree
    sampler: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    latents: Callable[[], Mapping[str, NDArray[Any]]] | None = None


def _sampled(
    job: Job, model: pm.Model, keep: list[str], density: Any = None
) -> tuple[xr.DataTree, str]:
    name = chosen_sampler(model, job.sampler)
    options = {
        "draws": job.draws,
        "tune": job.tune,
        "chains": job.chains,
        "cores": job.cores,
        "random_seed": job.seed,
        "progressbar": job.progress,
        "var_names": keep,
        "model": model,
        "quiet": not job.progress,
        "compute_convergence_checks": False,
        "nuts": {"target_accept": job.target_accept},
    }
    return sampled(name, options, density), name


def _nuts(job: Job) -> Outcome:
    """Sample parameters and latents together."""
    model = completed(job.model, job.evidence) if job.evidence.missing else job.model
    partly = [n for n in job.evidence.missing if n in model.named_vars]
    halves = [v.name for v in model.free_RVs if v.name not in job.equations]
    keep = [n for n in job.keep(model) if n not in halves] + partly
    idata, name = _sampled(job, model, list(dict.fromkeys(keep)))
    return Outcome(idata, name)


def _marginal(job: Job) -> Outcome:
    """Integrate the latents out, and sample the parameters alone."""
    names = _names(job)
    integrated, density = _integrated(job, names)
    place = _located(job, integrated, density)
    if place.is_mode:
        starts = likely(density, place.mode, place.root, _stream(job, 1))
        frame = density.framed(place.mode, place.root, starts)
    else:  # there is no mode to put the nodes at, so they go where a short run is
        integrated.about_prior(density.variables(density.start))
        run, _ = _sampled(replace(job, draws=SHORT, tune=SHORT), integrated.model, names)
        drawn = {n: _flat(run["posterior"][n]) for n in names}
        integrated.refine({n: v.mean(axis=0) for n, v in drawn.items()})
        frame = None
    idata, name = _sampled(job, integrated.model, names, frame)
    drawn = {n: _flat(idata["posterior"][n]) for n in names}
    return _with_latents(job, integrated, idata, name, drawn, {})


def _laplace(job: Job) -> Outcome:
    """Take a normal distribution at the mode, and correct it by importance weights."""
    names = _names(job)
    integrated, density = _integrated(job, names)
    place = _located(job, integrated, density)
    if not place.is_mode:
        here = density.variables(place.mode)
        _check_level(integrated, integrated.off({n: v[None] for n, v in here.items()}))
        worst = density.label(int(np.abs(place.flat[:, 0]).argmax()))
        raise ModelError(
            f"neither the data nor the prior pin down {worst}: the log-density is flat there, or "
            "rises without end; give it an informative prior, take it out of the model, or "
            "condition with method='marginal'"
        )
    count = job.chains * job.draws
    found = laplace(density, place.mode, place.root, count, _stream(job, 1))
    drawn: dict[str, Any] = {n: [] for n in names}
    for x in found.draws:
        for n, value in density.variables(x).items():
            drawn[n].append(value)
    drawn = {n: np.stack(v) for n, v in drawn.items()}
    facts = {"khat": round(found.khat, 3), "efficiency": round(found.efficiency, 3)}
    idata = _tree(job, integrated.model, drawn)
    return _with_latents(job, integrated, idata, "laplace", drawn, facts)


def _located(job: Job, integrated: Integrated, density: Unconstrained) -> Place:
    """Return where the posterior is.

    With many units the way there is found with a sample of them, which costs little.
    """
    near, whole = None, (job.model, job.evidence)
    if len(job.evidence) > 2 * SAMPLE:
        rng = _stream(job, 2)
        some = job.evidence.of(np.sort(rng.choice(len(job.evidence), SAMPLE, replace=False)))
        if integrated.takes(some):
            given = {n: some.columns[n] for n in job.equations.unit_data if n in some.columns}
            model = with_units(job.model, some.labels, given, job.unit)
            integrated.take(model, some, integrated.nodes, job.seed)
            near = located(integrated, density)
            narrower = np.sqrt(SAMPLE / len(job.evidence))
            near = replace(near, root=near.root * narrower)
            integrated.take(*whole, integrated.nodes, job.seed)
    return placed(integrated, density, near, more=job.nodes is None)


def _stream(job: Job, number: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(job.seed, spawn_key=(number,)))


def _integrated(job: Job, names: list[str]) -> tuple[Integrated, Unconstrained]:
    """Return the model without its latents and its density, compiled anew where need be."""
    if not job.equations.parameters:
        raise ModelError(
            "the model has latents and no parameter, so nothing is left once they are integrated "
            "out; condition with method='nuts'"
        )
    few = len(job.evidence) <= FEW_UNITS
    nodes = job.nodes or (NODES_OF_FEW if few else NODES)
    integrated, density = job.kept.get("integrated", (None, None))
    if integrated is not None and integrated.takes(job.evidence):
        integrated.take(job.model, job.evidence, nodes, job.seed)
        return integrated, density
    integrated = Integrated(job.model, job.evidence, job.unit, nodes, job.seed)
    density = Unconstrained(integrated.model, names, job.cores)
    integrated.check_apart(density.variables(density.start))
    job.kept["integrated"] = integrated, density
    return integrated, density


def _names(job: Job) -> list[str]:
    """Return the parameters, and what is computed from them alone."""
    computed = {v.name for v in job.model.deterministics}
    return [
        n
        for n in job.equations
        if not job.equations.has_units(n) and (n in job.equations.parameters or n in computed)
    ]


def _flat(variable: Any) -> NDArray[Any]:
    values = variable.transpose("chain", "draw", ...).to_numpy()
    return values.reshape(-1, *values.shape[2:])


def _tree(job: Job, model: pm.Model, drawn: Mapping[str, NDArray[Any]]) -> xr.DataTree:
    """Return draws as ArviZ has them."""
    from arviz_base import from_dict

    shaped = {n: v.reshape(job.chains, job.draws, *v.shape[1:]) for n, v in drawn.items()}
    dims = {n: list(d) for n, d in model.named_vars_to_dims.items() if n in drawn}
    used = {d for names in dims.values() for d in names}
    coords = {d: list(c) for d, c in model.coords.items() if c is not None and d in used}
    return from_dict({"posterior": shaped}, dims=dims, coords=coords)


def _with_latents(
    job: Job,
    integrated: Integrated,
    idata: xr.DataTree,
    name: str,
    drawn: Mapping[str, NDArray[Any]],
    facts: dict[str, Any],
) -> Outcome:
    """Return the outcome with its latents still to be recovered, and the error of quadrature."""
    off = integrated.off(drawn)
    if len(off) > 1:
        _check_level(integrated, off)
        error = float(np.std(off))
        facts["quadrature_error"] = float(f"{error:.2g}")
        if not error <= MOST_ERROR:
            warnings.warn(
                f"the integral over the latents is off by {error:.2g} in the log-density (sd over "
                f"draws; {MOST_ERROR} is tolerable); give more nodes, such as nodes="
                f"{2 * integrated.nodes}",
                ConvergenceWarning,
                stacklevel=4,
            )
    return Outcome(idata, name, facts, integrated.recovery(drawn) if integrated.lacking else None)


def _check_level(integrated: Integrated, off: NDArray[np.float64]) -> None:
    """Raise where quadrature misses much of a unit's latents, wherever the parameters are."""
    level = abs(float(np.mean(off))) / len(integrated.evidence)
    if level > MOST_LEVEL:
        raise ModelError(
            f"the integral over the latents is off by {level:.2g} in the log-density of a unit, "
            f"with {integrated.nodes} nodes ({MOST_LEVEL} is tolerable): given what is seen, they "
            "may be likely in several places, or in narrow ones; condition with method='nuts', "
            f"or give more nodes, such as nodes={2 * integrated.nodes}"
        )


METHODS: Mapping[str, Callable[[Job], Outcome]] = {
    "nuts": _nuts,
    "marginal": _marginal,
    "laplace": _laplace,
}
