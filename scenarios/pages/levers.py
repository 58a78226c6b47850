"""Levers: which variables a page moves, how, and how far the data reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pytensor.tensor.basic import get_scalar_constant_value
from pytensor.tensor.exceptions import NotScalarConstantError

from ifonly.inference.errors import QueryError, unknown
from ifonly.inference.scm.support import limits

if TYPE_CHECKING:
    from ifonly.inference.engine.state import State
    from ifonly.inference.scm.equations import Equations

__all__ = ["Lever", "levers", "outcome_of"]

# Levers of a page, unless some are named.
MOST = 3
# A variable of at most so many whole values is moved from one to the next.
MOST_LEVELS = 12
# How far beyond what was seen a lever goes, as a share of the range.
BEYOND = 0.25


@dataclass(frozen=True, eq=False)
class Lever:
    """A variable that a page moves.

    Attributes
    ----------
    name : str
    natural : array of shape (unit,)
        Its values in the data.
    kinds : tuple of str
        How it may be moved: ``set``, ``shift``, ``scale``.
    least, greatest : float
        The ends of the slider that sets it.
    whole : bool
        Whether it takes whole numbers alone.
    levels : tuple of int
        All values that it can be set to, where they are few whole ones.
    """

    name: str
    natural: NDArray[np.float64]
    kinds: tuple[str, ...]
    least: float
    greatest: float
    whole: bool = False
    levels: tuple[int, ...] = ()

    @property
    def span(self) -> float:
        """How wide the values in the data are spread; 1 where they do not differ."""
        return float(np.ptp(self.natural)) or 1.0

    def move(self, kind: str, value: float) -> tuple[float, float]:
        """Return offset and factor of a move.

        Parameters
        ----------
        kind : {"set", "shift", "scale"}
        value : float

        Returns
        -------
        tuple of float
            What is added, and what the natural value is multiplied by.
        """
        return {"set": (value, 0.0), "shift": (value, 1.0), "scale": (0.0, value)}[kind]

    def ends(self, kind: str) -> tuple[float, float]:
        """Return the ends of the slider of a kind of move."""
        if kind == "set":
            return self.least, self.greatest
        return (-self.span / 2, self.span / 2) if kind == "shift" else (0.1, 2.0)


def outcome_of(equations: Equations, named: str | None) -> str:
    """Return the outcome of a page: the one named, or the variable that most others lead to.

    Parameters
    ----------
    equations : Equations
    named : str or None

    Returns
    -------
    str

    Raises
    ------
    QueryError
        If there is no such mechanism.
    """
    if named is not None:
        if named not in equations.mechanisms:
            raise QueryError(unknown("the page's outcome is", named, equations.mechanisms))
        return named
    steps = {n: len(_steps(equations, n)) for n in equations.mechanisms}
    return max(steps, key=lambda n: steps[n])


def levers(state: State, outcome: str, named: Sequence[str] = ()) -> tuple[Lever, ...]:
    """Return the levers of a page.

    Parameters
    ----------
    state : State
    outcome : str
    named : sequence of str
        By default the causes of the outcome that have a column: first those that act on the fewest
        others, which come late and are the likelier decisions; of these those of two values.

    Returns
    -------
    tuple of Lever

    Raises
    ------
    QueryError
        If one named is no cause of the outcome with one number for each unit.
    """
    steps = _steps(state.equations, outcome)
    able = [n for n in steps if _is_able(state, n)]
    for name in named:
        if name not in able:
            raise QueryError(unknown(f"a page about {outcome!r} has the lever", name, able))
    if not able:
        raise QueryError(
            f"no cause of {outcome!r} has a column with one number for each unit, so there is "
            "nothing to move; name another outcome"
        )
    found = {n: _lever(state, n) for n in named or able}
    mechanisms = state.equations.mechanisms
    acts_on = {n: sum(n in state.equations.ancestors([m]) for m in mechanisms) for n in found}
    order = sorted(found, key=lambda n: (acts_on[n], len(found[n].levels) != 2, steps[n]))
    return tuple(found[n] for n in (named or order[:MOST]))


def _steps(equations: Equations, outcome: str) -> dict[str, int]:
    """Return the mechanisms that lead to the outcome, and by how many arrows."""
    found, here, step = {outcome: 0}, {outcome}, 0
    while here:
        step += 1
        here = {p for n in here for p in equations[n].parents} - set(found)
        found |= dict.fromkeys(sorted(here), step)
    return {n: k for n, k in found.items() if n != outcome and n in equations.mechanisms}


def _is_able(state: State, name: str) -> bool:
    columns = state.evidence.columns
    return (
        name in columns
        and state.core_shape(name) == (state.units,)
        and bool(np.isfinite(np.asarray(columns[name], dtype=float)).all())
    )


def _lever(state: State, name: str) -> Lever:
    natural = np.asarray(state.evidence.columns[name], dtype=float)
    rv = state.equations[name].expression
    lower, upper = -np.inf, np.inf
    for limit in limits(rv) or []:
        try:
            bound = float(get_scalar_constant_value(limit.bound))
        except NotScalarConstantError:  # it depends on other variables: keep to what was seen
            bound = natural.min() if limit.word == "least" else natural.max()
        lower, upper = (bound, upper) if limit.word == "least" else (lower, bound)
    reach = BEYOND * (np.ptp(natural) or 1.0)
    if np.dtype(rv.dtype).kind in "iub":
        least, greatest = max(lower, natural.min()), min(upper, natural.max())
        if upper - lower <= MOST_LEVELS:
            least, greatest = lower, upper
        few = greatest - least < MOST_LEVELS
        levels = tuple(range(int(least), int(greatest) + 1)) if few else ()
        return Lever(name, natural, ("set",), float(least), float(greatest), True, levels)
    least, greatest = natural.min() - reach, natural.max() + reach
    if not np.isinf(lower):
        least = max(least, natural.min() / 2 + lower / 2)
    if not np.isinf(upper):
        greatest = min(greatest, natural.max() / 2 + upper / 2)
    if np.isinf(lower) and np.isinf(upper):
        kinds: tuple[str, ...] = (
            ("set", "shift", "scale") if natural.min() > 0 else ("set", "shift")
        )
    else:
        kinds = ("set", "scale") if np.isinf(upper) and lower == 0 else ("set",)
    return Lever(name, natural, kinds, float(least), float(greatest))
