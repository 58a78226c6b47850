"""The causal graph, read from the model."""

import networkx as nx
import numpy as np
import pymc as pm
import pytest
from matplotlib.figure import Figure

from ifonly.inference import ModelError
from ifonly.models.linear_walkthrough import linear_walkthrough
from ifonly.models.recommendation_funnel import recommendation_funnel
from ifonly.scenarios.display.graph import causal_graph, draw_graph

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
