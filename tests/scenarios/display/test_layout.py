"""Where the nodes of a graph go."""

import itertools

import networkx as nx
import numpy as np
import pytest

from ifonly.scenarios.display.layout import Bend, lay_out


@pytest.mark.parametrize("seed", range(6))
def test_no_two_places_of_a_layer_overlap_and_edges_go_down(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"v{k}" for k in range(12)]
    graph = nx.DiGraph()
    graph.add_nodes_from(names)
    graph.add_edges_from(p for p in itertools.combinations(names, 2) if rng.random() < 0.25)
    width = {n: float(rng.uniform(0.5, 3)) for n in names}
    layout = lay_out(graph, width, gap=0.3)
    level = {p: k for k, row in enumerate(layout.layers) for p in row}
    assert all(level[a] < level[b] for a, b in graph.edges)
    for row in layout.layers:
        for a, b in itertools.pairwise(row):
            room = sum(0.0 if isinstance(p, Bend) else width[p] for p in (a, b)) / 2
            assert layout.x[b] - layout.x[a] >= room + 0.3 - 1e-9
    for (a, b), chain in layout.chains.items():
        assert [level[p] for p in chain] == list(range(level[a], level[b] + 1))


def test_a_tree_is_drawn_without_crossings() -> None:
    graph = nx.DiGraph([("a", "c"), ("b", "d"), ("a", "e"), ("b", "f")])
    order = [str(p) for p in lay_out(graph, dict.fromkeys("abcdef", 1.0), 0.3).layers[1]]
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset("ce"), frozenset("df")}
