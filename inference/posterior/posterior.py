"""Posteriors: what is known of parameters and latents once the data are in."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from ..engine.state import State
from ..errors import ConvergenceWarning, DataError, IfonlyError, ModelError
from ..inputs.scalars import checked_seed
from ..queries.answer import DRAWS, ask
from ..queries.base import Query
from ..queries.stated import versions
from ..scm.equations import Equations
from ..scm.evidence import Data, Evidence
from ..scm.structural import checked_coupling
from ..scm.written import as_written
from . import stored
from .beside import GROUP, beside_dataset
from .diagnostics import Diagnostics, diagnose
from .flat import flat
from .identity import check_same_model, fingerprint, locate, named_model
from .lazy_draws import Drawn, is_made
from .own_fit import own_fit
from .parts import Blocks, Part, as_text, facts_of, from_text, left_out, together
from .possible import check_possible

__all__ = ["Posterior"]

Later = Mapping[str, Callable[[], Mapping[str, Any]]]


@dataclass(frozen=True, eq=False, repr=False)
class Posterior:
    """The posterior of a model given evidence; make one with `condition`, or `from_idata`.

    Attributes
    ----------
    idata : xarray.DataTree
        ArviZ's groups: posterior, sample_stats, observed_data, constant_data.
    state : State
        What queries are asked in.
    blocks : Blocks
        What it was computed by, one by one; none if all at once.
    original : pm.Model, optional
        The user's own model, which nothing is observed in.
    """

    idata: xr.DataTree
    state: State
    blocks: Blocks = field(default_factory=Blocks)
    original: pm.Model | None = None

    def __repr__(self) -> str:
        chains, draws = self.state.chains
        return f"<Posterior of {chains} x {draws} draws, {self.state.units} units>"

    @classmethod
    def assembled(
        cls,
        original: Equations,
        observed: Equations,
        idata: xr.DataTree,
        evidence: Evidence,
        *,
        seed: int,
        coupling: dict[str, str],
        facts: Mapping[str, Any],
        later: Later = MappingProxyType({}),
        blocks: Blocks | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Posterior:
        """Return the posterior from what a method found; `original` is the user's own model.

        `facts` say how it was found; `later` makes draws that are not in `idata`, by name.

        Parameters
        ----------
        original : Equations
        observed : Equations
        idata : xr.DataTree
            Becomes the posterior's own: the evidence joins it.
        evidence : Evidence
        seed : int
        coupling : mapping of str to str
        facts : mapping of str to object
        later : Later
        blocks : Blocks, optional
        options : mapping of str to object, optional
            What the draws of a block depend on, for those that are computed later.
        """
        unit = observed.unit
        given = tuple(evidence.columns)
        same = original.once(("fingerprint", given), lambda: fingerprint(original, given))
        idata["evidence"] = xr.DataTree(evidence.dataset(unit))
        if evidence.beside or evidence.levels:
            idata[GROUP] = xr.DataTree(beside_dataset(evidence, unit))
        idata.attrs = {
            "ifonly_format": stored.FORMAT,
            "unit": unit,
            "seed": seed,
            "sampler": facts["sampler"],
            "facts": json.dumps(dict(facts)),
            "coupling": json.dumps(coupling),
            "fingerprint": json.dumps(same),
            "versions": versions("arviz"),
        }
        blocks = blocks or Blocks()
        if blocks.now:
            idata.attrs["blocks"] = as_text(blocks.now)
            idata.attrs["options"] = json.dumps(options)
        return cls(idata, _state(observed, idata, evidence, later), blocks, original.model)

    @cached_property
    def source(self) -> str | None:
        """Where the model can be imported from, ``package.module:name``."""
        said = str(self.idata.attrs.get("model", ""))  # by the file that it was loaded from
        return said or (None if self.original is None else locate(self.original))

    @classmethod
    def from_idata(
        cls,
        model: pm.Model,
        idata: Any,
        data: Data | None = None,
        *,
        seed: int | None = None,
        coupling: Mapping[str, str] | None = None,
        unit: str = "unit",
    ) -> Posterior:
        """Return the posterior that a fit of one's own holds, whoever sampled it.

        Draws are matched to the model's parameters and latents by name, dims and labels. A
        parameter that the fit dropped is solved for where a Deterministic of it was kept. One line
        to the logger ``ifonly`` says what the fit has that the model has not, and which latents it
        lacks.

        Parameters
        ----------
        model : pm.Model or bambi.Model
            The one that was sampled. In one of bambi the columns of the formula can be set, and a
            coefficient with the name of its column is called ``b_<name>``.
        idata : xarray.DataTree, xarray.Dataset, or path
            What ``pm.sample`` returned, its posterior alone, or the netCDF file or Zarr store of
            it.
        data : DataFrame, Dataset or mapping, optional
            The columns that were observed; what the model observes itself needs none.
        seed : int, optional
            Of the noise that queries draw; by default a fresh one.
        coupling : mapping of str to str, optional
            The coupling of discrete mechanisms by name, for all queries.
        unit : str
            Name of the unit dimension, as in `condition`.

        Returns
        -------
        Posterior

        Raises
        ------
        DataError
            If the fit lacks a parameter, has one of another shape or outside its support, or is of
            another model or of other data, which are impossible under one of its draws.

        Examples
        --------
        >>> import numpy as np
        >>> with pm.Model() as model:
        ...     y = pm.Normal("y", pm.Normal("mean"), 1, observed=[1.0, 2.0])
        >>> draws = xr.Dataset({"mean": (("chain", "draw"), np.ones((1, 4)))})
        >>> Posterior.from_idata(model, draws, seed=1)
        <Posterior of 1 x 4 draws, 2 units>
        """
        fresh = int(np.random.SeedSequence().generate_state(1)[0])
        seed = fresh if seed is None else checked_seed(seed)
        found = own_fit(model, idata, data, unit)
        coupled = checked_coupling(found.original.model, coupling)
        facts = {"method": "own fit", "sampler": found.sampler}
        parts = found.original, found.observed, found.idata, found.evidence
        posterior = cls.assembled(*parts, seed=seed, coupling=coupled, facts=facts)
        check_possible(posterior.state)
        return posterior

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
        return self._dataset(self.state.equations.mechanisms)

    def _dataset(self, names: Iterable[str]) -> xr.Dataset:
        """Return the draws of those variables of `names` that have any."""
        state = self.state
        arrays = {}
        for name in names:
            if name in state.drawn:
                dims = [d or f"{name}_dim_{k}" for k, d in enumerate(state.equations[name].dims)]
                values = state.drawn[name]
                shaped = values.reshape(*state.chains, *values.shape[1:])
                arrays[name] = ([*DRAWS, *dims], shaped)
        if not arrays:
            return xr.Dataset()
        labels: dict[str, Any] = {d: np.arange(n) for d, n in zip(DRAWS, state.chains, strict=True)}
        for name in arrays:
            held = state.model.coords
            labels |= {d: list(held[d]) for d in arrays[name][0] if held.get(d) is not None}
        return xr.Dataset(arrays, coords={**labels, state.unit: state.evidence.labels})

    @property
    def model(self) -> pm.Model:
        """The model with the evidence's units, its mechanisms observed."""
        return self.state.model

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Whether the chains converged."""
        if self.blocks.now:
            return self._figures(self.blocks.now)
        return diagnose(self.idata, self.facts.get("efficiency"))

    def _figures(self, parts: Sequence[Part]) -> Diagnostics:
        """Return the worst figures of some blocks."""
        drawn = self.state.drawn
        draws = [{n: drawn[n] for n in p.unknowns if is_made(drawn, n)} for p in parts]
        return together(parts, draws, self.state.chains)

    def ask(self, query: Query, backend: str | None = None) -> xr.DataArray:
        """Return the answer to `query`, one value per posterior draw.

        Parameters
        ----------
        query : Query
            The question.
        backend : {"numba", "jax"}, optional
            By default JAX where there is a GPU, else numba.

        Returns
        -------
        xarray.DataArray
            Dims: chain, draw, then the query's. The attributes carry the diagnostics: of the
            blocks that the query reads, where the posterior was computed by blocks.

        Raises
        ------
        QueryError
            If the query does not fit the model or the evidence.

        Warns
        -----
        ConvergenceWarning
            If the chains did not converge, or the draws are few.
        """
        answer = ask(self.state, query, backend)
        figures, facts = self.diagnostics, self.facts
        if self.blocks.now:
            used = self.blocks.having(answer.attrs["reads"].split(", "))
            figures, facts = self._figures(used), {"method": facts["method"], **facts_of(used)}
        answer.attrs.update({**figures.attributes(), **facts})
        if figures.problems:
            whence = "few draws" if figures.converged else "chains that did not converge"
            warnings.warn(
                f"this answer comes from {whence}: {'; '.join(figures.problems)}",
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
        stored.write(self._complete(), path)

    def _complete(self) -> xr.DataTree:
        """Return the tree with all latents in it, and with the blocks that were asked later."""
        whole = self.idata.copy()
        whole.attrs["model"] = self.source or ""
        posterior = self.idata["posterior"].to_dataset()
        drawn = self.state.drawn
        made = [n for n in self.blocks.later if is_made(drawn, n)]
        parts = [*self.blocks.now, *Blocks(later=self.blocks.later).having(made)]
        kept = {n for p in parts for n in p.unknowns} if parts else set(drawn)
        later = self._dataset(n for n in drawn if n in kept and n not in posterior)
        if later:
            whole["posterior"] = xr.DataTree(posterior.assign(later.data_vars))
        if made:
            whole.attrs["blocks"] = as_text(parts)
            whole.attrs["facts"] = json.dumps(self.facts | facts_of(parts))
        return whole

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        model: pm.Model | Callable[[], pm.Model] | None = None,
        *,
        trust: str | None = None,
    ) -> Posterior:
        """Return a posterior that `save` wrote; nothing that stands in the file is run.

        Parameters
        ----------
        path : str or path
        model : pm.Model or callable
            The model that was conditioned, or a function without arguments that returns it.
        trust : str, optional
            In place of `model`: where to import it from, ``"package.module:name"``, as the file
            says it too. Importing runs that module's code, so it is never done on the file's word
            alone. The file's checksum finds damage; it does not say who wrote the file.

        Returns
        -------
        Posterior

        Raises
        ------
        DataError
            If the file is damaged, is no saved posterior, or belongs to another model.
        ModelError
            If no model is given, or it cannot be imported.

        Warns
        -----
        UserWarning
            If the file is of an earlier version, which noted less of its model.
        """
        kept = stored.read(path)
        if model is None:
            model = named_model(kept.source, str(path), trust)
        elif trust is not None:
            raise ModelError("the model is given, so there is none to import; leave `trust` out")
        elif not isinstance(model, pm.Model) and callable(model):
            model = model()
        unit, evidence = kept.unit, kept.evidence
        written = as_written(model, unit, evidence.columns)
        check_same_model(written.equations, kept.fingerprint, str(path), given=evidence.columns)
        try:
            checked_coupling(written.model, json.loads(kept.idata.attrs["coupling"]))
        except IfonlyError as error:
            raise DataError(f"{path} is damaged: {error}") from None
        from ..scm.observe import observe

        _, observed = observe(written.model, evidence, unit)
        blocks = Blocks(from_text(kept.idata.attrs.get("blocks", "[]")))
        left = left_out(blocks, [v.name for v in observed.model.free_RVs], str(path))
        state = _state(observed, kept.idata, evidence, left)
        return cls(kept.idata, state, blocks)


def _state(
    equations: Equations,
    idata: xr.DataTree,
    evidence: Evidence,
    later: Later = MappingProxyType({}),
) -> State:
    group: Any = idata["posterior"]
    posterior = group.to_dataset(inherit=False).variables
    shape = (len(posterior["chain"]), len(posterior["draw"]))
    own = [n for n, e in equations.items() if e.kind == "random" and n in posterior]
    drawn: dict[str, Any] = {n: np.ascontiguousarray(flat(posterior[n])) for n in own}
    return State.of(
        equations,
        evidence,
        Drawn(drawn, later) if later else MappingProxyType(drawn),
        chains=shape,
        coupling=json.loads(idata.attrs["coupling"]),
        seed=int(idata.attrs["seed"]),
    )
