"""What is done, as a query takes it: interventions by name, once or in a sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..errors import QueryError
from ..scm.equations import Equations
from ..scm.interventions import Do, Intervention, as_intervention

__all__ = [
    "DoLike",
    "Form",
    "describe",
    "form_of",
    "interventions",
    "is_sequence",
    "sequence",
    "targets",
    "written",
]

type Form = tuple[tuple[str, str, tuple[int, ...]], ...]
DoLike = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def describe(do: Do) -> str:
    """Return interventions as readers write them: do(t = 1, x = x + 0.5), or in words if none.

    Examples
    --------
    >>> describe(interventions({"t": 1, "x": 2.5}, "do")), describe({})
    ('do(t = 1, x = 2.5)', 'the world as it was')
    """
    return f"do({written(do)})" if do else "the world as it was"


def written(do: Do) -> str:
    """Return the equations that interventions put into a world, in one line."""
    return ", ".join(action.equation(name) for name, action in do.items())


def targets(equations: Equations, *dos: Do) -> set[str]:
    """Return what interventions act on.

    Parameters
    ----------
    equations : Equations
    *dos : mapping of str to Intervention

    Returns
    -------
    set of str

    Raises
    ------
    QueryError
        If there is no such variable.
    """
    names = [name for do in dos for name in do]
    return {equations.require(name, "`do` names", QueryError).name for name in names}


def interventions(do: Mapping[str, Any], where: str) -> Do:
    """Return a mapping from names to interventions, plain numbers among them made into such.

    Parameters
    ----------
    do : mapping of str to intervention or number
    where : str
        What the user calls it, for messages.

    Returns
    -------
    mapping of str to Intervention

    Raises
    ------
    QueryError
        If it is none.
    """
    if not isinstance(do, Mapping):
        raise QueryError(f"`{where}` maps names to interventions; got {do!r}")
    for name in do:
        if not isinstance(name, str):
            raise QueryError(f"`{where}` maps names to interventions; {name!r} is no name")
    return MappingProxyType({name: as_intervention(name, value) for name, value in do.items()})


def is_sequence(do: DoLike) -> bool:
    """Return whether `do` is a sequence of interventions, and not one."""
    return not isinstance(do, Mapping) or any(isinstance(v, list | tuple) for v in do.values())


def sequence(do: DoLike) -> tuple[Do, ...]:
    """Return the interventions of each dose; one where `do` is no sequence."""
    if isinstance(do, Mapping):
        ladders = {n: v for n, v in do.items() if isinstance(v, list | tuple)}
        if not ladders:
            steps: list[Mapping[str, Any]] = [do]
        else:
            lengths = {n: len(v) for n, v in ladders.items()}
            if len(set(lengths.values())) > 1:
                raise QueryError(f"the sequences in `do` have different lengths: {lengths}")
            steps = [
                {n: v[k] if n in ladders else v for n, v in do.items()}
                for k in range(next(iter(lengths.values())))
            ]
    elif isinstance(do, Sequence) and not isinstance(do, str):
        steps = list(do)
    else:
        raise QueryError(f"`do` maps names to interventions, or is a list of such; got {do!r}")
    if not steps:
        raise QueryError("`do` is an empty sequence; give at least one intervention")
    doses = tuple(interventions(step, "do") for step in steps)
    if any(not isinstance(v, Intervention) for d in doses for v in d.values()):
        raise QueryError("`do` holds something that is no intervention")
    return doses


def form_of(do: Do) -> Form:
    """Return what the graph of interventions follows from, beside the query.

    Parameters
    ----------
    do : mapping of str to Intervention

    Returns
    -------
    tuple
        Equal where two differ in their numbers alone; empty where that cannot be told.
    """
    found = []
    for name, action in sorted(do.items()):
        if action.amount is None or action.where is not None:
            return ()
        found.append((name, action.kind, action.amount.shape))
    return tuple(found)
