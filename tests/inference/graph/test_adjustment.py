"""Textbook graphs whose adjustment sets, instruments and pitfalls are known."""

import itertools

import networkx as nx
import numpy as np
import pytest

from ifonly.inference import CausalGraph, QueryError
from ifonly.inference.graph import (
    back_door,
    colliders,
    conditioning_problems,
    default_adjustment,
    front_door,
    instruments,
    is_back_door_set,
    unidentified_latents,
)

from .textbook import drawn, experiment

# Pearl, Glymour and Jewell (2016), Causal Inference in Statistics, and Cinelli, Forney and Pearl
# (2022), "A crash course in good and bad controls", doi:10.1177/00491241221099552.
CONFOUNDER = drawn("w > t y, t > y")
M_BIAS = drawn("a > t m, b > m y, t > y", latents="a b")
BUTTERFLY = drawn("a > t m, b > m y, m > t y, t > y", latents="a b")
BUTTERFLY_SEEN = drawn("a > t m, b > m y, m > t y, t > y")
FRONT_DOOR = drawn("u > t y, t > m, m > y", latents="u")
VERMA = drawn("a > b, b > c, c > d, u > b d", latents="u")
INSTRUMENT = drawn("z > t, u > t y, t > y", latents="u")
BOW = drawn("u > t y, t > y", latents="u")


def sets(found) -> set[str]:
    return {" ".join(sorted(s)) for s in found}


@pytest.mark.parametrize(
    ("graph", "minimal"),
    [
        (CONFOUNDER, {"w"}),
        (M_BIAS, {""}),
        (BUTTERFLY, set()),
        (BUTTERFLY_SEEN, {"a m", "b m"}),
        (FRONT_DOOR, set()),
        (INSTRUMENT, set()),
        (BOW, set()),
        (drawn("t > m, m > y, w > m t"), {"w"}),
    ],
)
def test_minimal_adjustment_sets(graph, minimal):
    assert sets(back_door(graph, "t", "y").sets) == minimal


def test_what_is_said_of_adjustment():
    assert str(back_door(CONFOUNDER, "t", "y")) == "the effect of t on y needs {w}"
    assert str(back_door(M_BIAS, "t", "y")) == "the effect of t on y needs no adjustment"
    found = back_door(BUTTERFLY, "t", "y")
    assert not found.exists
    assert found.latents == ("a", "b")
    assert str(found) == (
        "no adjustment identifies the effect of t on y: t <- a -> m <- b -> y stays open, and "
        "a and b are latent"
    )


def test_verma_has_no_effect_of_b_on_d_by_adjustment():
    """b and d share a latent, and c carries the effect: front door, and c given b for c on d."""
    assert not back_door(VERMA, "b", "d").exists
    assert sets(front_door(VERMA, "b", "d")) == {"c"}
    assert sets(back_door(VERMA, "c", "d").sets) == {"b"}
    assert sets(i.name for i in instruments(VERMA, "b", "d")) == {"a"}


def test_front_door():
    assert sets(front_door(FRONT_DOOR, "t", "y")) == {"m"}
    direct = drawn("u > t y, t > m y, m > y", latents="u")
    assert front_door(direct, "t", "y") == ()
    assert front_door(drawn("u > t y m, t > m, m > y", latents="u"), "t", "y") == ()
    two = drawn("u > t y, t > m n, m > y, n > y", latents="u")
    assert sets(front_door(two, "t", "y")) == {"m n"}


def test_the_confounded_world():
    graph = experiment()
    assert str(back_door(graph, "T", "Y")) == (
        "no adjustment identifies the effect of T on Y: T <- u -> Y stays open, and u is latent"
    )
    assert set(default_adjustment(graph, "T", "Y")) == {"activity", "age", "E", "segment"}
    assert [str(i) for i in instruments(graph, "T", "Y")] == ["Z"]
    both = {str(i) for i in instruments(graph, ("T", "exposure"), "Y")}
    assert both == {"Z", "E given activity"}
    assert graph.mediators("T", "Y") == ("exposure",)
    assert {"C", "pre_metric"} <= set(colliders(graph, "T", "Y"))
    assert unidentified_latents(graph) == {}
    held = ["activity", "age", "E", "segment", "C", "exposure", "pre_metric"]
    found = {p.variable: p.role for p in conditioning_problems(graph, "T", "Y", held)}
    assert found == {"exposure": "mediator", "C": "collider"}  # the proxy opens nothing


def test_were_the_confounder_seen_it_would_be_enough():
    graph = CausalGraph.of_edges(experiment().dag.edges)
    assert sets(back_door(graph, "T", "Y").sets) == {"E activity u"}
    assert set(default_adjustment(graph, "T", "Y")) == {"activity", "age", "E", "segment", "u"}


def test_latents_cannot_be_adjusted_for():
    with pytest.raises(QueryError, match="'u' is latent"):
        is_back_door_set(BOW, "t", "y", ["u"])
    with pytest.raises(QueryError, match="'u' is latent"):
        back_door(BOW, "u", "y")


@pytest.mark.parametrize("ask", [back_door, front_door, instruments])
def test_a_treatment_that_is_the_outcome_is_refused(ask):
    with pytest.raises(QueryError, match="'t' is treatment and outcome at once"):
        ask(drawn("z > t, t > y"), "t", "t")


def test_a_single_name_is_a_set_of_one():
    graph = drawn("www > t y, t > y")
    assert is_back_door_set(graph, "t", "y", "www")


def test_valid_sets_leave_no_bias_and_others_do():
    """In linear Gaussian models the coefficient of a regression is algebra: hold it to the effect.

    Random graphs, all subsets: with generic coefficients the criterion holds exactly where the
    population regression gives the total effect.
    """
    rng = np.random.default_rng(1)
    names = ["t", "y", "a", "b", "c"]
    checked = {True: 0, False: 0}
    for _ in range(40):
        order = list(rng.permutation(names))
        order.remove("t"), order.insert(int(rng.integers(0, 4)), "t")
        order.remove("y"), order.append("y")
        edges = [e for e in itertools.combinations(order, 2) if rng.uniform() < 0.55]
        graph = CausalGraph.of_edges([*edges], nodes=order)
        slopes = np.zeros((5, 5))  # slopes[i, j]: of cause j on effect i
        for cause, effect in edges:
            slopes[names.index(effect), names.index(cause)] = rng.uniform(0.5, 1.5)
        total = np.linalg.inv(np.eye(5) - slopes)
        covariance = total @ np.diag(rng.uniform(0.5, 2.0, 5)) @ total.T
        for size in range(4):
            for held in itertools.combinations("abc", size):
                index = [0, *(names.index(h) for h in held)]
                fitted = np.linalg.solve(covariance[np.ix_(index, index)], covariance[index, 1])
                unbiased = bool(np.isclose(fitted[0], total[1, 0], atol=1e-9))
                assert is_back_door_set(graph, "t", "y", held) == unbiased, (edges, held)
                checked[unbiased] += 1
        assert nx.is_directed_acyclic_graph(graph.dag)
    assert min(checked.values()) > 50
