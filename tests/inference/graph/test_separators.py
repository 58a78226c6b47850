"""Minimal separating sets, against a search of all subsets."""

from itertools import chain, combinations

import networkx as nx
import numpy as np

from ifonly.inference.graph.separators import MOST_CANDIDATES, minimal_separators


def all_minimal(dag, x, y, allowed):
    subsets = chain.from_iterable(combinations(sorted(allowed), n) for n in range(len(allowed) + 1))
    separate = [set(s) for s in subsets if nx.is_d_separator(dag, x, y, set(s))]
    return {frozenset(s) for s in separate if not any(other < s for other in separate)}


def test_all_minimal_sets_are_found():
    rng, order = np.random.default_rng(4), list("abxcy")
    found = 0
    for _ in range(60):
        edges = [e for e in combinations(order, 2) if e != ("x", "y") and rng.uniform() < 0.5]
        dag = nx.DiGraph(edges)
        dag.add_nodes_from(order)
        sets = minimal_separators(dag, "x", "y", "abc")
        assert set(sets) == all_minimal(dag, "x", "y", "abc")
        assert [len(s) for s in sets] == sorted(len(s) for s in sets)
        found += len(sets)
    assert found > 60


def test_what_is_not_allowed_is_not_used():
    dag = nx.DiGraph([("a", "x"), ("a", "b"), ("b", "y")])
    assert minimal_separators(dag, "x", "y", {"b"}) == (frozenset("b"),)
    assert minimal_separators(dag, "x", "y", set()) == ()
    assert minimal_separators(nx.DiGraph([("x", "y"), ("a", "x")]), "x", "y", {"a"}) == ()


def test_of_many_candidates_one_set_is_enough():
    """Each of twelve common causes must be held."""
    causes = [f"c{k}" for k in range(MOST_CANDIDATES + 2)]
    dag = nx.DiGraph([(c, end) for c in causes for end in "xy"])
    assert minimal_separators(dag, "x", "y", causes) == (frozenset(causes),)
