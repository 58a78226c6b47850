"""What a page asks the engine: effects of many settings of its levers, draw by draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ifonly.inference import ATE, ITE, PotentialOutcome, affine, set_to
from ifonly.inference.queries.answer import ask

if TYPE_CHECKING:
    from ifonly.inference.engine.state import State

__all__ = ["Asking", "Setting"]

Floats = NDArray[np.float64]
# For each lever that is moved: what is added, and what its natural value is multiplied by.
Setting = Mapping[str, tuple[float, float]]
LEFT_ALONE = (0.0, 1.0)
# New units of a draw: the mean over them is off by a thirtieth of one unit's spread.
NEW_UNITS = 1_000
# Numbers of units by draws by settings that are held at once.
HELD = 20_000_000


@dataclass(frozen=True, eq=False)
class Asking:
    """Effects on one outcome, asked in one state of knowledge.

    Attributes
    ----------
    state : State
    outcome : str
    coupling : str or None
        Of discrete mechanisms; None for each family's own.
    backend : {"numba", "jax"} or None
    """

    state: State
    outcome: str
    coupling: str | None = None
    backend: str | None = None

    def means(self, settings: Sequence[Setting], *, new: bool = False) -> Floats:
        """Return mean effects, beside the world as it was.

        Parameters
        ----------
        settings : sequence of settings
        new : bool
            Of new units (rung 2), not of the observed ones (rung 3).

        Returns
        -------
        array of shape (draws, settings)
        """
        some, where = _distinct(settings)
        query = ATE(self.outcome, self._dos(some), coupling=self.coupling, **self._who(new))
        answer = ask(self.state, query, self.backend).to_numpy().astype(float)
        found: Floats = answer.reshape(self.state.draws, len(some))[:, where]
        return found

    def each(self, settings: Sequence[Setting], units: NDArray[np.int64]) -> Floats:
        """Return the effects on some observed units, each by itself.

        Parameters
        ----------
        settings : sequence of settings
        units : int array
            Positions of units.

        Returns
        -------
        array of shape (draws, settings, units)
        """
        step = max(1, HELD // (self.state.draws * self.state.units))
        parts = []
        distinct, where = _distinct(settings)
        for start in range(0, len(distinct), step):
            some = self._dos(distinct[start : start + step])
            answer = ask(self.state, ITE(self.outcome, some, coupling=self.coupling), self.backend)
            values = answer.to_numpy().reshape(self.state.draws, len(some), self.state.units)
            parts.append(np.asarray(values[:, :, units], dtype=float))
        return np.concatenate(parts, axis=1)[:, where]

    def natural(self, units: NDArray[np.int64] | None = None, *, new: bool = False) -> Floats:
        """Return the outcome as it is: its mean over units, or that of some units.

        Parameters
        ----------
        units : int array, optional
            Positions of observed units.
        new : bool

        Returns
        -------
        array of shape (draws,) or (draws, units)
        """
        query = PotentialOutcome(self.outcome, {}, **self._who(new))
        values = ask(self.state, query, self.backend).to_numpy().astype(float)
        values = values.reshape(self.state.draws, -1)
        return values.mean(axis=1) if units is None else values[:, units]

    def rules(self, target: str, rows: Sequence[ArrayLike]) -> Floats:
        """Return mean effects of rules that set a target for each observed unit.

        Parameters
        ----------
        target : str
        rows : sequence of array of shape (unit,)

        Returns
        -------
        array of shape (draws, rules)
        """
        query = ATE(self.outcome, {target: [set_to(np.asarray(row)) for row in rows]})
        answer = ask(self.state, query, self.backend).to_numpy()
        return np.asarray(answer.reshape(self.state.draws, len(rows)), dtype=float)

    def _who(self, new: bool) -> dict[str, Any]:
        return {"units": "new", "size": NEW_UNITS} if new else {}

    def _dos(self, settings: Sequence[Setting]) -> list[dict[str, Any]]:
        equations = self.state.equations
        whole = {
            n for n in {n for s in settings for n in s}
            if np.dtype(equations[n].expression.dtype).kind in "iub"
        }  # fmt: skip
        # What a setting leaves alone is 0 + 1 times itself: all settings then have one graph.
        named = sorted({n for s in settings for n in s})
        moves = [{n: s.get(n, LEFT_ALONE) for n in named} for s in settings]
        return [
            {n: affine(int(a), int(b)) if n in whole else affine(a, b) for n, (a, b) in m.items()}
            for m in moves
        ]


def _distinct(settings: Sequence[Setting]) -> tuple[list[Setting], list[int]]:
    """Return the settings without repetitions, and which of them each is."""
    places: dict[tuple[Any, ...], int] = {}
    where = [places.setdefault(tuple(sorted(s.items())), len(places)) for s in settings]
    return [dict(key) for key in places], where
