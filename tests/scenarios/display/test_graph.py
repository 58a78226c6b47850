"""The causal graph, its layout, its drawing, and the equations as text."""

import itertools

import networkx as nx
import numpy as np
import pymc as pm
import pytest
from matplotlib.figure import Figure

from ifonly.inference import ModelError
from ifonly.inference.scm.equations import Equations
from ifonly.models.linear_walkthrough import linear_walkthrough
from ifonly.models.recommendation_funnel import recommendation_funnel
from ifonly.scenarios.display.formulas import equation_texts
from ifonly.scenarios.display.graph import causal_graph, draw_graph
from ifonly.scenarios.display.layout import Bend, lay_out

FUNNEL = {
    ("user_intent", "recommendation_quality"),
    ("catalog_match", "recommendation_quality"),
    ("recommendation_quality", "watch_time"),
    ("tutorial_prompt", "watch_time"),
    ("user_intent", "watch_time"),
    ("recommendation_quality", "next_week_value"),
    ("watch_time", "next_week_value"),
    ("user_intent", "next_week_value"),
    ("tutorial_prompt", "next_week_value"),
}


def words(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.axes[0].texts}


def test_the_graph_is_the_models() -> None:
    assert set(causal_graph(recommendation_funnel()).edges) == FUNNEL


def test_deterministics_are_contracted_or_shown() -> None:
    model = linear_walkthrough()
    assert set(causal_graph(model).edges) == {("a", "y"), ("b", "y"), ("c", "y")}
    shown = causal_graph(model, deterministics=True)
    assert set(shown.edges) == {("a", "y_mu"), ("b", "y_mu"), ("c", "y_mu"), ("y_mu", "y")}
    assert "y_mu" in causal_graph(model, deterministics=["y_mu"])


def test_parameters_are_nodes_where_asked() -> None:
    graph = causal_graph(linear_walkthrough(), parameters=True)
    assert graph.nodes["sigma_y"]["kind"] == "parameter"
    assert ("beta_ay", "y") in graph.edges


def test_what_do_leaves_is_grey_and_what_nobody_sees_is_dashed() -> None:
    model = pm.do(linear_walkthrough(), {"b": np.zeros(1)})
    assert causal_graph(model).nodes["b"]["kind"] == "data"
    assert "set by do" in words(draw_graph(model))
    seen = pm.observe(linear_walkthrough(), {"y": np.zeros(1), "a": np.zeros(1)})
    kinds = nx.get_node_attributes(causal_graph(seen), "kind")
    assert {n for n, kind in kinds.items() if kind == "latent"} == {"b", "c"}
    assert "latent" in words(draw_graph(linear_walkthrough(), latent=["b"]))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ModelError, match="did you mean"):
        draw_graph(recommendation_funnel(), fixed=["watch_tim"])
    with pytest.raises(ModelError, match="latents name"):
        draw_graph(recommendation_funnel(), latent=["nobody"])


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


@pytest.mark.parametrize("model", [linear_walkthrough, recommendation_funnel])
@pytest.mark.parametrize("everything", [False, True])
def test_labels_neither_overlap_nor_leave_the_figure(model, everything: bool) -> None:
    figure = draw_graph(model(), deterministics=everything, parameters=everything)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for a, b in itertools.combinations(boxes, 2):
        assert not a.overlaps(b)
    whole = figure.bbox
    assert all(whole.x0 <= b.x0 and b.x1 <= whole.x1 for b in boxes)
    assert all(whole.y0 <= b.y0 and b.y1 <= whole.y1 for b in boxes)


def test_equations_read_as_they_were_written() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope", 0.0, 2.0)
        x = pm.Normal("x", dims="unit")
        m = pm.Deterministic("m", pm.math.exp(-(x - 1.0) / slope) - (x - slope), dims="unit")
        pm.Poisson("y", pm.math.exp(m) + x**2, dims="unit")
    texts = equation_texts(Equations(model))
    assert list(texts) == ["x", "m", "y", "slope"]
    assert texts["slope"] == "slope ~ Normal(0, 2)"
    assert texts["m"] == "m = exp(-(x - 1) / slope) - (x - slope)"
    assert texts["y"] in ("y ~ Poisson(exp(m) + x**2)", "y ~ Poisson(exp(m) + sqr(x))")


def test_families_made_of_others_and_rates_are_written_plainly() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        scale = pm.HalfNormal("scale", 1.0)
        pm.Gamma("wait", 2.0, 1.0 / scale, dims="unit")
        pm.Censored("age", pm.Normal.dist(scale, 2.0), 18.0, 75.0, dims="unit")
        pm.DiscreteUniform("month", 1, 6, dims="unit")
    texts = equation_texts(Equations(model))
    assert texts["wait"] == "wait ~ Gamma(2, scale)"
    assert texts["age"] == "age ~ Censored(Normal(scale, 2), 18, 75)"
    assert texts["month"] == "month ~ DiscreteUniform(1, 6)"
