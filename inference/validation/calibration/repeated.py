"""Conditioning one model on one data set after another, compiled once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pymc as pm
import xarray as xr

from ...conditioning.compiled.density import compiled_density
from ...conditioning.condition import conditioned
from ...conditioning.interrupts import heeded
from ...conditioning.methods import Method
from ...conditioning.samplers import Sampler, chosen_sampler
from ...posterior.posterior import Posterior
from ...scm.equations import Equations
from ...scm.evidence import Evidence, read_evidence
from ...scm.observe import observe

__all__ = ["Repeated"]


@dataclass(eq=False)
class Repeated:
    """A model to be conditioned on many data sets of one shape.

    The data are shared variables of one compiled density, so that only the first data set waits for
    the compiler. Other samplers than nutpie compile each time, and so does ``method="nuts"`` where
    values are missing.
    """

    model: pm.Model
    sampler: Sampler | None
    draws: int
    tune: int
    chains: int
    method: Method = "nuts"
    unit: str = "unit"
    _compiled: dict[Any, Any] = field(default_factory=dict, repr=False)
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def posterior(self, data: xr.Dataset, seed: int) -> Posterior:
        """Return the posterior given `data`; the same for a seed, whatever came before."""
        evidence = read_evidence(Equations(self.model, self.unit), data, allow_missing=True)
        if self.method != "nuts" or evidence.missing:
            return self._conditioned(evidence, seed)
        shape = tuple((n, v.shape) for n, v in evidence.columns.items())
        if shape not in self._compiled:
            self._compiled.clear()
            self._compiled[shape] = self._prepare(evidence)
        observed, density = self._compiled[shape]
        if density is None:
            return self._conditioned(evidence, seed)
        import nutpie

        names = {v.name for v in density.shared_var_keys} & set(evidence.columns)
        with heeded():
            idata = nutpie.sample(
                density.with_data(**{n: evidence.columns[n] for n in names}),
                draws=self.draws, tune=self.tune, chains=self.chains, cores=1, seed=seed,
                save_warmup=False, progress_bar=False,
            )  # fmt: skip
        return Posterior.assembled(
            self.model, observed, idata, evidence,
            unit=self.unit, seed=seed, coupling={}, facts={"method": "nuts", "sampler": "nutpie"},
        )  # fmt: skip

    def _conditioned(self, evidence: Evidence, seed: int) -> Posterior:
        return conditioned(
            self.model, evidence, self.method, coupling={}, unit=self.unit, kept=self._kept,
            seed=seed, sampler=self.sampler, draws=self.draws, tune=self.tune, chains=self.chains,
            cores=1, progress=False, target_accept=0.8, nodes=None,
        )  # fmt: skip

    def _prepare(self, evidence: Evidence) -> tuple[pm.Model, Any]:
        """Return the observed model and its compiled density, None where nutpie does not serve."""
        observed, equations = observe(self.model, evidence, self.unit)
        if chosen_sampler(observed, self.sampler) != "nutpie" or not observed.free_RVs:
            return observed, None
        keep = [v.name for v in observed.free_RVs]
        keep += [v.name for v in observed.deterministics if not equations.has_units(v.name)]
        return observed, compiled_density(observed, keep)
