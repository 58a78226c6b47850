"""Methods: how a posterior is computed. Each is one function in `METHODS`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ..errors import ConvergenceWarning, ModelError
from ..posterior.flat import flat
from ..scm.equations import with_units
from .blocks.auto import by_blocks
from .exact import are_finite, enumerated
from .job import Job, Outcome, tree
from .latents.integrated import Integrated, integrated
from .latents.lacking import lacking, recover
from .latents.laplace import laplace, likely
from .latents.missing import completed
from .latents.moved import about_prior, error, refined
from .latents.nodes import Nodes
from .latents.placement import Place, located, placed
from .samplers import chosen_sampler, sampled
from .starts import apart
from .thorough import thorough

__all__ = ["METHODS", "Job", "Method", "Outcome", "rest"]

Method = Literal["auto", "nuts", "marginal", "laplace"]
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


def _sampled(
    job: Job, name: str, model: pm.Model, keep: list[str], density: Any = None
) -> xr.DataTree:
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
    if name == "pymc" and model.discrete_value_vars:
        options["initvals"] = apart(model, job.unit, job.chains, job.stream(3))
    return sampled(name, options, density)


def _nuts(job: Job) -> Outcome:
    """Sample parameters and latents together, and answer exactly what is finite."""
    discrete = job.model.discrete_value_vars
    if discrete and job.sampler != "pymc":
        if len(discrete) < len(job.model.free_RVs):
            if (found := _summed(job)) is not None:
                return found
        elif are_finite(job):
            return enumerated(job)
    model = completed(job.model, job.evidence) if job.evidence.missing else job.model
    partly = [n for n in job.evidence.missing if n in model.named_vars]
    halves = [v.name for v in model.free_RVs if v.name not in job.equations]
    keep = [n for n in job.keep(model) if n not in halves] + partly
    keep = list(dict.fromkeys(keep))
    name = chosen_sampler(model, job.sampler)
    density = None
    if name == "nutpie" and not model.discrete_value_vars:
        density = job.compiled.joint_density(model, keep, job.evidence)
    return Outcome(_sampled(job, name, model, keep, density), name)


def _marginal(job: Job) -> Outcome:
    """Integrate the latents out, and sample the parameters alone."""
    integrated, nodes = _integrated(job)
    place = _place(job, integrated, nodes)
    name, frame = chosen_sampler(integrated.model, job.sampler), None
    if place.is_mode:
        nodes = place.nodes
        density = integrated.at(nodes)
        starts = likely(density, place.mode, place.root, job.stream(1))
        frame = density.framed(place.mode, place.root, starts)
    else:  # there is no mode to put the nodes at, so they go where a short run is
        start = integrated.density.variables(integrated.density.start)
        nodes = about_prior(integrated, place.nodes, start)
        short = replace(job, draws=SHORT, tune=SHORT)
        drawn = _drawn(_of_parameters(short, name, integrated, nodes), integrated)
        nodes = refined(integrated, nodes, {n: v.mean(axis=0) for n, v in drawn.items()})

    def draw(job: Job) -> xr.DataTree:
        return _of_parameters(job, name, integrated, nodes, frame)

    idata = draw(job) if integrated.parts else thorough(job, draw)
    return _with_latents(job, integrated, nodes, idata, name, _drawn(idata, integrated), {})


def _summed(job: Job) -> Outcome | None:
    """Sum finite latents out, exactly; None where that is not all that is discrete, or cannot be.

    Chains that change one discrete value at a time can be stuck where two must change together.
    """
    equations = job.equations
    unknown = [n for n in equations.mechanisms if job.model[n] in job.model.free_RVs]
    if not equations.parameters or any(_is_whole(job, n) for n in equations.parameters):
        return None
    seen = [n for n in equations.mechanisms if n in job.evidence.columns]
    needed = equations.ancestors(seen) & set(unknown)
    if any(np.dtype(equations[n].expression.dtype).kind == "f" for n in needed):
        return None
    try:
        integrated, nodes = _integrated(job)
    except ModelError:  # more values than are looked at, or units that depend on each other
        return None
    name = chosen_sampler(integrated.model, job.sampler)
    idata = _of_parameters(job, name, integrated, nodes)
    latents = recover(integrated, nodes, _drawn(idata, integrated), job.chains * job.draws)
    found = tree(job, job.model, latents)["posterior"].to_dataset()
    idata["posterior"] = xr.DataTree(idata["posterior"].to_dataset().assign(found.data_vars))
    return Outcome(idata, name, {"summed_out": ", ".join(sorted(integrated.latents))})


def _of_parameters(
    job: Job, name: str, integrated: Integrated, nodes: Nodes, frame: Any = None
) -> xr.DataTree:
    """Return draws of the parameters alone, by the sampler called `name`."""
    keep = list(integrated.density.names)
    if name != "nutpie":
        return _sampled(job, name, integrated.model_at(nodes), keep)
    density = integrated.at(nodes).compiled if frame is None else frame
    return _sampled(job, name, integrated.model, keep, density)


def _laplace(job: Job) -> Outcome:
    """Take a normal distribution at the mode, and correct it by importance weights."""
    integrated, nodes = _integrated(job)
    place = _place(job, integrated, nodes)
    density = integrated.at(place.nodes)
    if not place.is_mode:
        here = {n: v[None] for n, v in density.variables(place.mode).items()}
        _check_level(place.nodes, error(integrated, place.nodes, here))
        worst = density.label(int(np.abs(place.flat[:, 0]).argmax()))
        raise ModelError(
            f"neither the data nor the prior pin down {worst}: the log-density is flat there, or "
            "rises without end; give it an informative prior, take it out of the model, or "
            "condition with method='marginal'"
        )
    count = job.chains * job.draws
    found = laplace(density, place.mode, place.root, count, job.stream(1))
    drawn = density.variables_of_many(found.draws)
    facts = {"khat": round(found.khat, 3), "efficiency": round(found.efficiency, 3)}
    idata = tree(job, integrated.model, drawn)
    return _with_latents(job, integrated, place.nodes, idata, "laplace", drawn, facts)


def _place(job: Job, integrated: Integrated, nodes: Nodes) -> Place:
    """Return where the posterior is.

    With many units the way there is found with a sample of them, which costs little.
    """
    near = None
    if len(job.evidence) > 2 * SAMPLE:
        rng = job.stream(2)
        some = job.evidence.of(np.sort(rng.choice(len(job.evidence), SAMPLE, replace=False)))
        if integrated.takes(some):
            given = {n: some.columns[n] for n in job.equations.unit_data if n in some.columns}
            model = with_units(job.model, some.labels, given, job.unit)
            near = located(integrated, integrated.nodes(model, some, nodes.count, job.seed))
            narrower = np.sqrt(SAMPLE / len(job.evidence))
            near = replace(near, root=near.root * narrower)
    return placed(integrated, nodes, near, more=job.nodes is None)


def _integrated(job: Job) -> tuple[Integrated, Nodes]:
    """Return the model without its latents, compiled where need be, and nodes to begin with."""
    if not job.equations.parameters:
        raise ModelError(
            "the model has latents and no parameter, so nothing is left once they are integrated "
            "out; condition with method='nuts'"
        )
    if whole := [n for n in job.equations.parameters if _is_whole(job, n)]:
        raise ModelError(
            f"the parameters {', '.join(whole)} are whole numbers, beside which latents cannot be "
            "integrated out; condition with method='nuts'"
        )
    few = len(job.evidence) <= FEW_UNITS
    count = job.nodes or (NODES_OF_FEW if few else NODES)
    names, exact = job.single, job.nodes is None
    found = job.compiled.integrated(
        job.equations,
        job.evidence,
        names,
        lambda: integrated(job.model, job.evidence, job.unit, names, job.seed, job.cores, exact),
        exact,
    )
    return found, found.nodes(job.model, job.evidence, count, job.seed)


def _is_whole(job: Job, name: str) -> bool:
    return np.dtype(job.equations[name].expression.dtype).kind in "iub"


def _drawn(idata: xr.DataTree, integrated: Integrated) -> dict[str, NDArray[Any]]:
    """Return the draws of the parameters, of shape (chain * draw, ...)."""
    return {n: flat(idata["posterior"][n]) for n in integrated.density.names}


def _with_latents(
    job: Job,
    integrated: Integrated,
    nodes: Nodes,
    idata: xr.DataTree,
    name: str,
    drawn: Mapping[str, NDArray[Any]],
    facts: dict[str, Any],
) -> Outcome:
    """Return the outcome with its latents still to be recovered, and the error of quadrature."""
    off = error(integrated, nodes, drawn)
    if len(off) > 1:
        _check_level(nodes, off)
        spread = float(np.std(off))
        facts["quadrature_error"] = float(f"{spread:.2g}")
        if not spread <= MOST_ERROR:
            warnings.warn(
                f"the integral over the latents is off by {spread:.2g} in the log-density (sd over "
                f"draws; {MOST_ERROR} is tolerable); give more nodes, such as nodes="
                f"{2 * nodes.count}",
                ConvergenceWarning,
                stacklevel=4,
            )
    lacks = lacking(job.equations, job.evidence)
    make = partial(recover, integrated, nodes, drawn, job.chains * job.draws)
    return Outcome(idata, name, facts, dict.fromkeys(lacks, make))


def _check_level(nodes: Nodes, off: NDArray[np.float64]) -> None:
    """Raise where quadrature misses much of a unit's latents, wherever the parameters are."""
    level = abs(float(np.mean(off))) / len(nodes.evidence) if len(off) else 0.0
    if level > MOST_LEVEL:
        raise ModelError(
            f"the integral over the latents is off by {level:.2g} in the log-density of a unit, "
            f"with {nodes.count} nodes ({MOST_LEVEL} is tolerable): given what is seen, they "
            "may be likely in several places, or in narrow ones; condition with method='nuts', "
            f"or give more nodes, such as nodes={2 * nodes.count}"
        )


def rest(job: Job) -> Outcome:
    """Condition what has no closed form: latents are integrated out where that can be done."""
    if lacking(job.equations, job.evidence):
        try:
            return _marginal(job)
        except ModelError:  # more latents than can be, or units that depend on each other
            pass
    return _nuts(job)


METHODS: Mapping[str, Callable[[Job], Outcome]] = {
    "auto": partial(by_blocks, rest=rest),
    "nuts": _nuts,
    "marginal": _marginal,
    "laplace": _laplace,
}
