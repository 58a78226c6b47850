"""What a page carries: levers, effects draw by draw, units, rules, and the truth where known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ifonly.inference.families.form import structural_form
from ifonly.inference.inputs.label_texts import readable

from .asking import Asking
from .grid import grid
from .levers import Lever, levers, outcome_of
from .packing import axes, evenly, natural, packed, surfaced, with_natural
from .rules import rules
from .surface import Surface, polynomial

if TYPE_CHECKING:
    from ifonly.inference import Posterior, World
    from ifonly.inference.engine.state import State

__all__ = ["Page", "contents", "page_of"]

Floats = NDArray[np.float64]
# Draws in which a polynomial is looked for; of new units, of a grid, and of single units.
FEW = 4
DRAWS, GRID_DRAWS, UNIT_DRAWS = 400, 200, 100
# Draws of the observed units: so many numbers of units by draws, and no fewer draws than this.
NUMBERS, FEWEST = 1_000_000, 400
UNITS, UNIT_NUMBERS, UNIT_VALUES = 5, 2_500, 21
# Draws in which the error between values is measured.
PROBE = 20
# Of a grid the means are over more draws: so many numbers of units by draws.
GRID_NUMBERS = 500_000
CLOUD = 1_500


@dataclass(frozen=True, eq=False)
class Page:
    """What a page is made from.

    Attributes
    ----------
    posterior : Posterior
    outcome : str
    levers : tuple of Lever
    backend : {"numba", "jax"} or None
    world : World or None
        The truth, where it is known.
    """

    posterior: Posterior
    outcome: str
    levers: tuple[Lever, ...]
    backend: str | None
    world: World | None

    def asking(self, draws: int | None = None) -> Asking:
        """Return what asks of so many draws of the posterior; by default as many as are quick."""
        state = self.posterior.state
        most = max(FEWEST, NUMBERS // state.units)
        return Asking(state.thinned(draws or most), self.outcome, backend=self.backend)


def page_of(
    posterior: Posterior,
    outcome: str | None = None,
    named: Sequence[str] = (),
    *,
    world: World | None = None,
    backend: str | None = None,
) -> Page:
    """Return what a page is made from.

    Parameters
    ----------
    posterior : Posterior
    outcome : str, optional
        By default the variable that most others lead to.
    named : sequence of str
        The levers; by default up to three causes of the outcome.
    world : World, optional
        Whose answers are the truth.
    backend : {"numba", "jax"}, optional
        By default as the engine chooses.

    Returns
    -------
    Page

    Raises
    ------
    QueryError
        If there is no such outcome or lever.
    """
    state = posterior.state
    outcome = outcome_of(state.equations, outcome)
    chosen = levers(state, outcome, named)
    return Page(posterior, outcome, chosen, backend, world)


def contents(page: Page) -> dict[str, Any]:
    """Return what a page carries, ready for JSON.

    Raises
    ------
    QueryError, ModelError
        If the engine refuses the question.
    """
    state, outcome, chosen = page.posterior.state, page.outcome, page.levers
    column = state.evidence.columns.get(outcome)
    found = polynomial(chosen, page.asking().means, state.seed, page.asking(FEW).means)
    answers = _exact(page, found) if found is not None else _gridded(page)
    return {
        "outcome": outcome,
        "count": state.units,
        "draws": state.draws,
        "asked": page.asking().state.draws,
        "levers": [_lever(lever) for lever in chosen],
        "cloud": _cloud(state, chosen, column),
        "rules": rules(page.asking(GRID_DRAWS), chosen),
        "exact": found is not None,
        **answers,
    }


def _exact(page: Page, mean: Surface) -> dict[str, Any]:
    """Return polynomials: of the observed units' mean, of new units', and of some units."""
    state = page.posterior.state
    asking, new, seed = page.asking(), page.asking(DRAWS), state.seed
    fresh = polynomial(
        page.levers,
        lambda s: new.means(s, new=True),
        seed,
        lambda s: page.asking(FEW).means(s, new=True),
    )
    return {
        "observed": with_natural(surfaced(mean), asking),
        "new": None if fresh is None else with_natural(surfaced(fresh), new, new=True),
        "units": [
            {"coupling": coupling, "units": _unit_surfaces(page, coupling)}
            for coupling in _couplings(page)
        ],
        "truth": _truth(page),
    }


def _truth(page: Page) -> dict[str, Any] | None:
    if page.world is None:
        return None
    asking = Asking(page.world.state, page.outcome, backend=page.backend)
    found = polynomial(page.levers, asking.means, seed=1)
    if found is None:
        pieces = [
            {**axes(piece), "values": packed(piece.values[0])}
            for piece in grid(page.levers, asking.means)
        ]
        return {"pieces": pieces}
    return with_natural(surfaced(found), asking)


def _unit_surfaces(page: Page, coupling: str | None) -> list[dict[str, Any]]:
    """Return the polynomials of some units' own effects."""
    state = page.posterior.state
    asking = replace(page.asking(UNIT_DRAWS), coupling=coupling)
    rows = _some_units(page)
    few = replace(page.asking(FEW), coupling=coupling)
    found = polynomial(
        page.levers,
        lambda s: asking.each(s, rows),
        state.seed,
        lambda s: few.each(s, rows),
    )
    if found is None:
        return []
    as_it_was = asking.natural(rows)
    made = []
    for k, row in enumerate(rows):
        own = Surface(found.units, found.exponents, found.coefficients[:, k])
        answer = surfaced(own, UNIT_NUMBERS)
        answer["natural"] = natural(as_it_was[:, k], answer["draws"])
        made.append({**_unit(page, row), **answer})
    return made


