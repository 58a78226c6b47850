"""The causal graph of a model: its mechanisms, which reads which, and which are latent."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import IfonlyError, ModelError, QueryError, unknown
from ..inputs.tables import as_table
from ..scm.equations import Equations
from ..scm.written import as_written
from .categories import categories
from .networks import nx

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["CausalGraph", "check_graph"]

# The model does not say how its ``pm.Data`` depend on each other, so they may have a common cause.
OUTSIDE = "what the given columns share"


@dataclass(frozen=True, eq=False, repr=False)
class CausalGraph:
    """A directed acyclic graph of mechanisms; make one with `of` or `of_edges`.

    Attributes
    ----------
    dag : networkx.DiGraph
        An edge from each cause to its effect; frozen. Parameters and Deterministics are no nodes:
        edges pass through them.
    latents : frozenset of str
        The nodes without a column.
    categorical : frozenset of str
        The nodes whose values are codes of categories: those of a Categorical, and integers that
        the model uses as an index or compares with single values.

    References
    ----------
    .. [1] Pearl (2009), Causality, 2nd ed. doi:10.1017/CBO9780511803161
    """

    dag: nx.DiGraph
    latents: frozenset[str] = frozenset()
    categorical: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        model: pm.Model,
        observed: Iterable[str] | None = None,
        *,
        hidden: Iterable[str] = (),
        unit: str = "unit",
    ) -> CausalGraph:
        """Return the graph of a model's own equations.

        Parameters
        ----------
        model : pm.Model
        observed : iterable of str, optional
            The names of the columns, or the data themselves; mechanisms without a column are
            latent. By default all are observed, or those that the model observes itself.
        hidden : iterable of str
            Mechanisms that are latent even if they have a column.
        unit : str
            Name of the unit dimension; found as `condition` finds it, where there is none so named.

        Returns
        -------
        CausalGraph

        Raises
        ------
        ModelError
            If the model cannot be read, `hidden` names no mechanism, or a ``pm.Potential`` ties
            mechanisms together, which gives no direction.

        Examples
        --------
        >>> import pymc as pm
        >>> with pm.Model(coords={"unit": range(1)}) as model:
        ...     effect = pm.Normal("effect")
        ...     u = pm.Normal("u", dims="unit")
        ...     t = pm.Normal("t", u, dims="unit")
        ...     y = pm.Normal("y", effect * t + u, dims="unit")
        >>> CausalGraph.of(model, hidden=["u"])
        <CausalGraph: u -> t, u -> y, t -> y; latent: u>
        """
        if observed is not None:
            observed = as_table(observed)
            names = [observed] if isinstance(observed, str) else map(str, observed)
            observed = list(names)
        written = as_written(model, unit, None if observed is None else dict.fromkeys(observed))
        if observed is None and written.values:
            observed = list(written.values)
        return cls.of_equations(written.equations, observed, hidden)

    @classmethod
    def of_equations(
        cls,
        equations: Equations,
        observed: Collection[str] | None = None,
        hidden: Iterable[str] = (),
    ) -> CausalGraph:
        """Return the graph of equations that are read already; otherwise as `of`.

        Parameters
        ----------
        equations : Equations
        observed : collection of str, optional
        hidden : iterable of str
        """
        _check_potentials(equations)
        mechanisms = equations.mechanisms
        hidden = names_of(hidden, ModelError)
        for name in hidden:
            if name not in mechanisms:
                raise ModelError(unknown("the hidden variables name", name, mechanisms))
        unseen = set(hidden)
        if observed is not None:
            unseen |= set(mechanisms) - set(observed)
        keep = {*mechanisms, *equations.unit_data}
        edges = [(c, n) for n in equations if n in keep for c in sorted(equations.causes(n, keep))]
        if len(equations.unit_data) > 1:
            edges += [(OUTSIDE, n) for n in equations.unit_data]
            unseen.add(OUTSIDE)
        found = categories(equations)
        return cls.of_edges(
            edges,
            latents=unseen,
            nodes=[n for n in equations if n in keep],
            categorical=[n for n in keep if n in found],
        )

    @classmethod
    def of_edges(
        cls,
        edges: Iterable[tuple[str, str]],
        *,
        latents: Iterable[str] = (),
        nodes: Iterable[str] = (),
        categorical: Iterable[str] = (),
    ) -> CausalGraph:
        """Return a graph drawn by hand.

        Parameters
        ----------
        edges : iterable of (cause, effect)
        latents : iterable of str
        nodes : iterable of str
            Those that have no edge may be named here.
        categorical : iterable of str

        Returns
        -------
        CausalGraph

        Raises
        ------
        ModelError
            If an edge is no pair, the edges run in a circle, or a name is no node.

        Examples
        --------
        >>> CausalGraph.of_edges([("z", "t"), ("t", "y")]).descendants("z")
        frozenset({...})
        """
        pairs = list(edges) if isinstance(edges, Iterable) else [edges]
        for pair in pairs:
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise ModelError(f"an edge is a pair (cause, effect), not {pair!r}")
        dag = nx.DiGraph()
        dag.add_nodes_from(names_of(nodes, ModelError))
        dag.add_edges_from(pairs)
        if not nx.is_directed_acyclic_graph(dag):
            circle = " -> ".join(str(a) for a, _ in nx.find_cycle(dag))
            raise ModelError(f"the edges run in a circle ({circle}); causes cannot")
        unseen = frozenset(names_of(latents, ModelError))
        codes = frozenset(names_of(categorical, ModelError))
        for what, names in (("latents", unseen), ("categories", codes)):
            for name in names - set(dag):
                raise ModelError(unknown(f"the {what} name", name, dag))
        return cls(nx.freeze(dag), unseen, codes)

    def __repr__(self) -> str:
        edges = ", ".join(f"{a} -> {b}" for a, b in self.dag.edges)
        latent = f"; latent: {', '.join(self.ordered(self.latents))}" if self.latents else ""
        return f"<CausalGraph: {edges or 'no edges'}{latent}>"

    @property
    def observed(self) -> frozenset[str]:
        """The nodes that have a column."""
        return frozenset(self.dag) - self.latents

    def require(self, *names: str) -> None:
        """Raise a `QueryError` unless all `names` are nodes."""
        for name in names:
            if name not in self.dag:
                raise QueryError(unknown("the causal graph is asked about", name, self.dag))

    def require_observed(self, *names: str) -> None:
        """Raise a `QueryError` unless all `names` are observed nodes."""
        self.require(*names)
        for name in names:
            if name in self.latents:
                raise QueryError(
                    f"{name!r} is latent: it has no column, so nothing can be estimated with it"
                )

    def require_effect(self, treatment: str, outcome: str) -> None:
        """Check that an effect can be asked for; return nothing.

        Parameters
        ----------
        treatment, outcome : str
            Variables of the graph.

        Raises
        ------
        QueryError
            Unless both are observed nodes, and are not the same.
        """
        self.require_observed(treatment, outcome)
        if treatment == outcome:
            raise QueryError(f"{treatment!r} is treatment and outcome at once; name two variables")

    def ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return `names`, causes first; ties in the order of the model."""
        wanted = set(names)
        order = {n: k for k, n in enumerate(self.dag)}
        in_order = nx.lexicographical_topological_sort(self.dag, key=order.__getitem__)
        return tuple(n for n in in_order if n in wanted)

    def parents(self, name: str) -> frozenset[str]:
        """Return the direct causes of a variable."""
        self.require(name)
        return frozenset(self.dag.predecessors(name))

    def children(self, name: str) -> frozenset[str]:
        """Return the direct effects of a variable."""
        self.require(name)
        return frozenset(self.dag.successors(name))

    def ancestors(self, *names: str) -> frozenset[str]:
        """Return `names` and all their causes."""
        self.require(*names)
        return frozenset(names).union(*(nx.ancestors(self.dag, n) for n in names))

    def descendants(self, *names: str) -> frozenset[str]:
        """Return `names` and all their effects."""
        self.require(*names)
        return frozenset(names).union(*(nx.descendants(self.dag, n) for n in names))

    def mediators(self, treatment: str, outcome: str) -> tuple[str, ...]:
        """Return the variables between treatment and outcome on directed paths.

        Parameters
        ----------
        treatment, outcome : str
            Variables of the graph.

        Returns
        -------
        tuple of str
            Causes first.
        """
        return self.ordered(self.carriers(treatment, outcome) - {outcome})

    def carriers(self, treatment: str, outcome: str) -> frozenset[str]:
        """Return the mediators and the outcome.

        Parameters
        ----------
        treatment, outcome : str
            Variables of the graph.

        Returns
        -------
        frozenset of str
            Empty if the treatment does not cause the outcome.
        """
        return (self.descendants(treatment) & self.ancestors(outcome)) - {treatment}

    def separated(self, x: str | Iterable[str], y: str, given: Iterable[str] = ()) -> bool:
        """Return whether `given` d-separates `x` from `y`, so that they are independent.

        Parameters
        ----------
        x : str or iterable of str
            Variables on the one side.
        y : str
            The variable on the other side.
        given : iterable of str
            Variables that are held.

        Returns
        -------
        bool

        Raises
        ------
        QueryError
            If a name is no node, or is there twice.
        """
        some, given = set(names_of(x)), set(names_of(given))
        self.require(*some, y, *given)
        if twice := (some & given) | ({y} & (some | given)):
            raise QueryError(
                f"{', '.join(map(str, self.ordered(twice)))} cannot be separated from itself, or "
                "held; name different variables"
            )
        return bool(nx.is_d_separator(self.dag, some, {y}, given))

    def without_effects(self, treatments: Iterable[str], outcome: str) -> nx.DiGraph:
        """Return the proper back-door graph: without the first edge of each causal path.

        Parameters
        ----------
        treatments : iterable of str
            Variables whose effects on the outcome are taken out.
        outcome : str
            The variable that effects are of.

        Returns
        -------
        networkx.DiGraph
        """
        cut = nx.DiGraph(self.dag)
        for treatment in treatments:
            carriers = self.carriers(treatment, outcome)
            cut.remove_edges_from([(treatment, n) for n in self.children(treatment) & carriers])
        return cut


def names_of(given: Any, error: type[IfonlyError] = QueryError) -> tuple[str, ...]:
    """Return names as a tuple; a single name is one of one.

    Parameters
    ----------
    given : str or iterable of str
    error : type

    Returns
    -------
    tuple of str

    Raises
    ------
    IfonlyError
        The `error`, if `given` is neither.
    """
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, Iterable):
        raise error(f"names of variables are expected, not {given!r}")
    return tuple(given)


def _check_potentials(equations: Equations) -> None:
    for name, equation in equations.items():
        if equation.kind == "potential":
            tied = equations.ancestors([name]) & set(equations.mechanisms)
            if tied:
                raise ModelError(
                    f"the Potential {name!r} ties {', '.join(sorted(tied))} together without a "
                    "direction, so the model has no causal graph; write it as a mechanism"
                )


def check_graph(graph: Any) -> None:
    """Raise a `QueryError` for what is no graph; a model is the likeliest.

    Parameters
    ----------
    graph : object
    """
    if not isinstance(graph, CausalGraph):
        raise QueryError(
            f"a CausalGraph is needed, such as CausalGraph.of(model), not {type(graph).__name__}"
        )
