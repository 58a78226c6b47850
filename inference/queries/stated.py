"""What an answer states of itself: its rung, its couplings, and what it was computed with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from ..families.form import structural_form
from ..families.means import is_categorical
from ..scm.equations import Equations
from .base import Query

__all__ = ["couplings", "further_dims", "of_categories", "rung", "versions"]


def rung(query: Query, equations: Equations, moved: frozenset[str], *, new: bool) -> int:
    """Return 3 where an answer is about one unit in several worlds at once, else 2.

    Parameters
    ----------
    query : Query
    equations : Equations
    moved : frozenset of str
        What some world has recomputed with its own noise.
    new : bool
        Whether it is about new units.
    """
    if query.nested or any(a.world is not None for _, a in query.actions):
        return 3
    if new or query.rung_three_only:
        return 2 if new else 3
    kept = moved - ({query.outcome} if query.expectation else set())
    computed = equations[query.outcome].kind == "deterministic"
    return 2 if not kept and (query.expectation or computed) else 3


def of_categories(query: Query, equations: Equations) -> bool:
    """Return whether the answer is the probability of each category of the outcome.

    Parameters
    ----------
    query : Query
    equations : Equations
    """
    outcome = equations[query.outcome]
    return query.expectation and outcome.kind == "random" and is_categorical(outcome.expression)


def further_dims(query: Query, equations: Equations) -> list[Any]:
    """Return the dimensions that the outcome has beside that of the units, None if unnamed.

    Parameters
    ----------
    query : Query
    equations : Equations
    """
    own = [d for d in equations[query.outcome].dims if d != equations.unit]
    return [*own, f"{query.outcome}_category"] if of_categories(query, equations) else own


def couplings(
    equations: Equations, moved: Iterable[str], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Return the coupling of each discrete mechanism on which an answer depends.

    Parameters
    ----------
    equations : Equations
    moved : iterable of str
        What some world has recomputed with its own noise.
    chosen : mapping of str to str
        The couplings that are not their family's default.
    """
    found = {}
    for name in sorted(moved):
        rv = equations[name].expression
        if structural_form.is_coupled(rv):
            found[name] = structural_form.of(rv, chosen.get(name)).coupling
    return found


@cache
@cache
def versions(*further: str) -> str:
    """Return the versions of what an answer was computed with, as JSON.

    Parameters
    ----------
    *further : str
        Packages beside PyMC, PyTensor and NumPy.
    """
    return json.dumps({p: version(p) for p in ("pymc", "pytensor", "numpy", *further)})