def _unit(page: Page, row: int) -> dict[str, Any]:
    return {
        "label": str(readable(page.posterior.state.evidence.labels[[row]])[0]),
        "values": {lever.name: float(lever.natural[row]) for lever in page.levers},
    }


def _gridded(page: Page) -> dict[str, Any]:
    """Return answers on a grid."""
    asking = page.asking(max(GRID_DRAWS, GRID_NUMBERS // page.posterior.state.units))
    few = page.asking(GRID_DRAWS)
    rows = _some_units(page)
    units = [
        {"coupling": coupling, "units": _grid_units(page, coupling, rows)}
        for coupling in _couplings(page)
    ]
    return {
        "asked": asking.state.draws,
        "observed": with_natural(_pieces(page, asking.means, page.asking(PROBE).means), asking),
        "new": with_natural(_pieces(page, lambda s: few.means(s, new=True)), few, new=True),
        "units": units,
        "truth": _truth(page),
    }


def _grid_units(page: Page, coupling: str | None, rows: NDArray[np.int64]) -> list[dict[str, Any]]:
    asking = replace(page.asking(UNIT_DRAWS), coupling=coupling)
    pieces = list(grid(page.levers, lambda s: asking.each(s, rows), alone=UNIT_VALUES, together=0))
    as_it_was = asking.natural(rows)
    return [
        {
            **_unit(page, row),
            "natural": natural(as_it_was[:, k], len(as_it_was)),
            "draws": len(as_it_was),
            "pieces": [{**axes(p), "values": packed(p.values[:, k], np.float32)} for p in pieces],
        }
        for k, row in enumerate(rows)
    ]


def _pieces(page: Page, asked: Any, few: Any = None) -> dict[str, Any]:
    made = list(grid(page.levers, asked, few=few))
    rows = evenly(len(made[0].values), GRID_DRAWS)
    return {
        "error": max(piece.error for piece in made),
        "draws": len(rows),
        "pieces": [
            {
                **axes(p),
                "mean": p.values.mean(axis=0).tolist(),
                "values": packed(p.values[rows], np.float32),
            }
            for p in made
        ],
    }


def _some_units(page: Page) -> NDArray[np.int64]:
    """Return units from the least outcome to the greatest."""
    state = page.posterior.state
    column = state.evidence.columns.get(page.outcome, page.levers[0].natural)
    order = np.argsort(np.nan_to_num(np.asarray(column, dtype=float)), kind="stable")
    places = np.linspace(0, len(order) - 1, min(UNITS, len(order))).round().astype(int)
    return order[places]


def _couplings(page: Page) -> list[str | None]:
    """Return the couplings of the outcome; the family's own alone where it makes no difference."""
    rv = page.posterior.state.equations[page.outcome].expression
    if not structural_form.is_coupled(rv):
        return [None]
    return list(structural_form.couplings(rv))


def _lever(lever: Lever) -> dict[str, Any]:
    counts, edges = np.histogram(lever.natural, bins=min(24, max(2, len(lever.levels) or 24)))
    return {
        "name": lever.name,
        "kinds": {kind: list(lever.ends(kind)) for kind in lever.kinds},
        "whole": lever.whole,
        "levels": list(lever.levels),
        "seen": [float(lever.natural.min()), float(lever.natural.max())],
        "middle": float(np.median(lever.natural)),
        "quantiles": np.quantile(lever.natural, np.linspace(0, 1, 101)).tolist(),
        "histogram": {"counts": counts.tolist(), "edges": edges.tolist()},
    }


def _cloud(state: State, chosen: Sequence[Lever], column: Any) -> dict[str, Any] | None:
    """Return rows of the data, for what is seen without doing anything (rung 1)."""
    if column is None:
        return None
    outcome = np.asarray(column, dtype=float)
    rows = np.flatnonzero(np.isfinite(outcome))
    rows = rows[np.linspace(0, len(rows) - 1, min(CLOUD, len(rows))).round().astype(int)]
    return {
        "outcome": packed(outcome[rows], np.float32),
        "levers": [packed(lever.natural[rows], np.float32) for lever in chosen],
    }
