"""Open paths between two variables, on small graphs."""

import networkx as nx
import pytest

from ifonly.inference.graph.paths import colliders_on, open_paths, spelled

from .textbook import drawn

M_BIAS = drawn("a > t m, b > m y, m > d, t > y").dag


def paths(given, x="t", y="y", dag=M_BIAS):
    return ["".join(p) for p in open_paths(dag, x, y, given)]


def test_a_path_in_arrows():
    assert spelled(M_BIAS, ["t", "a", "m", "b", "y"]) == "t <- a -> m <- b -> y"
    assert spelled(M_BIAS, ["t"]) == "t"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["ty"]),
        (["m"], ["ty", "tamby"]),
        (["d"], ["ty", "tamby"]),  # an effect of the collider
        (["m", "a"], ["ty"]),
        (["m", "b"], ["ty"]),
    ],
)
def test_what_is_held_opens_colliders_and_closes_the_rest(given, expected):
    assert paths(given) == expected


def test_a_chain_and_a_fork_are_closed_by_what_is_on_them():
    dag = drawn("t > m, m > y, w > t y").dag
    assert paths([], dag=dag) == ["tmy", "twy"]
    assert paths(["m"], dag=dag) == ["twy"]
    assert paths(["m", "w"], dag=dag) == []


def test_open_paths_are_those_of_d_connection():
    """On all graphs of four variables in one order, whatever is held."""
    order = ["a", "b", "c", "d"]
    pairs = [(x, y) for i, x in enumerate(order) for y in order[i + 1 :]]
    for chosen in range(2 ** len(pairs)):
        dag = nx.DiGraph([p for k, p in enumerate(pairs) if chosen >> k & 1])
        dag.add_nodes_from(order)
        for given in ([], ["b"], ["c"], ["b", "c"]):
            separated = nx.is_d_separator(dag, "a", "d", set(given))
            assert (next(open_paths(dag, "a", "d", given), None) is None) == separated


def test_colliders_on_a_path():
    assert colliders_on(M_BIAS, ["t", "a", "m", "b", "y"]) == ["m"]
    assert colliders_on(M_BIAS, ["t", "y"]) == []
    two = nx.DiGraph([("t", "c"), ("u", "c"), ("u", "k"), ("y", "k")])
    assert colliders_on(two, ["t", "c", "u", "k", "y"]) == ["c", "k"]
