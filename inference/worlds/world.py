"""Worlds: one full assignment of parameters and noise, of which any query has a true answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pymc as pm
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..engine.state import State
from ..inputs.scalars import checked_seed
from ..queries.answer import ask
from ..queries.base import Query
from ..scm.equations import Equations, with_units
from ..scm.evidence import Data, Evidence
from ..scm.structural import checked_coupling
from ..scm.written import as_written
from .prepared import PreparedWorld, named
from .simulation import (
    abducted,
    check_parameters,
    dataset,
)

__all__ = ["World"]


@dataclass(frozen=True, eq=False, repr=False)
class World:
    """A world in which the parameters are known, and the noise is known or follows from evidence.

    Make one with `World.simulate` or `World.from_evidence`.

    Attributes
    ----------
    model : pm.Model
        With the world's units.
    parameters : mapping of str to ndarray
        The value of every parameter.
    data : xarray.Dataset
        What the analyst sees; dims: unit (and those of vector mechanisms).
    everything : xarray.Dataset
        All variables with the unit dimension, latents and Deterministics included.
    noise : xarray.Dataset
        The noise of each mechanism, under the mechanism's name.
    """

    model: pm.Model
    parameters: Mapping[str, NDArray[Any]]
    data: xr.Dataset
    everything: xr.Dataset
    noise: xr.Dataset
    state: State

    def __repr__(self) -> str:
        return f"<World of {self.state.units} units; sees {', '.join(map(str, self.data))}>"

    @classmethod
    def simulate(
        cls,
        model: pm.Model,
        parameters: Mapping[str, ArrayLike],
        *,
        units: int,
        seed: int,
        hidden: tuple[str, ...] = (),
        given: Mapping[str, ArrayLike] | None = None,
        coupling: Mapping[str, str] | None = None,
        unit: str = "unit",
    ) -> World:
        """Return a simulated world: ``pm.do`` the parameters, draw the noise, keep it.

        Parameters
        ----------
        model : pm.Model
        parameters : mapping of str to array
            The value of every parameter.
        units : int
            How many units to simulate.
        seed : int
        hidden : tuple of str
            Mechanisms that the analyst does not see.
        given : mapping of str to array of shape (unit, ...), optional
            Values of ``pm.Data`` with the unit dimension.
        coupling : mapping of str to str, optional
            The coupling of discrete mechanisms by name.
        unit : str
            Name of the unit dimension.

        Returns
        -------
        World

        Raises
        ------
        ModelError
            If a parameter is missing, is none or lies outside its support, or a mechanism has no
            structural form.
        DataError
            If `units` is no positive whole number, what is `given` does not fit, or codes reach
            beyond the parameter that they index.
        QueryError
            If `seed` is no whole number from 0 to 2**63 - 1.
        """
        seed = checked_seed(seed)
        prepared = PreparedWorld.of(
            model,
            parameters,
            units=units,
            hidden=hidden,
            given=given,
            coupling=coupling,
            unit=unit,
        )
        return cls.of(prepared, parameters, seed)

    @classmethod
    def of(cls, prepared: PreparedWorld, parameters: Mapping[str, ArrayLike], seed: int) -> World:
        """Return a simulated world of a model that is prepared for many: as `World.simulate`.

        Parameters
        ----------
        prepared : PreparedWorld
        parameters : mapping of str to array
        seed : int
        """
        equations, known = prepared.equations, prepared.known(parameters)
        rows, noise = prepared.drawn(known, seed)
        everything = dataset(equations.model, rows, equations)
        return cls._assembled(
            equations,
            known,
            everything,
            everything[list(prepared.seen)],
            noise,
            prepared.coupling,
            seed,
        )

    @classmethod
    def from_evidence(
        cls,
        model: pm.Model,
        parameters: Mapping[str, ArrayLike],
        data: Data | None = None,
        seed: int | None = None,
        *,
        coupling: Mapping[str, str] | None = None,
        unit: str = "unit",
    ) -> World:
        """Return the world of known parameters in which the observed units live.

        A world has one value of everything. Where some are missing or latent there are many, and a
        posterior has them: ``condition(pm.do(model, parameters), data)``.

        Parameters
        ----------
        model : pm.Model
        parameters : mapping of str to array
            The value of every parameter.
        data : pandas.DataFrame, xarray.Dataset or mapping
            The observed columns; the noise behind them is abducted. None where the model itself
            observes all (``observed=``).
        seed : int, optional
            For mechanisms that are discrete, censored or mixed, whose noise is drawn given the
            evidence: a question that reads such noise is refused without one, and `noise` lacks it.
        coupling : mapping of str to str, optional
            The coupling of discrete mechanisms by name.
        unit : str
            Name of the unit dimension.

        Returns
        -------
        World

        Raises
        ------
        ModelError
            If a parameter is missing, is none or lies outside its support.
        DataError
            If the data do not fit the model, or are impossible under the parameters.
        QueryError
            If `seed` is no whole number from 0 to 2**63 - 1.
        """
        seed = None if seed is None else checked_seed(seed)
        written = as_written(model, unit, data, named(parameters))
        model, unit = written.model, written.unit
        known = check_parameters(written.equations, parameters)
        evidence = written.evidence(data, known)
        coupled = checked_coupling(model, coupling)
        given = {
            n: v
            for n, v in evidence.columns.items()
            if n in model.named_vars and n in {d.name for d in model.data_vars}
        }
        sized = with_units(model, evidence.labels, given, unit)
        equations = Equations(sized, unit)
        state = State.of(
            equations,
            evidence,
            {n: v[None] for n, v in known.items()},
            coupling=coupled,
            seed=0 if seed is None else seed,
            seeded=seed is not None,
        )
        everything, noise = abducted(state)
        seen = [n for n in evidence.columns if n in everything]
        return cls(
            sized,
            MappingProxyType(known),
            everything[seen],
            everything,
            dataset(sized, noise, equations, noise=True),
            state,
        )

    @classmethod
    def _assembled(
        cls,
        equations: Equations,
        known: dict[str, Any],
        everything: xr.Dataset,
        seen: xr.Dataset,
        noise: dict[str, Any],
        coupling: Mapping[str, str],
        seed: int,
    ) -> World:
        labels = everything[equations.unit].to_numpy()
        columns = {str(n): v.to_numpy() for n, v in seen.items()}
        state = State.of(
            equations,
            Evidence(MappingProxyType(columns), labels),
            {n: v[None] for n, v in known.items()},
            noise=MappingProxyType(noise),
            coupling=dict(coupling),
            seed=seed,
        )
        return cls(
            equations.model,
            MappingProxyType(known),
            seen,
            everything,
            dataset(equations.model, noise, equations, noise=True),
            state,
        )

    def ask(self, query: Query, backend: str | None = None) -> xr.DataArray:
        """Return the true answer to `query`, without chain and draw dimensions.

        Parameters
        ----------
        query : Query
            The question.
        backend : {"numba", "jax"}, optional
            What computes it; by default what is quickest for the size.

        Returns
        -------
        xarray.DataArray

        Raises
        ------
        QueryError
            If the query does not fit the model or the evidence.
        """
        return ask(self.state, query, backend)
