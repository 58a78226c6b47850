"""The posterior as the graph factorises: each block by the best method that it allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any
from zlib import crc32

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pymc.distributions.transforms import _default_transform
from pytensor.graph.replace import vectorize_graph
from pytensor.tensor import TensorVariable

from ...posterior.diagnostics import transitions
from ...posterior.flat import flat
from ...posterior.parts import Blocks, Part, facts_of
from ...scm.equations import Equations
from ..job import Job, Outcome, tree
from .conjugate import conjugate
from .factorise import Block, blocks_of
from .gibbs import gibbs
from .glm import glm
from .linear import linear
from .prior import prior
from .problem import Problem, Solution
from .softmax import softmax
from .submodel import evidence_of, submodel

__all__ = ["Solved", "ahead", "by_blocks", "left_for_later"]

Arrays = Mapping[str, NDArray[Any]]
Rngs = Sequence[np.random.Generator]
Solver = Callable[[Sequence[Problem], int, Rngs], list[Solution | None]]


def _each(solve: Callable[[Problem, int, np.random.Generator], Solution | None]) -> Solver:
    """Return what solves several problems, each by itself."""
    return lambda problems, count, rngs: [
        solve(problem, count, rng) for problem, rng in zip(problems, rngs, strict=True)
    ]


# What draws a block without a compiler, in the order in which it is tried; None if it cannot.
SOLVERS: Mapping[str, Solver] = {
    "prior": _each(prior),
    "conjugate": _each(conjugate),
    "linear": linear,
    "glm": _each(glm),
    "softmax": _each(softmax),
    "gibbs": _each(gibbs),
}


@dataclass(frozen=True, eq=False)
class Solved:
    """The draws of one block.

    Attributes
    ----------
    part : Part
        Which it is, and how it was computed.
    drawn : mapping of str to array of shape (draw, ...)
    outcome : Outcome or None
        What a sampler left besides.
    """

    part: Part
    drawn: Arrays
    outcome: Outcome | None = None


def by_blocks(job: Job, rest: Callable[[Job], Outcome]) -> Outcome:
    """Return the posterior, computed block by block.

    Parameters
    ----------
    job : Job
        Of whose blocks those are computed that hold what is `asked`; the others when they are read.
    rest : callable
        Conditions a block for which there is no closed form, as a model of its own.

    Returns
    -------
    Outcome
        Its draws are the same whichever blocks are computed first.
    """
    blocks, now = _blocks(job), _now(job)
    later, parts = left_for_later(job, rest, {n for b in now for n in b.unknowns})
    whole = len(blocks) == 1
    found = _together(job, [_solved(job, b, rest, whole) for b in now], later)
    return replace(found, blocks=replace(found.blocks, later=parts))


def ahead(jobs: Sequence[Job]) -> list[dict[Block, Solved | None]]:
    """Return the blocks that are computed now, of several jobs at once; None without closed form.

    Parameters
    ----------
    jobs : sequence of Job
        Of the same equations, for data of the same shapes; each has a seed of its own.

    Returns
    -------
    list of dict of Block to Solved or None
        What each job is to have as `solved`: the same as if it were computed by itself.
    """
    blocks = _now(jobs[0])
    found = zip(*(_closed(jobs, block) for block in blocks), strict=True)
    return [dict(zip(blocks, own, strict=True)) for own in found]


def left_for_later(
    job: Job, rest: Callable[[Job], Outcome], there: Collection[str]
) -> tuple[dict[str, Callable[[], Arrays]], dict[str, Callable[[], Part]]]:
    """Return what draws the other blocks when they are first read, and what says how.

    Parameters
    ----------
    job : Job
    rest : callable
        As `by_blocks` takes it.
    there : collection of str
        The unknowns whose blocks are there already.

    Returns
    -------
    dict of str to callable
        Makes the draws of an unknown, and of its whole block.
    dict of str to callable
        Returns the block of an unknown.
    """
    blocks = _blocks(job)
    later: dict[str, Callable[[], Arrays]] = {}
    parts: dict[str, Callable[[], Part]] = {}
    for block in blocks:
        if not set(there) & set(block.unknowns):
            make = cache(partial(_solved, job, block, rest, len(blocks) == 1))
            later |= dict.fromkeys(block.unknowns, partial(_all_draws, make))
            parts |= dict.fromkeys(block.unknowns, partial(_part_of, make))
    return later, parts


def _blocks(job: Job) -> tuple[Block, ...]:
    """Return the blocks that are computed one by one."""
    seen = frozenset(job.evidence.columns) - frozenset(job.evidence.missing)
    blocks = job.equations.once(("blocks", seen), lambda: blocks_of(job.equations, seen))
    return (_joined(blocks),) if any(b.potentials for b in blocks) else blocks


def _now(job: Job) -> tuple[Block, ...]:
    """Return the blocks that are computed before a query reads them."""
    blocks = _blocks(job)
    asked = (b for b in blocks if job.asked is None or job.asked & set(b.unknowns))
    return tuple(asked) or blocks[:1]


def _joined(blocks: Collection[Block]) -> Block:
    """Return the blocks as one: a Potential of one is no term of a model of another."""
    unknowns = [n for b in blocks for n in b.unknowns]
    seen = dict.fromkeys(n for b in blocks for n in b.seen)
    potentials = dict.fromkeys(n for b in blocks for n in b.potentials)
    return Block(tuple(unknowns), tuple(seen), tuple(potentials))


def _closed(jobs: Sequence[Job], block: Block) -> list[Solved | None]:
    """Return the draws of a block of each job by the first solver that can, or None."""
    one, found = jobs[0], list[Solved | None]([None] * len(jobs))
    for name, solve in SOLVERS.items() if _is_plain(one, block) else ():
        left = [k for k, solved in enumerate(found) if solved is None]
        if not left:
            break
        problems = [_problem(jobs[k], block) for k in left]
        rngs = [_stream(jobs[k], block) for k in left]
        for k, solution in zip(left, solve(problems, one.chains * one.draws, rngs), strict=True):
            if solution is not None:
                facts = {"khat": round(solution.khat, 3)} if solution.khat else {}
                part = Part(block.unknowns, name, chained=solution.chained, facts=facts)
                found[k] = Solved(part, solution.values)
    return found


def _problem(job: Job, block: Block) -> Problem:
    return Problem(job.model, job.equations, job.evidence, block, job.chains, job.tune)


def _solved(job: Job, block: Block, rest: Callable[[Job], Outcome], whole: bool) -> Solved:
    closed = job.solved[block] if block in job.solved else _closed([job], block)[0]
    if closed is not None:
        return closed
    if whole:
        found = rest(job)
    else:
        model = submodel(job.model, job.equations, job.evidence, block)
        equations = Equations(model, job.unit)
        found = rest(
            replace(
                job,
                model=model,
                equations=equations,
                evidence=evidence_of(equations, job.evidence),
                seed=int(_stream(job, block).integers(2**31)),
                compiled=job.compiled.block(block.name),
            )
        )
    posterior = found.idata["posterior"]
    own = [n for n in posterior.data_vars if n in block.unknowns]
    drawn = {n: flat(posterior[n]) for n in own}
    facts = {n: v for n, v in found.facts.items() if n != "efficiency"}
    chained = "efficiency" not in found.facts
    part = Part(block.unknowns, found.sampler, chained, *transitions(found.idata), facts)
    return Solved(part, drawn, found)


def _is_plain(job: Job, block: Block) -> bool:
    """Return whether the unknowns have nothing but the density of their families.

    Of one that has a column some values are seen; a transform of the user's own (``ordered``, an
    interval) keeps its variable to a part of the support. No solver knows of either.
    """
    if set(block.unknowns) & set(job.evidence.columns):
        return False
    for name in block.unknowns:
        rv = job.model[name]
        usual = _default_transform(rv.owner.op, rv)
        if type(job.model.rvs_to_transforms[rv]) is not type(usual):
            return False
    return True


def _stream(job: Job, block: Block) -> np.random.Generator:
    """Return the block's own random stream: the same whichever other blocks there are."""
    name = ",".join(sorted(block.unknowns))
    return np.random.default_rng(
        np.random.SeedSequence(job.seed, spawn_key=(crc32(name.encode()),))
    )


