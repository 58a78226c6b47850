"""Conditioning: from a model and data to a posterior, by ``pm.observe`` and MCMC."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import pymc as pm
import xarray as xr

from .devices import gpus
from .equations import Equations, with_units
from .errors import ModelError, QueryError
from .evidence import Data, Evidence, read_evidence
from .interrupts import heeded
from .numeric import checked_seed, positive_whole
from .posterior import Posterior
from .structural import check_coupling

__all__ = ["SAMPLERS", "condition"]

Sampler = Literal["pymc", "nutpie", "numpyro"]


def condition(
    model: pm.Model,
    data: Data,
    *,
    method: Literal["nuts"] = "nuts",
    sampler: Sampler | None = None,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    cores: int | None = None,
    seed: int | None = None,
    progress: bool = True,
    target_accept: float = 0.8,
    coupling: Mapping[str, str] | None = None,
    unit: str = "unit",
) -> Posterior:
    """Return the posterior of a model given data.

    Parameters
    ----------
    model : pm.Model
        Left as it is.
    data : pandas.DataFrame, xarray.Dataset or mapping
        One column per observed variable, of shape (unit, ...), under the variable's name.
        Mechanisms without a column are latent and are inferred for each unit.
    method : {"nuts"}
        How the posterior is computed.
    sampler : {"pymc", "nutpie", "numpyro"}, optional
        Whose NUTS. By default NumPyro's, with vectorised chains, where there is a GPU; PyMC's
        where the model has discrete latents; else nutpie's.
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
    coupling : mapping of str to str, optional
        The coupling of discrete mechanisms by name, for all queries.
    unit : str
        Name of the unit dimension.

    Returns
    -------
    Posterior

    Raises
    ------
    DataError
        If the data do not fit the model.
    ModelError
        If there is nothing to infer, or the sampler cannot start.
    QueryError
        If an option has no meaning.

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
    if method != "nuts":
        raise QueryError(f"method is 'nuts', not {method!r}")
    draws, tune, chains = (
        positive_whole(name, count)
        for name, count in (("draws", draws), ("tune", tune), ("chains", chains))
    )
    cores = None if cores is None else positive_whole("cores", cores)
    seed = None if seed is None else checked_seed(seed)
    if not 0 < target_accept < 1:
        raise QueryError(f"target_accept is a probability between 0 and 1, not {target_accept!r}")
    evidence = read_evidence(Equations(model, unit), data)
    check_coupling(model, coupling or {})
    seed = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed
    observed, equations = observe(model, evidence, unit)
    if not observed.free_RVs:
        raise ModelError(
            "the model has no parameter and no latent to infer; use World.from_evidence"
        )
    chosen = sampler or _default_sampler(observed)
    if chosen not in SAMPLERS:
        raise QueryError(f"sampler is one of {', '.join(SAMPLERS)}, not {chosen!r}")
    keep = [v.name for v in observed.free_RVs] + [
        v.name for v in observed.deterministics if not equations.has_units(v.name)
    ]
    options = {
        "draws": draws,
        "tune": tune,
        "chains": chains,
        "cores": cores,
        "random_seed": seed,
        "progressbar": progress,
        "var_names": keep,
        "model": observed,
        "quiet": not progress,
        "compute_convergence_checks": False,
        "nuts": {"target_accept": target_accept},
    }
    try:
        with heeded():
            idata = SAMPLERS[chosen](options)
    except (pm.exceptions.SamplingError, RuntimeError) as error:
        raise ModelError(
            f"the sampler {chosen} could not run: {str(error).splitlines()[0]}"
        ) from error
    return Posterior.assembled(
        model,
        observed,
        idata,
        evidence,
        unit=unit,
        seed=seed,
        sampler=chosen,
        coupling=dict(coupling or {}),
    )


def observe(model: pm.Model, evidence: Evidence, unit: str) -> tuple[pm.Model, Equations]:
    """Return the model with the evidence's units and its mechanisms observed, by ``pm.observe``."""
    data_names = {d.name for d in model.data_vars}
    given = {n: v for n, v in evidence.columns.items() if n in data_names}
    seen = {n: v for n, v in evidence.columns.items() if n not in data_names}
    observed = pm.observe(with_units(model, evidence.labels, given, unit), seen)
    return observed, Equations(observed, unit)


def _default_sampler(model: pm.Model) -> Sampler:
    if model.discrete_value_vars:
        return "pymc"
    return "numpyro" if gpus() else "nutpie"


def _pymc(options: dict[str, Any]) -> xr.DataTree:
    # PyMC's workers fork, and a fork after JAX has started its threads can hang.
    if "jaxlib" in sys.modules:  # "jax" alone may be a stub that nothing has used
        options = options | {"cores": 1}
    return pm.sample(**options, nuts_sampler="pymc")


def _nutpie(options: dict[str, Any]) -> xr.DataTree:
    return pm.sample(**options, nuts_sampler="nutpie", backend="numba")


def _numpyro(options: dict[str, Any]) -> xr.DataTree:
    # PyMC asks XLA for a hundred host devices when this is first imported; nobody else wants them.
    flags = os.environ.get("XLA_FLAGS")
    import pymc.sampling.jax  # noqa: F401

    if flags is None:
        os.environ.pop("XLA_FLAGS", None)
    else:
        os.environ["XLA_FLAGS"] = flags
    nuts = options["nuts"] | {"chain_method": "vectorized"}
    return pm.sample(**(options | {"nuts": nuts}), nuts_sampler="numpyro")


SAMPLERS: Mapping[str, Callable[[dict[str, Any]], xr.DataTree]] = {
    "nutpie": _nutpie,
    "pymc": _pymc,
    "numpyro": _numpyro,
}
