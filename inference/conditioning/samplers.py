"""Samplers: whose NUTS explores the posterior of a model. Each is one function in `SAMPLERS`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, cast

import numpy as np
import pymc as pm
import xarray as xr

from ..engine.backend import gpus
from ..errors import ModelError
from ..inputs.scalars import checked_choice
from .compiled.density import compiled_density
from .interrupts import heeded

__all__ = ["SAMPLERS", "Sampler", "chosen_sampler", "sampled"]

Sampler = Literal["pymc", "nutpie", "numpyro"]


def sampled(name: str, options: Mapping[str, Any], density: Any = None) -> xr.DataTree:
    """Return what the sampler called `name` draws.

    Parameters
    ----------
    name : str
        A key of `SAMPLERS`.
    options : mapping
        As ``pm.sample`` takes them, the model among them.
    density : nutpie.compile_pymc.CompiledPyMCModel, optional
        The model's, where it is compiled already; for nutpie alone.

    Raises
    ------
    ModelError
        If the sampler cannot start.
    """
    try:
        with heeded():
            return SAMPLERS[name](dict(options), density)
    except (pm.exceptions.SamplingError, RuntimeError) as error:
        raise ModelError(
            f"the sampler {name} could not run: {str(error).splitlines()[0]}"
        ) from error


def chosen_sampler(model: pm.Model, named: str | None) -> Sampler:
    """Return the sampler named, or the one that suits the model and the machine.

    Parameters
    ----------
    model : pm.Model
    named : str or None
        A key of `SAMPLERS`.

    Raises
    ------
    QueryError
        If there is none of that name.
    """
    if named is None:
        if model.discrete_value_vars:
            return "pymc"
        return "numpyro" if gpus() else "nutpie"
    return cast("Sampler", checked_choice("sampler", named, SAMPLERS))


def _pymc(options: dict[str, Any], density: Any) -> xr.DataTree:
    # PyMC's workers fork, and a fork after JAX has started its threads can hang.
    if "jaxlib" in sys.modules:  # "jax" alone may be a stub that nothing has used
        options = options | {"cores": 1}
    if not options["model"].continuous_value_vars:  # a step that there is not takes no options
        del options["nuts"]
    return pm.sample(**options, nuts_sampler="pymc")


def _nutpie(options: dict[str, Any], density: Any) -> xr.DataTree:
    """Sample as `pm.sample` does with nutpie, but for a density that is compiled once a machine."""
    import nutpie

    model, chains, draws = options["model"], options["chains"], options["draws"]
    if model.discrete_value_vars:
        raise ModelError("nutpie has no discrete latents or parameters; use sampler='pymc'")
    if density is None:
        density = compiled_density(model, options["var_names"])
    seed = int(np.random.default_rng(options["random_seed"]).spawn(1)[0].integers(2**30))
    started = time.time()
    with _progress(chains, draws, options["progressbar"]) as progress:
        idata = nutpie.sample(
            density,
            draws=draws,
            tune=options["tune"],
            chains=chains,
            cores=options["cores"],
            seed=seed,
            save_warmup=False,
            **progress,
            **options["nuts"],
        )
    _describe(idata, model, time.time() - started)
    # Where nutpie compiled the density, the vector's own elements are among the draws.
    found = idata["posterior"].to_dataset()
    extra = [str(n) for n in found.data_vars if n not in options["var_names"]]
    if extra:
        idata["posterior"] = xr.DataTree(found.drop_vars(extra))
    return idata


def _describe(idata: xr.DataTree, model: pm.Model, seconds: float) -> None:
    """Add the model's data and the time, as PyMC does for nutpie; not where that has moved."""
    try:
        from pymc.backends.arviz import patch_nutpie_idata
    except ImportError:
        return
    patch_nutpie_idata(idata, model, sampling_time=seconds)


@contextmanager
def _progress(chains: int, draws: int, shown: bool) -> Iterator[dict[str, Any]]:
    """Give nutpie's options for PyMC's progress bars, or for its own where PyMC's have moved."""
    try:
        from pymc.progress_bar import NutpieProgressBarManager

        bars = NutpieProgressBarManager(chains, draws, progressbar=shown)
    except (ImportError, TypeError):
        yield {"progress_bar": shown}
        return
    with bars:
        yield {"progress_bar": False, "progress_callback": bars.update}


def _numpyro(options: dict[str, Any], density: Any) -> xr.DataTree:
    """Sample with chains that are compiled together, and on a CPU run each by itself.

    The first call of a process compiles, and so does one of another model, another shape of the
    data or other options; what is compiled serves data of the same shape after that.
    """
    from .compiled.jax_chains import chains

    model, tune, started = options["model"], options["tune"], time.time()
    if model.discrete_value_vars:
        raise ModelError("numpyro has no discrete latents or parameters; use sampler='pymc'")
    found = chains(
        model,
        options["var_names"],
        options["random_seed"],
        options["chains"],
        draws=options["draws"],
        tune=tune,
        target_accept=options["nuts"]["target_accept"],
    )
    dims = {n: list(d) for n, d in model.named_vars_to_dims.items() if n in found.values}
    used = {d for names in dims.values() for d in names}
    coords = {d: list(c) for d, c in model.coords.items() if c is not None and d in used}
    from arviz_base import from_dict

    groups = {"posterior": found.values, "sample_stats": found.stats}
    idata: xr.DataTree = from_dict(groups, dims=dims, coords=coords)
    idata["posterior"].attrs |= {"sampling_time": time.time() - started, "tuning_steps": tune}
    return idata


SAMPLERS: Mapping[str, Callable[[dict[str, Any], Any], xr.DataTree]] = {
    "nutpie": _nutpie,
    "pymc": _pymc,
    "numpyro": _numpyro,
}
