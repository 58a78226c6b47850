"""Minimal separating sets: what to hold so that two variables are independent."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from .networks import nx

__all__ = ["minimal_separators"]

# All subsets of this many candidates are tried, a thousand; of more, one minimal set is found.
MOST_CANDIDATES = 10


def minimal_separators(
    dag: nx.DiGraph, x: str, y: str, allowed: Collection[str]
) -> tuple[frozenset[str], ...]:
    """Return the minimal sets within `allowed` that d-separate `x` from `y`, smallest first.

    Parameters
    ----------
    dag : networkx.DiGraph
    x, y : str
    allowed : collection of str

    Returns
    -------
    tuple of frozenset of str
        All of them where there are few candidates, else one; none where no set separates.

    References
    ----------
    .. [1] van der Zander, Liskiewicz and Textor (2019), Artificial Intelligence 270, 1-40.
       doi:10.1016/j.artint.2018.12.006

    Examples
    --------
    >>> dag = nx.DiGraph([("a", "x"), ("a", "b"), ("b", "y")])
    >>> [sorted(s) for s in minimal_separators(dag, "x", "y", {"a", "b"})]
    [['a'], ['b']]
    """
    allowed = set(allowed) - {x, y}
    one = nx.find_minimal_d_separator(dag, x, y, restricted=allowed)
    if one is None:
        return ()
    # A minimal separator contains ancestors of the two variables only.
    candidates = sorted(allowed & (nx.ancestors(dag, x) | nx.ancestors(dag, y)))
    if len(candidates) > MOST_CANDIDATES:
        return (frozenset(one),)
    found: list[frozenset[str]] = []
    for size in range(len(candidates) + 1):
        for chosen in map(frozenset, combinations(candidates, size)):
            if not any(f <= chosen for f in found) and nx.is_d_separator(dag, x, y, set(chosen)):
                found.append(chosen)
    return tuple(found)
