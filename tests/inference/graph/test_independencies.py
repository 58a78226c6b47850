"""Implied independencies: those that textbooks give; tests with their size and power."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from statsmodels.stats.multitest import multipletests

from ifonly.inference import CausalGraph, DataError
from ifonly.inference.graph import check_independencies, implied_independencies

from .textbook import drawn, experiment


def words(graph) -> set[str]:
    return {str(i) for i in implied_independencies(graph)}


def test_textbook_independencies():
    assert words(drawn("a > b, b > c")) == {"a ⊥ c | b"}
    assert words(drawn("a > c, b > c")) == {"a ⊥ b"}
    assert words(drawn("a > b, b > c, c > d, u > b d", latents="u")) == {"a ⊥ c | b"}
    assert words(drawn("z > t, u > t y, t > y", latents="u")) == set()  # no edge, no separator


def test_the_confounded_world_implies_what_its_equations_say():
    found = {frozenset((i.x, i.y)): i.given for i in implied_independencies(experiment())}
    assert found[frozenset(("Z", "segment"))] == set()
    assert found[frozenset(("pre_metric", "E"))] == {"activity"}
    assert found[frozenset(("Z", "exposure"))] == {"E", "T", "activity"}
    # T is a collider between Z and u, and u is latent: nothing makes these independent.
    assert not {frozenset(("Z", "C")), frozenset(("Z", "Y"))} & set(found)


def simulated(rng: np.random.Generator, units: int, leak: float = 0.0) -> pd.DataFrame:
    """Mixed types, nonlinear: w -> x, w -> k -> count, and a leak from x to the count."""
    w = rng.gamma(2.0, 2.0, units)
    x = rng.binomial(1, 1 / (1 + np.exp(2 - 1.5 * np.sqrt(w))))
    k = (w > 3.0).astype(int) + rng.integers(0, 2, units)
    count = rng.poisson(np.exp(0.3 * k + leak * x))
    return pd.DataFrame({"w": w, "x": x, "k": np.array(["low", "mid", "high"])[k], "count": count})


REPEATS = 200
MIXED = drawn("w > x k, k > count")


def test_a_right_graph_is_contradicted_as_rarely_as_the_level_says():
    """Its p values are uniform, and Holm keeps the chance of any false alarm at the level."""
    rng = np.random.default_rng(5)
    tables = [check_independencies(MIXED, simulated(rng, 600), level=0.2) for _ in range(REPEATS)]
    alarms = sum(table["contradicted"].any() for table in tables)
    assert alarms <= binom.ppf(0.9999, REPEATS, 0.2)
    found = np.array([table.set_index(["x", "y"])["p"].loc[("x", "k")] for table in tables])
    for edge in (0.2, 0.5, 0.8):
        low, high = binom.ppf([0.0001, 0.9999], REPEATS, edge) / REPEATS
        assert low <= (found < edge).mean() <= high


@pytest.mark.parametrize("units", [100, 400])
def test_an_interaction_is_no_contradiction(units):
    """The last variable is the product of two that share a cause, of which it knows nothing."""
    graph = drawn("a > b d, b > c, d > c")
    alarms = 0
    for seed in range(REPEATS):
        rng = np.random.default_rng(seed)
        a, e, f, g = rng.normal(size=(4, units))
        b, d = np.sin(2 * a) + e, a**2 + f
        data = pd.DataFrame({"a": a, "b": b, "d": d, "c": b * d + g})
        alarms += check_independencies(graph, data)["contradicted"].any()
    assert alarms <= binom.ppf(0.9999, REPEATS, 0.05)


def test_a_missing_edge_is_found_and_named():
    data = simulated(np.random.default_rng(7), 2_000, leak=0.4)
    table = check_independencies(MIXED, data)
    wrong = table[table["contradicted"]]
    # The graph has w move the count by way of k alone, and x not at all; x > k stands.
    assert set(zip(wrong["x"], wrong["y"], strict=True)) == {("x", "count"), ("w", "count")}
    expected = multipletests(table["p"], method="holm")[1]
    np.testing.assert_allclose(table["p_holm"], expected)


def test_correlation_is_the_partial_correlation_in_a_linear_gaussian_model():
    rng = np.random.default_rng(8)
    w, x, y = rng.normal(size=(3, 4_000))
    data = pd.DataFrame({"w": w, "x": w + x, "y": 0.5 * x + w + y})
    table = check_independencies(drawn("w > x y"), data)
    # Of x and 0.5 x + y, both of unit noise: 0.5 / sqrt(1.25); the standard error is 1/sqrt(4000).
    assert table["correlation"][0] == pytest.approx(0.5 / np.sqrt(1.25), abs=4 / np.sqrt(4_000))


def test_bad_data():
    data = simulated(np.random.default_rng(9), 50)
    with pytest.raises(DataError, match="no column 'k'"):
        check_independencies(MIXED, data.drop(columns="k"))
    data.loc[0, "w"] = np.nan
    with pytest.raises(DataError, match="'w' misses 1 of 50 values"):
        check_independencies(MIXED, data)


def test_a_graph_that_implies_nothing_has_an_empty_table():
    graph = drawn("a > b")
    assert len(check_independencies(graph, {"a": [0.0, 1.0], "b": [1.0, 2.0]})) == 0


def test_a_code_that_the_model_uses_as_an_index_is_a_category():
    """The middle group has the high outcome, so that the code as a number is uncorrelated."""
    rng = np.random.default_rng(10)
    g = np.arange(600) % 3
    data = pd.DataFrame({"g": g, "y": 3.0 * (g == 1) + rng.normal(size=600)})
    nodes = {"nodes": ["g", "y"]}
    as_number = check_independencies(CausalGraph.of_edges([], **nodes), data)
    as_label = check_independencies(CausalGraph.of_edges([], categorical=["g"], **nodes), data)
    assert as_number["df"].item() == 1
    assert not as_number["contradicted"].item()
    assert as_label["df"].item() == 2
    assert as_label["contradicted"].item()


def test_offset_and_scale_do_not_matter():
    rng = np.random.default_rng(11)
    w, x, y = rng.normal(size=(3, 400))
    data = pd.DataFrame({"w": w, "x": w + x, "y": 0.2 * x + w + y})
    expected = check_independencies(drawn("w > x y"), data)
    moved = pd.DataFrame({"w": w + 1e8, "x": 1e-6 * data["x"] - 1e4, "y": 1e8 * data["y"]})
    found = check_independencies(drawn("w > x y"), moved)
    for name in ("correlation", "statistic", "p"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5)
