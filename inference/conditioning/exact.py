"""Finite unknowns, answered exactly: by enumeration, or summed out before anything is sampled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.mode import Mode
from pytensor.graph.basic import Variable
from scipy.special import logsumexp

from ..errors import DataError, ModelError
from ..families.form import family_name, structural_form
from ..scm.equations import Equations
from ..scm.evidence import Evidence
from ..scm.known import Known
from .job import Job, Outcome, tree
from .latents.integrated import without_latents
from .latents.lacking import recover
from .latents.missing import completed
from .latents.moved import joint_of

__all__ = ["are_finite", "enumerated"]

Array = NDArray[Any]
# Joint values of the unknowns, beyond each unit's own, that are looked at one by one.
MOST_JOINT = 2**14
# Those of one unit, where units are independent, and of all units together.
MOST_OF_UNIT, MOST_IN_ALL = 2**12, 2**23
# It runs a few thousand times at most, for which compiling would not pay.
MODE = Mode(linker="py", optimizer="fast_run")


def enumerated(job: Job) -> Outcome:
    """Return independent, exact draws, where all that is unknown is discrete and finite.

    Units that are independent given the parameters are enumerated one by one, for each joint value
    of the parameters; others together.

    Parameters
    ----------
    job : Job

    Raises
    ------
    ModelError
        If there are too many joint values, or a family has not finitely many.
    DataError
        If the data are impossible whatever the unknowns are.
    """
    try:
        most = min(MOST_OF_UNIT, MOST_IN_ALL // len(job.evidence))
        without = without_latents(job.model, job.evidence, job.unit, job.seed, most)
    except ModelError as reason:
        return _together(job, reason)
    nodes = without.nodes(job.model, job.evidence, 1, job.seed)
    count = job.chains * job.draws
    drawn: dict[str, Array] = {}
    if job.equations.parameters:
        model = without.model_at(nodes)
        found = _posterior(model, _values(job, job.equations.parameters), "the parameters")
        drawn = found.drawn(model, job.single, count, job.stream(1))
    else:
        for part, grid in zip(without.parts, nodes.grids, strict=True):
            values, weights = grid.quadrature(nodes.count)
            mass = joint_of(part, nodes)({}, values) + weights
            possible = np.isfinite(mass).any(axis=0)
            if not possible.all():
                raise _impossible(job, nodes.blocks[part.index].rows[~possible][0])
    drawn |= recover(without, nodes, drawn, count)
    return _outcome(job, drawn)


def are_finite(job: Job) -> bool:
    """Return whether everything unknown has finitely many values, which are known.

    Parameters
    ----------
    job : Job
    """
    try:
        _values(job, [v.name for v in job.model.free_RVs])
    except ModelError:
        return False
    return True


def _together(job: Job, reason: ModelError) -> Outcome:
    """Return exact draws of all unknowns at once, where units depend on each other."""
    model = completed(job.model, job.evidence) if job.evidence.missing else job.model
    names = [v.name for v in model.free_RVs]
    sources = [n.removesuffix("_missing") if n not in job.equations else n for n in names]
    found = _posterior(
        model,
        {
            n: finite_values(job.equations, source, job.evidence)
            for n, source in zip(names, sources, strict=True)
        },
        f"the unknowns together ({reason})",
    )
    keep = [*job.keep(model), *(n for n in job.evidence.missing if n in model.named_vars)]
    keep = [n for n in dict.fromkeys(keep) if n in job.equations]
    return _outcome(job, found.drawn(model, keep, job.chains * job.draws, job.stream(1)))


def _outcome(job: Job, drawn: Mapping[str, Array]) -> Outcome:
    facts = {"method": "enumeration", "efficiency": 1.0}
    return Outcome(tree(job, job.model, drawn), "enumeration", facts)


def _impossible(job: Job, row: int) -> DataError:
    label = job.evidence.labels.tolist()[row]
    return DataError(
        f"what is seen of unit {label!r} is impossible under the model, "
        "whatever the unknowns are; look at the data, or at equations that allow no exception"
    )


@dataclass(frozen=True, eq=False)
class _Posterior:
    """The joint values of some variables, and the probability of each."""

    values: list[dict[str, Array]]
    probability: NDArray[np.float64]

    def drawn(
        self, model: pm.Model, names: list[str], count: int, rng: np.random.Generator
    ) -> dict[str, Array]:
        """Return `count` independent draws of variables of `model`."""
        picks = rng.choice(len(self.values), count, p=self.probability)
        used, at = np.unique(picks, return_inverse=True)
        back = _function(model, model.replace_rvs_by_values([model[n] for n in names]))
        rows = [back(self.values[k]) for k in used]
        return {n: np.stack([row[j] for row in rows])[at] for j, n in enumerate(names)}


def _posterior(model: pm.Model, values: Mapping[str, Array], what: str) -> _Posterior:
    """Return the posterior of a model's free variables over all their joint values."""
    shapes = {n: v.shape for n, v in model.initial_point(0).items()}
    sizes = {n: prod(s) for n, s in shapes.items()}
    total = prod(len(values[n]) ** size for n, size in sizes.items())
    if total > MOST_JOINT:
        raise ModelError(
            f"{what} have {total:,} joint values; at most {MOST_JOINT:,} can be enumerated: see "
            "more of the variables, or sample them with sampler='pymc' and heed its diagnostics"
        )
    each = [product(values[n], repeat=size) for n, size in sizes.items()]
    rows = [
        {n: np.array(v, dtype=np.int64).reshape(shapes[n]) for n, v in zip(sizes, row, strict=True)}
        for row in product(*map(list, each))
    ]
    density = _function(model, [model.logp(jacobian=False)])
    weights = np.array([float(density(row)[0]) for row in rows])
    weights = np.where(np.isnan(weights), -np.inf, weights)
    if not np.isfinite(weights).any():
        raise DataError(
            "the data are impossible under the model, whatever the unknowns are; look at the data, "
            "or at equations that allow no exception"
        )
    return _Posterior(rows, np.exp(weights - logsumexp(weights)))


def _function(
    model: pm.Model, outputs: list[Variable]
) -> Callable[[Mapping[str, Array]], list[Array]]:
    inputs = model.value_vars
    function = pytensor.function(inputs, outputs, mode=MODE, on_unused_input="ignore")
    return lambda row: function(*(np.asarray(row[v.name], dtype=v.dtype) for v in inputs))


def _values(job: Job, names: Sequence[str]) -> dict[str, Array]:
    return {n: finite_values(job.equations, n, job.evidence) for n in names}


def finite_values(equations: Equations, name: str, evidence: Evidence) -> Array:
    """Return all values that a discrete variable can take.

    Parameters
    ----------
    equations : Equations
    name : str
    evidence : Evidence
        On which its bounds may depend.

    Raises
    ------
    ModelError
        If they are not finitely many, or depend on what is unknown.
    """
    rv = equations[name].expression
    form = structural_form.of(rv)
    seen = {n: v for n, v in evidence.columns.items() if n not in evidence.missing}
    known = Known(equations, seen, len(evidence))
    bounds = form.bounds(*form.parameters(rv))
    ends = known.evaluated(*(None if b is None else pt.as_tensor(b) for b in bounds))
    low, high = ends
    if np.dtype(rv.dtype).kind == "f" or low is None or high is None:
        raise ModelError(
            f"{name!r} ({family_name(rv)}) has no known, finite set of values, so it cannot be "
            "enumerated"
        )
    return np.arange(int(np.min(low)), int(np.max(high)) + 1)
