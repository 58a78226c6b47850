"""Posteriors: what is known of parameters and latents once the data are in."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from ..engine.state import State
from ..errors import ConvergenceWarning, DataError, ModelError
from ..queries.answer import ask
from ..queries.base import Query
from ..scm.equations import Equations
from ..scm.evidence import Evidence
from .checksum import check_seal, seal
from .diagnostics import Diagnostics, diagnose
from .identity import check_same_model, fingerprint, import_model, locate
from .lazy_draws import Drawn

__all__ = ["Posterior"]

FORMAT = 1

Latents = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, eq=False, repr=False)
class Posterior:
    """The posterior of a model given evidence; make one with `condition`.

    Attributes
    ----------
    idata : xarray.DataTree
        ArviZ's groups: posterior, sample_stats, observed_data, constant_data.
    state : State
        What queries are asked in.
    source : str or None
        Where the model can be imported from, ``package.module:name``.
    """

    idata: xr.DataTree
    state: State
    source: str | None = None
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        chains, draws = self.state.chains
        return f"<Posterior of {chains} x {draws} draws, {self.state.units} units>"

    @classmethod
    def assembled(
        cls,
        original: pm.Model,
        model: pm.Model,
        idata: xr.DataTree,
        evidence: Evidence,
        *,
        unit: str,
        seed: int,
        coupling: dict[str, str],
        facts: Mapping[str, Any],
        latents: Latents | None = None,
    ) -> Posterior:
        """Return the posterior from what a method found; `original` is the user's own model.

        `facts` say how it was found; `latents` returns draws that are not in `idata`.
        """
        idata = idata.copy()
        idata["evidence"] = xr.DataTree(evidence.dataset(unit))
        source = locate(original)
        idata.attrs = {
            "ifonly_format": FORMAT,
            "unit": unit,
            "seed": seed,
            "sampler": facts["sampler"],
            "facts": json.dumps(dict(facts)),
            "coupling": json.dumps(coupling),
            "model": source or "",
            "fingerprint": json.dumps(fingerprint(original, unit)),
            "versions": json.dumps({p: version(p) for p in ("pymc", "pytensor", "numpy", "arviz")}),
        }
        return cls(idata, _state(model, idata, evidence, latents), source)

    @property
    def facts(self) -> dict[str, Any]:
        """How the posterior was computed: the method, and what it says of itself."""
        found: dict[str, Any] = json.loads(self.idata.attrs["facts"])
        return found

    @property
    def latents(self) -> xr.Dataset:
        """Draws of what was not seen of each unit; dims: chain, draw, unit.

        Where latents were integrated out, they are recovered when this is first read.
        """
        state = self.state
        arrays = {}
        for name in state.equations.mechanisms:
            if name in state.drawn:
                dims = [d or f"{name}_dim_{k}" for k, d in enumerate(state.equations[name].dims)]
                values = state.drawn[name]
                shaped = values.reshape(*state.chains, *values.shape[1:])
                arrays[name] = (["chain", "draw", *dims], shaped)
        coords = {state.unit: state.evidence.labels} if arrays else {}
        return xr.Dataset(arrays, coords=coords)

    @property
    def model(self) -> pm.Model:
        """The model with the evidence's units, its mechanisms observed."""
        return self.state.model

    @property
    def diagnostics(self) -> Diagnostics:
        """Whether the chains converged."""
        if "diagnostics" not in self._kept:
            self._kept["diagnostics"] = diagnose(self.idata, self.facts.get("efficiency"))
        return self._kept["diagnostics"]

    def ask(self, query: Query, backend: str | None = None) -> xr.DataArray:
        """Return the answer to `query`, one value per posterior draw.

        Parameters
        ----------
        query : Query
        backend : {"numba", "jax"}, optional
            By default JAX where there is a GPU, else numba.

        Returns
        -------
        xarray.DataArray
            Dims: chain, draw, then the query's. The attributes carry the chains' diagnostics.

        Raises
        ------
        QueryError
            If the query does not fit the model or the evidence.

        Warns
        -----
        ConvergenceWarning
            If the chains did not converge.
        """
        answer = ask(self.state, query, backend)
        answer.attrs.update(self.diagnostics.attributes())
        answer.attrs.update(self.facts)
        if not self.diagnostics.converged:
            warnings.warn(
                "this answer comes from chains that did not converge: "
                + "; ".join(self.diagnostics.problems),
                ConvergenceWarning,
                stacklevel=2,
            )
        return answer

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the posterior as netCDF, which ArviZ and xarray read; the file appears whole.

        Its last line is a checksum of all before it, so that damage is noticed on loading.

        Parameters
        ----------
        path : str or path
            Usually ends with ``.nc``; its folder exists.

        Raises
        ------
        DataError
            If it cannot be written.
        """
        target = Path(path)
        if not target.parent.is_dir():
            raise DataError(
                f"{target} cannot be written: there is no folder {target.parent}; make it first"
            )
        if target.is_dir():
            raise DataError(f"{target} is a folder; name a file, such as {target / 'posterior.nc'}")
        partial = target.with_name(f".{target.name}.part")
        try:
            self._complete().to_netcdf(partial, engine="h5netcdf")
            seal(partial)
            partial.replace(target)
        except OSError as error:
            reason = error.strerror or next(iter(str(error).splitlines()), type(error).__name__)
            raise DataError(f"{target} cannot be written: {reason}") from error
        finally:
            partial.unlink(missing_ok=True)

    def _complete(self) -> xr.DataTree:
        """Return the tree with all latents in it."""
        whole = self.idata.copy()
        posterior = self.idata["posterior"].to_dataset()
        later = {n: v for n, v in self.latents.items() if n not in posterior}
        if later:
            whole["posterior"] = xr.DataTree(posterior.assign(later))
        return whole

    @classmethod
    def load(cls, path: str | os.PathLike[str], model: pm.Model | None = None) -> Posterior:
        """Return a posterior that `save` wrote.

        Parameters
        ----------
        path : str or path
        model : pm.Model, optional
            By default the file says where to import it from. It must be the model that was
            conditioned.

        Returns
        -------
        Posterior

        Raises
        ------
        DataError
            If the file is damaged, is no saved posterior, or belongs to another model.
        ModelError
            If the model cannot be imported.
        """
        if not Path(path).is_file():
            raise DataError(
                f"{path} is a folder; name the file in it that a posterior was saved as"
                if Path(path).is_dir()
                else f"there is no file {path}"
            )
        try:
            check_seal(Path(path))
            with xr.open_datatree(path, engine="h5netcdf") as file:
                idata = file.load()
            attrs = idata.attrs
            if attrs["ifonly_format"] != FORMAT:
                raise DataError(f"{path} has format {attrs['ifonly_format']}; this reads {FORMAT}")
            unit, saved = str(attrs["unit"]), json.loads(attrs["fingerprint"])
            frame = idata["evidence"].to_dataset()
            evidence = Evidence.of_dataset(frame, unit)
        except DataError:
            raise
        except PermissionError:
            raise DataError(f"{path} cannot be read: you have no permission") from None
        except Exception as error:  # the readers below raise whatever a damaged file provokes
            raise DataError(
                f"{path} is damaged or no saved posterior ({type(error).__name__}); save it again"
            ) from error
        if model is None:
            if not attrs["model"]:
                raise ModelError(
                    f"{path} does not say where its model can be imported from; give it: "
                    "Posterior.load(path, model=...)"
                )
            model = import_model(str(attrs["model"]))
        check_same_model(model, unit, saved, str(path))
        from ..scm.observe import observe

        observed, _ = observe(model, evidence, unit)
        return cls(idata, _state(observed, idata, evidence), str(attrs["model"]) or None)


def _state(
    model: pm.Model, idata: xr.DataTree, evidence: Evidence, latents: Latents | None = None
) -> State:
    attrs = idata.attrs
    unit = str(attrs["unit"])
    posterior = idata["posterior"]
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    equations = Equations(model, unit)
    drawn: dict[str, Any] = {}
    for name, equation in equations.items():
        if equation.kind == "random" and name in posterior:
            values = posterior[name].transpose("chain", "draw", ...).to_numpy()
            drawn[name] = np.ascontiguousarray(values.reshape(-1, *values.shape[2:]))
    seen = set(evidence.columns) - set(evidence.missing)
    later = tuple(n for n in equations.mechanisms if n not in seen) if latents else ()
    return State(
        model,
        unit,
        evidence,
        MappingProxyType(drawn) if latents is None else Drawn(drawn, later, latents),
        shape,
        coupling=json.loads(attrs["coupling"]),
        seed=int(attrs["seed"]),
    )