def _part_of(make: Callable[[], Solved]) -> Part:
    """Return how a block that was left for later was computed."""
    return make().part


def _all_draws(make: Callable[[], Solved]) -> Arrays:
    """Return all draws of a block that was left for later."""
    solved = make()
    later = solved.outcome.later if solved.outcome else {}
    found = dict(solved.drawn)
    for rest in dict.fromkeys(later.values()):
        found |= rest()
    return found


def _together(job: Job, blocks: list[Solved], later: Mapping[str, Callable[[], Arrays]]) -> Outcome:
    """Return the blocks' draws as one posterior."""
    drawn = {n: v for block in blocks for n, v in block.drawn.items()}
    drawn |= _computed(job, drawn)
    order = {n: k for k, n in enumerate(job.model.named_vars)}
    idata = tree(job, job.model, dict(sorted(drawn.items(), key=lambda item: order[item[0]])))
    sampled = [block.outcome for block in blocks if block.outcome is not None]
    stats = [o.idata["sample_stats"].to_dataset() for o in sampled if "sample_stats" in o.idata]
    if stats:
        idata["sample_stats"] = xr.DataTree(stats[0] if len(stats) == 1 else _side_by_side(stats))
    for outcome in sampled:
        later = {**later, **outcome.later}
    parts = tuple(block.part for block in blocks)
    facts = facts_of(parts)
    return Outcome(idata, facts["sampler"], facts, later=later, blocks=Blocks(parts))


