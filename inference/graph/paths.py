"""Open paths between two variables, and how they read in words."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from itertools import pairwise

from .networks import nx

__all__ = ["colliders_on", "open_paths", "spelled"]

# The number of paths grows fast with the edges; the search ends after this many partial paths.
MOST = 20_000


def spelled(dag: nx.DiGraph, path: Collection[str]) -> str:
    """Return a path in arrows.

    Parameters
    ----------
    dag : networkx.DiGraph
    path : sequence of str

    Returns
    -------
    str

    Examples
    --------
    >>> spelled(nx.DiGraph([("u", "t"), ("u", "y")]), ["t", "u", "y"])
    't <- u -> y'
    """
    names = list(path)
    text = names[0]
    for a, b in pairwise(names):
        text += f" {'->' if dag.has_edge(a, b) else '<-'} {b}"
    return text


def open_paths(
    dag: nx.DiGraph, x: str, y: str, given: Collection[str] = ()
) -> Iterator[tuple[str, ...]]:
    """Yield the paths between `x` and `y` that are open given `given`, shortest first.

    A path is open when each collider on it is in `given` or has a descendant there, and nothing
    else on it is.

    Parameters
    ----------
    dag : networkx.DiGraph
    x, y : str
    given : collection of str

    Yields
    ------
    tuple of str

    Examples
    --------
    >>> dag = nx.DiGraph([("t", "c"), ("u", "c"), ("u", "y")])
    >>> list(open_paths(dag, "t", "y")), list(open_paths(dag, "t", "y", {"c"}))
    ([], [('t', 'c', 'u', 'y')])
    """
    given = set(given)
    awake = given.union(*(nx.ancestors(dag, g) for g in given))
    useful = awake | {x, y} | nx.ancestors(dag, x) | nx.ancestors(dag, y)
    todo: deque[tuple[str, ...]] = deque([(x,)])
    for _ in range(MOST):
        if not todo:
            return
        path = todo.popleft()
        here = path[-1]
        if here == y:
            yield path
            continue
        for near in sorted({*dag.predecessors(here), *dag.successors(here)}):
            if near in path or near not in useful:
                continue
            if len(path) > 1:
                collides = dag.has_edge(path[-2], here) and dag.has_edge(near, here)
                if (here not in awake) if collides else (here in given):
                    continue
            todo.append((*path, near))


def colliders_on(dag: nx.DiGraph, path: Collection[str]) -> list[str]:
    """Return the variables that two arrows of the path point to.

    Parameters
    ----------
    dag : networkx.DiGraph
    path : sequence of str

    Returns
    -------
    list of str

    Examples
    --------
    >>> colliders_on(nx.DiGraph([("t", "c"), ("u", "c"), ("u", "y")]), ["t", "c", "u", "y"])
    ['c']
    """
    names = list(path)
    triples = zip(names, names[1:], names[2:], strict=False)
    return [b for a, b, c in triples if dag.has_edge(a, b) and dag.has_edge(c, b)]
