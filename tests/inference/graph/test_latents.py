"""Latents that a graph does not identify from what is observed."""

import pytest

from ifonly.inference import AssumptionWarning
from ifonly.inference.graph import unidentified_latents, warn_of_latents
from ifonly.inference.graph.latents import shown_by

from .textbook import drawn, experiment

FRONT_DOOR = drawn("u > t y, t > m, m > y", latents="u")
INSTRUMENT = drawn("z > t, u > t y, t > y", latents="u")
BOW = drawn("u > t y, t > y", latents="u")


@pytest.mark.parametrize(
    ("graph", "word"),
    [
        (drawn("t > y", latents="u", nodes="u"), "nothing that is observed"),
        (drawn("t > y, u > y", latents="u"), "shows in y alone"),
        (drawn("t > y, u > v, v > y", latents="u v", nodes="v u"), "shows in y alone"),
        (BOW, "shows in t and y alone"),
    ],
)
def test_a_latent_that_nothing_identifies_is_named(graph, word):
    with pytest.warns(AssumptionWarning) as given:
        warn_of_latents(graph)
    messages = [str(w.message) for w in given]
    assert len(messages) == len(graph.latents)
    assert any("identify the latent 'u': " in m and word in m for m in messages)


@pytest.mark.parametrize("graph", [INSTRUMENT, FRONT_DOOR, experiment()])
def test_a_latent_that_an_instrument_a_mediator_or_a_proxy_identifies_is_left_alone(graph):
    warn_of_latents(graph)


def test_a_latent_is_said_to_be_unidentified_by_the_graph_and_no_more():
    with pytest.warns(AssumptionWarning, match="the graph does not identify the latent 'u'"):
        warn_of_latents(BOW)


def test_where_a_latent_shows_causes_first():
    graph = drawn("u > y t v, v > k, t > y", latents="u v")
    shown = shown_by(graph, "u")
    assert set(shown) == {"t", "y", "k"}
    assert shown.index("t") < shown.index("y")
    assert shown_by(graph, "v") == ("k",)


def test_what_else_identifies_a_latent_spares_it():
    warn_of_latents(BOW, spared=["u"])
    assert list(unidentified_latents(BOW)) == ["u"]
