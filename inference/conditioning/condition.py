"""Conditioning: from a model and data to a posterior, by ``pm.observe`` and MCMC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm

from ..errors import QueryError
from ..inputs.arrays import shown
from ..inputs.pieces import in_pieces
from ..inputs.scalars import (
    checked_choice,
    checked_probability,
    checked_seed,
    listed,
    positive_whole,
)
from ..posterior.posterior import Posterior
from ..queries.answer import reads
from ..queries.base import Query
from ..scm.equations import Equations
from ..scm.evidence import Data, Evidence
from ..scm.named_columns import check_spelling, tell_unread
from ..scm.observe import observe
from ..scm.structural import checked_coupling
from ..scm.written import Written, as_written
from ..symbolic.notes import without_notes
from .assumptions import warn_of_assumptions, warn_of_refusals
from .methods import METHODS, Job, Method
from .prepared import Prepared
from .rehearsal import check_unknowns, rehearsed
from .samplers import SAMPLERS, Sampler

__all__ = ["condition", "conditioned"]


def condition(
    model: pm.Model | Prepared,
    data: Data | None = None,
    *,
    method: Method | None = None,
    sampler: Sampler | None = None,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    cores: int | None = None,
    seed: int | None = None,
    progress: bool = True,
    target_accept: float = 0.8,
    nodes: int | None = None,
    coupling: Mapping[str, str] | None = None,
    asked: Sequence[Query] | None = None,
    unit: str = "unit",
) -> Posterior:
    """Return the posterior of a model given data.

    Parameters
    ----------
    model : pm.Model or Prepared
        Left as it is. A `Prepared` one is compiled once for one data set after another.
    data : pandas.DataFrame, xarray.Dataset, mapping or path, optional
        One column per observed variable, of shape (unit, ...), under the variable's name. What the
        model itself observes (``observed=``) needs none. Or where they are: the path of a file of
        Parquet or Arrow, of a folder of them, or with wildcards, a ``pyarrow.dataset``, a Dask
        DataFrame; of these only the model's columns are read, batch by batch, and those by which
        the queries in `asked` group and select units (by name; what a function reads has to be a
        variable). Columns of more than a million numbers lie in a temporary file (in ``TMPDIR``)
        while the posterior is there: what nobody reads of them takes no memory.
        Mechanisms without a column are latent and are inferred for each unit, and so is a missing
        value (NaN) of a column.
    method : {"auto", "nuts", "marginal", "laplace"}, optional
        How the posterior is computed. ``"auto"`` divides it into blocks, as the graph factorises,
        and computes each by the best method that its structure allows: conjugate pairs, and linear
        and generalised linear mechanisms with Gaussian weights, by independent draws without a
        compiler; linear mechanisms whose weights are scale mixtures (horseshoes) by blocked Gibbs
        sampling; others by NUTS, their latents integrated out where that can be.
        ``"nuts"`` samples parameters and latents together; latents with finitely many values are
        summed out before that, and recovered, where units are independent. Where all that is
        unknown is discrete and finite, it is enumerated instead, and draws are independent and
        exact.
        ``"marginal"`` integrates each unit's latents out (in closed form where they are normal and
        enter normal mechanisms linearly; else adaptive quadrature, and sums over finite sets),
        samples the parameters alone, and recovers the latents for each draw.
        ``"laplace"`` does so with a normal distribution at the mode, corrected by Pareto-smoothed
        importance weights: for many units. By default ``"auto"``, or ``"nuts"`` where a sampler is
        named.
    sampler : {"pymc", "nutpie", "numpyro"}, optional
        Whose NUTS. By default NumPyro's, with vectorised chains, where there is a GPU; PyMC's
        where discrete latents cannot be summed out; else nutpie's. With ``"pymc"`` nothing is
        summed out or enumerated. With ``"numpyro"`` the first call of a process compiles, some 15
        s for a model of ten mechanisms, and so does another model, another number of units, draws
        or tuning steps; other data of the same shape do not. On a CPU its chains are slow: it is
        for GPUs.
    draws, tune, chains : int
        Draws kept and tuning steps of each chain; number of chains.
    cores : int, optional
        Processes or threads; by default as many as chains and the machine allow.
    seed : int, optional
        By default a fresh one is taken, which the posterior and its answers carry.
    progress : bool
        Whether to show progress bars.
    target_accept : float
        Acceptance probability that tuning aims at; raise it towards 1 where chains diverge.
    nodes : int, optional
        Quadrature nodes along each latent; by default as many as it takes, at least 5, and none
        where the integral has a closed form.
    coupling : mapping of str to str, optional
        The coupling of discrete mechanisms by name, for all queries.
    asked : sequence of Query, optional
        With ``method="auto"``: only the blocks that these read are computed now, the others when a
        query first reads them. The draws are the same either way.
    unit : str
        Name of the unit dimension. Where the model has none called "unit", it is the first
        dimension of the observed variables, or their first axis where they have no dims.

    Returns
    -------
    Posterior

    Raises
    ------
    DataError
        If the data do not fit the model, or are impossible under it.
    ModelError
        If there is nothing to infer, the sampler cannot start, latents cannot be integrated out, or
        the posterior is not what the method can describe.
    QueryError
        If an option has no meaning.

    Warns
    -----
    AssumptionWarning
        If nothing that is seen identifies a latent, the instruments that an effect leans on are
        weak, or a logistic mechanism is separated.
    ConvergenceWarning
        If the integral over latents is too rough.
    QueryWarning
        If a mechanism's family has no structural form, so that some queries will be refused.

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     mean = pm.Normal("mean")
    ...     y = pm.Normal("y", mean, 1, dims="unit")
    >>> posterior = condition(model, {"y": [1.0, 2.0]}, draws=50, tune=50, seed=1, progress=False)
    >>> posterior.idata["posterior"].sizes["draw"]
    50
    """
    if sampler is not None:
        checked_choice("sampler", sampler, SAMPLERS)
    if method is None:
        method = "auto" if sampler is None else "nuts"
    checked_choice("method", method, METHODS)
    draws, tune, chains = (
        positive_whole(name, count)
        for name, count in (("draws", draws), ("tune", tune), ("chains", chains))
    )
    cores = None if cores is None else positive_whole("cores", cores)
    seed = None if seed is None else checked_seed(seed)
    nodes = None if nodes is None else positive_whole("nodes", nodes)
    target_accept = checked_probability("target_accept", target_accept)
    asked = None if asked is None else _checked_queries(asked)
    if asked is not None and method != "auto":
        raise QueryError(f"asked goes with method='auto'; {method!r} computes all at once")
    if (pieces := in_pieces(data)) is not None:
        own = model.model if isinstance(model, Prepared) else model
        by_name = frozenset[str]().union(*(query.named_columns for query in asked or ()))
        check_spelling(by_name, pieces.names, own)
        data = pieces.columns(by_name.union(getattr(own, "named_vars", ())))
    if isinstance(model, Prepared):
        prepared, written = model, model.written(unit)
    else:
        with without_notes():
            written = as_written(model, unit, data)
        prepared = Prepared(written.model)
    if pieces is not None:
        tell_unread(pieces.names, list(data or ()), written.equations)
    evidence = written.evidence(data, allow_missing=True, held=pieces is not None)
    coupled = checked_coupling(prepared.model, coupling)
    return conditioned(
        written,
        evidence,
        method,
        coupling=coupled,
        compiled=prepared.compiled,
        seed=int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed,
        sampler=sampler,
        draws=draws,
        tune=tune,
        chains=chains,
        cores=cores,
        progress=progress,
        target_accept=target_accept,
        nodes=nodes,
        queries=asked,
    )


def conditioned(
    written: Written,
    evidence: Evidence,
    method: Method,
    *,
    coupling: Mapping[str, str],
    warn: bool = True,
    observed: tuple[pm.Model, Equations] | None = None,
    queries: Sequence[Query] | None = None,
    asked: frozenset[str] | None = None,
    **options: Any,
) -> Posterior:
    """Return the posterior of a model given evidence; the other options are fields of `Job`.

    Parameters
    ----------
    written : Written
    evidence : Evidence
    method : str
    coupling : mapping of str to str
    warn : bool
        Whether to warn of assumptions that do not hold.
    observed : tuple of pm.Model and Equations, optional
        The model observed, where `Prepared` has it.
    queries : sequence of Query, optional
        Only the blocks that these read are computed now.
    asked : frozenset of str, optional
        The unknowns that are needed now, where that is known already.
    """
    with without_notes():
        model, equations = observed or observe(written.model, evidence, written.unit)
    if warn:
        warn_of_refusals(equations)
        warn_of_assumptions(model, equations, evidence)
    check_unknowns(model)
    if asked is None and queries is not None:
        with without_notes():
            state = rehearsed(equations, evidence, coupling)
        asked = frozenset[str]().union(*(reads(state, q) for q in queries))
    job = Job(model, equations, evidence, written.unit, asked=asked, **options)
    with without_notes():
        found = METHODS[method](job)
    return Posterior.assembled(
        written.equations,
        equations,
        found.idata,
        evidence,
        seed=job.seed,
        coupling=dict(coupling),
        facts={"method": method, "sampler": found.sampler, **found.facts},
        later=found.later,
        blocks=found.blocks,
        options=job.options,
    )


def _checked_queries(asked: Any) -> tuple[Query, ...]:
    queries = listed(asked)
    if queries is None or not all(isinstance(query, Query) for query in queries):
        raise QueryError(f"asked is a list of queries such as ATE(...), not {shown(asked)}")
    return tuple(queries)