def _side_by_side(stats: list[xr.Dataset]) -> xr.Dataset:
    """Return what the samplers of several blocks say alike, along a dimension ``block``."""
    first = stats[0]
    names = [n for n in first if all(n in s and s[n].sizes == first[n].sizes for s in stats)]
    plain = [s[names].drop_attrs() for s in stats]
    return xr.concat(
        plain, "block", data_vars="all", coords="minimal", compat="override", join="override"
    )


def _computed(job: Job, drawn: Arrays) -> dict[str, NDArray[Any]]:
    """Return what the model computes from the draws and has no units."""
    found = {}
    for name in job.keep(job.model):
        equation = job.equations[name]
        if equation.kind != "deterministic":
            continue
        problem = Problem(job.model, job.equations, job.evidence, Block((), (), ()))
        read = [
            n
            for n in problem.reads(equation.expression)
            if n not in job.evidence.columns or n in job.evidence.missing
        ]
        read = [n for n in read if job.equations[n].kind == "random"]
        if not set(read) <= set(drawn):
            continue
        run = problem.built(("computed", name), partial(_with_draws, problem, name, read))
        [value] = run(*(drawn[n] for n in read))
        count = job.chains * job.draws
        found[name] = np.asarray(value) if read else np.broadcast_to(value, (count, *value.shape))
    return found


def _with_draws(
    problem: Problem, name: str, read: list[str], columns: Mapping[str, TensorVariable]
) -> tuple[list[TensorVariable], list[TensorVariable]]:
    """Return what a Deterministic reads, with draws in front, and its value."""
    symbols = [problem.equations[n].symbol for n in read]
    outputs = problem.with_data([problem.equations[name].expression], read, columns)
    many = [s.type.clone(shape=(None, *s.type.shape))() for s in symbols]
    if symbols:
        outputs = vectorize_graph(outputs, dict(zip(symbols, many, strict=True)))
    return many, outputs
