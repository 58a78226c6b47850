"""What an answer owes to the coupling of discrete mechanisms, which no data can tell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import xarray as xr

from ..engine.compute import Backend
from ..engine.state import State
from ..errors import QueryError
from ..families.form import structural_form
from .base import Query

__all__ = ["across_couplings"]


class Askable(Protocol):
    """What answers queries: a World or a Posterior."""

    @property
    def state(self) -> State:
        """What is known when a query is asked."""
        ...

    def ask(self, query: Query, backend: Backend | None = None) -> xr.DataArray:
        """Return the answer to a query.

        Parameters
        ----------
        query : Query
        backend : {"numba", "jax"}, optional

        Returns
        -------
        xarray.DataArray
        """
        ...


def across_couplings(
    who: Askable,
    query: Query,
    couplings: Sequence[str | Mapping[str, str]] | None = None,
    *,
    backend: Backend | None = None,
) -> xr.DataArray:
    """Return the answer to `query` under each coupling, along the leading dimension ``coupling``.

    Parameters
    ----------
    who : World or Posterior
        A world from evidence or a posterior. A simulated world has one noise, hence one coupling.
    query : Query
        Asked anew for each coupling; its own `coupling` holds for the mechanisms left alone.
    couplings : sequence of str or mapping of str to str, optional
        Each a coupling for all mechanisms that have it, or for some by name. By default every
        coupling that a mechanism has on which the answer depends.
    backend : {"numba", "jax"}, optional
        What computes it; by default what is quickest for the size.

    Returns
    -------
    xarray.DataArray
        Dims: coupling, then those of the answer. The attribute ``coupling`` says of each which
        mechanism has which. If the answer depends on no coupling there is one, called ``"any"``.

    Raises
    ------
    QueryError
        If `query` is none, or a coupling does not exist.
    """
    if not hasattr(who, "state") or not hasattr(who, "ask"):
        raise QueryError(f"who is asked is a Posterior or a World, not {type(who).__name__}")
    if not isinstance(query, Query):
        raise QueryError(f"across_couplings takes a query such as PNS(...), not {query!r}")
    if couplings is not None and (isinstance(couplings, str) or not couplings):
        raise QueryError(f"couplings is a sequence such as ['monotone'], not {couplings!r}")
    first = who.ask(query, backend)
    used = json.loads(first.attrs["coupling"])
    own = {} if query.coupling is None else _named(who, query.coupling, used)
    chosen = _all(who, used) if couplings is None else list(couplings)
    answers, labels, stated = [], [], {}
    for coupling in chosen:
        asked = {**own, **_named(who, coupling, used)}
        same = {**used, **asked} == used
        answer = first if same else who.ask(replace(query, coupling=asked), backend)
        labels.append(_label(coupling))
        answers.append(answer)
        stated[labels[-1]] = json.loads(answer.attrs["coupling"])
    if not answers:
        answers, labels, stated = [first], ["any"], {"any": {}}
    dimension = xr.DataArray(labels, dims="coupling", name="coupling")
    together = xr.concat(answers, dim=dimension, combine_attrs="drop", coords="minimal")
    return together.assign_attrs({**first.attrs, "coupling": json.dumps(stated)})


def _all(who: Askable, used: Mapping[str, str]) -> list[str]:
    """Return all couplings of the mechanisms in `used`, those in use first."""
    equations = who.state.equations
    found = dict.fromkeys(used.values())
    for name in used:
        found |= dict.fromkeys(structural_form.couplings(equations[name].expression))
    return list(found)


def _named(
    who: Askable, coupling: str | Mapping[str, str], used: Mapping[str, str]
) -> dict[str, str]:
    """Return a coupling by name of the mechanisms in `used` that have it."""
    if isinstance(coupling, Mapping):
        return dict(coupling)
    equations = who.state.equations
    having = {n: structural_form.couplings(equations[n].expression) for n in used}
    if not any(coupling in forms for forms in having.values()):
        known = dict.fromkeys(c for forms in having.values() for c in forms)
        raise QueryError(
            f"no mechanism on which the answer depends has the coupling {coupling!r}; there is "
            f"{', '.join(known) or 'none'}"
        )
    return {name: coupling for name, forms in having.items() if coupling in forms}


def _label(coupling: str | Mapping[str, str]) -> str:
    if isinstance(coupling, str):
        return coupling
    return ", ".join(f"{name}: {kind}" for name, kind in coupling.items())
