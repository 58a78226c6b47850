"""The blocks that a posterior is made of: how each was computed, and whether it can be trusted."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ..errors import QueryError
from .diagnostics import Diagnostics, diagnose

__all__ = ["Blocks", "Part", "as_text", "facts_of", "from_text", "left_out", "together"]


@dataclass(frozen=True)
class Part:
    """One block.

    Attributes
    ----------
    unknowns : tuple of str
        Parameters and latents, independent of those of other blocks given the data.
    method : str
        Which solver or sampler drew it.
    chained : bool
        Whether the draws are those of Markov chains; else they are independent.
    divergences : int
    bfmi : float
        As in `Diagnostics`.
    facts : mapping of str to number or str
        What the method says of itself.
    """

    unknowns: tuple[str, ...]
    method: str
    chained: bool = False
    divergences: int = 0
    bfmi: float = float("nan")
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Blocks:
    """The blocks of a posterior that is computed by blocks; none of another.

    Attributes
    ----------
    now : tuple of Part
        Those that were computed at once.
    later : mapping of str to callable
        Returns the block of an unknown that is computed when it is first read.
    """

    now: tuple[Part, ...] = ()
    later: Mapping[str, Callable[[], Part]] = field(default_factory=dict)

    def having(self, names: Collection[str]) -> list[Part]:
        """Return the blocks that have some of these unknowns; those left for later are computed."""
        makers = dict.fromkeys(self.later[n] for n in names if n in self.later)
        own = [p for p in self.now if not set(p.unknowns).isdisjoint(names)]
        return own + [make() for make in makers]


def as_text(parts: Sequence[Part]) -> str:
    """Return parts as JSON."""
    rows = [asdict(p) | {"bfmi": p.bfmi if np.isfinite(p.bfmi) else None} for p in parts]
    return json.dumps(rows)


def from_text(text: str) -> tuple[Part, ...]:
    """Return what `as_text` wrote.

    Examples
    --------
    >>> parts = (Part(("a", "b"), "linear"), Part(("c",), "nutpie", True, 2, 0.9))
    >>> [part.method for part in from_text(as_text(parts))]
    ['linear', 'nutpie']
    """
    return tuple(
        Part(
            **row
            | {
                "unknowns": tuple(row["unknowns"]),
                "bfmi": float("nan") if row["bfmi"] is None else row["bfmi"],
            }
        )
        for row in json.loads(text)
    )


def facts_of(parts: Sequence[Part]) -> dict[str, Any]:
    """Return how some blocks were computed, and what their methods say of themselves.

    Parameters
    ----------
    parts : sequence of Part

    Returns
    -------
    dict of str to number or str
        ``sampler``: whose Markov chains there are, if any; ``blocks``: the unknowns by method;
        ``efficiency``, where no draw is a Markov chain's; ``khat``: the worst.
    """
    methods: dict[str, list[str]] = {}
    for part in parts:
        methods.setdefault(part.method, []).extend(part.unknowns)
    facts: dict[str, Any] = {}
    for part in parts:
        facts |= part.facts
    chains = dict.fromkeys(p.method for p in parts if p.chained)
    facts["sampler"] = ", ".join(chains) or "independent draws"
    facts["blocks"] = "; ".join(f"{m}: {', '.join(names)}" for m, names in methods.items())
    if not chains:
        facts["efficiency"] = 1.0
    if khats := [p.facts["khat"] for p in parts if "khat" in p.facts]:
        facts["khat"] = max(khats)
    return facts


def together(
    parts: Sequence[Part], draws: Sequence[Mapping[str, NDArray[Any]]], chains: tuple[int, ...]
) -> Diagnostics:
    """Return the worst figures of some blocks; where there is none, those of known numbers.

    Parameters
    ----------
    parts : sequence of Part
    draws : sequence of mapping of str to array of shape (chain * draw, ...)
        Of the unknowns of each.
    chains : tuple of int
        How many chains there are, and draws of each.
    """
    count = float(np.prod(chains))
    own = [Diagnostics(1.0, count, count, 0, np.nan, independent=True)]
    chained = [_figures(p, d, chains) for p, d in zip(parts, draws, strict=True) if p.chained and d]
    found = own + chained
    r_hat = [f.r_hat for f in found]
    return Diagnostics(
        np.nan if np.isnan(r_hat).any() else max(r_hat),
        min(f.ess_bulk for f in found),
        min(f.ess_tail for f in found),
        sum(f.divergences for f in found),
        min((f.bfmi for f in found if not np.isnan(f.bfmi)), default=np.nan),
        independent=not chained,
    )


def _figures(part: Part, draws: Mapping[str, NDArray[Any]], chains: tuple[int, ...]) -> Diagnostics:
    shaped = {n: v.reshape(*chains, *v.shape[1:]) for n, v in draws.items()}
    arrays = {
        n: (("chain", "draw", *(f"{n}_{k}" for k in range(v.ndim - 2))), v)
        for n, v in shaped.items()
    }
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(arrays)})
    return replace(diagnose(tree), divergences=part.divergences, bfmi=part.bfmi)


def left_out(
    blocks: Blocks, unknowns: Sequence[str], path: str
) -> dict[str, Callable[[], Mapping[str, Any]]]:
    """Return what refuses to draw the unknowns that a file does not have.

    Parameters
    ----------
    blocks : Blocks
        Of the file.
    unknowns : sequence of str
        Of the model given the evidence.
    path : str
        Of the file.
    """

    def refuse(name: str) -> Mapping[str, Any]:
        raise QueryError(
            f"{path} was saved without {name!r}, which nothing had asked for; "
            "completed(posterior) computes it, or condition again with the same seed, and with "
            "this query in asked=[...] or without asked: the draws are the same"
        )

    there = {n for p in blocks.now for n in p.unknowns}
    return {n: partial(refuse, n) for n in unknowns if there and n not in there}
