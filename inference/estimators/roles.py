"""The roles that variables play in an analysis, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..errors import QueryError
from ..graph import (
    CausalGraph,
    conditioning_problems,
    default_adjustment,
    instrument_problem,
    instruments,
    is_back_door_set,
)
from ..graph.adjustment import latent_words, open_back_door
from ..graph.causal import check_graph
from ..inputs.arrays import shown
from ..inputs.scalars import checked_names

__all__ = ["Roles", "check_roles"]


@dataclass(frozen=True)
class Roles:
    """Which variable is the treatment, the outcome, and what else an analysis uses.

    Attributes
    ----------
    treatment, outcome : str
    adjust : tuple of str
        The variables held.
    instruments : tuple of str
    endogenous : tuple of str
        Effects of the treatment that two-stage least squares instruments along with it, so that
        it gives the direct effect of each; there must be as many instruments.
    graph : CausalGraph, optional
        With it each estimator warns of assumptions that the graph contradicts.

    Raises
    ------
    QueryError
        If a role is given to what is no name, or two to a variable that cannot have both.

    Examples
    --------
    >>> Roles("t", "y", adjust=("w",)).adding("c").adjust
    ('w', 'c')
    """

    treatment: str
    outcome: str
    adjust: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    endogenous: tuple[str, ...] = ()
    graph: CausalGraph | None = None

    def __post_init__(self) -> None:
        """Check what can be checked without data."""
        for name in ("adjust", "instruments", "endogenous"):
            object.__setattr__(self, name, checked_names(name, getattr(self, name)))
        for name in ("treatment", "outcome"):
            if not isinstance(getattr(self, name), str):
                given = shown(getattr(self, name))
                raise QueryError(f"{name} is the name of a column, not {given}")
        if self.graph is not None:
            check_graph(self.graph)
        ends = [self.treatment, self.outcome, *self.endogenous]
        if len(set(ends)) < len(ends):
            raise QueryError(f"treatment, outcome and endogenous variables are different: {ends}")
        for role in ("adjust", "instruments"):
            if both := set(getattr(self, role)) & set(ends):
                raise QueryError(
                    f"{', '.join(sorted(both))} cannot be in {role!r} too: it is the treatment, "
                    "the outcome or an endogenous variable"
                )

    @classmethod
    def of_graph(
        cls,
        graph: CausalGraph,
        treatment: str,
        outcome: str,
        *,
        endogenous: Iterable[str] = (),
    ) -> Roles:
        """Return the roles that an analyst who knows the graph would give.

        Parameters
        ----------
        graph : CausalGraph
        treatment, outcome : str
        endogenous : iterable of str

        Returns
        -------
        Roles
            `adjust` is the `default_adjustment`, with what the instruments need held.

        Examples
        --------
        >>> edges = [("z", "t"), ("w", "t"), ("w", "y"), ("u", "t"), ("u", "y"), ("t", "y")]
        >>> roles = Roles.of_graph(CausalGraph.of_edges(edges, latents=["u"]), "t", "y")
        >>> roles.adjust, roles.instruments
        (('w',), ('z',))
        """
        moved = (treatment, *endogenous)
        # An instrument that needs a collider held is left out: the collider may bias the others.
        found = [
            i
            for i in instruments(graph, moved, outcome)
            if i.given <= graph.ancestors(i.name, outcome)
        ]
        needed = {n for i in found for n in i.given}
        adjust = graph.ordered({*default_adjustment(graph, treatment, outcome), *needed})
        names = [i.name for i in found]
        held = set(adjust) - set(names)
        valid = [n for n in names if not instrument_problem(graph, n, moved, outcome, held)]
        return cls(treatment, outcome, adjust, tuple(valid), tuple(endogenous), graph)

    @property
    def moved(self) -> tuple[str, ...]:
        """The treatment and the endogenous variables."""
        return (self.treatment, *self.endogenous)

    @property
    def controls(self) -> tuple[str, ...]:
        """What two-stage least squares holds: the adjustment without the instruments."""
        return tuple(n for n in self.adjust if n not in self.instruments)

    def adding(self, *names: str) -> Roles:
        """Return the same roles with more variables held.

        Parameters
        ----------
        *names : str
            Further covariates.

        Returns
        -------
        Roles
        """
        return replace(self, adjust=(*self.adjust, *(n for n in names if n not in self.adjust)))

    def back_door_problems(self, held: tuple[str, ...]) -> list[str]:
        """Return, in words, why holding `held` does not identify the effect in the graph."""
        graph = self.graph
        if graph is None:
            return []
        found = [str(p) for p in conditioning_problems(graph, self.treatment, self.outcome, held)]
        if not is_back_door_set(graph, self.treatment, self.outcome, held):
            path = open_back_door(graph, self.treatment, self.outcome, held)
            if path and not any(path in text for text in found):
                unseen = [n for n in path.split(" ") if n in graph.latents]
                what = f"holding {', '.join(held)}" if held else "holding nothing"
                found.append(f"{what} leaves {path} open{latent_words(unseen)}")
        return found

    def instrument_problems(self) -> list[str]:
        """Return, in words, why instruments and controls are not valid in the graph."""
        graph = self.graph
        if graph is None:
            return []
        effects = graph.descendants(*self.moved)
        wrong = conditioning_problems(graph, self.treatment, self.outcome, self.controls)
        held = set(self.controls) - effects
        reasons = (
            instrument_problem(graph, n, self.moved, self.outcome, held) for n in self.instruments
        )
        return [str(p) for p in wrong if p.variable in effects] + [r for r in reasons if r]


def check_roles(roles: object) -> None:
    """Raise a `QueryError` unless `roles` are `Roles`."""
    if not isinstance(roles, Roles):
        raise QueryError(f"roles are Roles(treatment, outcome, ...), not {shown(roles)}")
