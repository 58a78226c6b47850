"""What no graph is, names that are none, and data that no independence can be tested on."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import CausalGraph, DataError, ModelError, QueryError
from ifonly.inference.graph import (
    back_door,
    check_independencies,
    conditioning_problems,
    instrument_problem,
    instruments,
    is_back_door_set,
    warn_of_weak_instruments,
)

from .textbook import drawn

GRAPH = drawn("www > t y, t > y, u > t y, z > t", latents="u")
FORK = drawn("w > x y")
of = CausalGraph.of_edges


def data(units: int = 200) -> pd.DataFrame:
    w, x, y = np.random.default_rng(1).normal(size=(3, units))
    return pd.DataFrame({"w": w, "x": w + x, "y": w + y})


ODD_GRAPHS = {
    "a triple": (lambda: of([("a", "b", "c")]), r"an edge is a pair \(cause, effect\)"),
    "a text": (lambda: of(["ab"]), "an edge is a pair"),
    "nothing": (lambda: of(None), "an edge is a pair"),
    "a circle": (lambda: of([("a", "b"), ("b", "a")]), "run in a circle"),
    "no latent": (lambda: of([("a", "b")], latents="q"), "the latents name 'q'"),
    "no category": (lambda: of([("a", "b")], categorical=["q"]), "the categories name 'q'"),
}


@pytest.mark.parametrize("case", sorted(ODD_GRAPHS))
def test_what_is_no_graph_is_refused(case):
    draw, words = ODD_GRAPHS[case]
    with pytest.raises(ModelError, match=words):
        draw()


ODD_NAMES = {
    "none": (lambda: back_door(GRAPH, None, "y"), "asked about None, which does not exist"),
    "no set": (lambda: is_back_door_set(GRAPH, "t", "y", None), "names of variables are expected"),
    "no treatment": (lambda: instruments(GRAPH, [], "y"), "no treatment is named"),
    "from itself": (lambda: GRAPH.separated("t", "t"), "t cannot be separated from itself"),
    "held": (lambda: GRAPH.separated("t", "y", ["t"]), "t cannot be separated from itself, or"),
    "both": (lambda: conditioning_problems(GRAPH, "t", "t", []), "treatment and outcome at once"),
}


@pytest.mark.parametrize("case", sorted(ODD_NAMES))
def test_names_that_do_not_fit_are_refused(case):
    ask, words = ODD_NAMES[case]
    with pytest.raises(QueryError, match=words):
        ask()


def test_one_name_is_a_set_of_one():
    assert conditioning_problems(GRAPH, "t", "y", "www") == ()
    assert not GRAPH.separated("z", "y", "www")
    assert of([("uu", "t")], latents="uu").latents == {"uu"}
    assert instruments(GRAPH, ["t", "t"], "y") == instruments(GRAPH, "t", "y")
    assert instrument_problem(GRAPH, "z", "t", "y", "z") == "z is held itself"


ODD_DATA = {
    "no rows": (data(0), "the table has no rows"),
    "infinite": (data().replace({"x": {data()["x"][0]: np.inf}}), "'x' is infinite for 1 of 200"),
    "complex": (data() + 1j, "complex"),
    "twice": (pd.concat([data(), data()[["x"]]], axis=1), "'x' twice"),
    "no table": (None, "not NoneType"),
    "lengths": ({**data(), "x": [1.0]}, "different lengths"),
    "identifiers": (
        data().assign(x=[f"unit {k}" for k in range(200)]),
        "the categories of 'x' and 'y' make 199 conditions .* too many for 200 units",
    ),
}


@pytest.mark.parametrize("case", sorted(ODD_DATA))
def test_data_that_cannot_be_tested_are_refused(case):
    frame, words = ODD_DATA[case]
    with pytest.raises(DataError, match=words):
        check_independencies(FORK, frame)


def test_a_level_is_a_probability():
    with pytest.raises(QueryError, match="level is a probability"):
        check_independencies(FORK, data(), level=3)


def test_text_of_many_levels_is_held_level_by_level():
    """Within each of twenty groups x and y are independent; the groups make them dependent."""
    rng = np.random.default_rng(2)
    g = np.arange(4_000) % 20
    centre = rng.normal(size=20)[g]
    x, y = centre + rng.normal(size=(2, 4_000))
    frame = pd.DataFrame({"w": np.char.add("g", g.astype(str)), "x": x, "y": y})
    assert not check_independencies(FORK, frame)["contradicted"].any()
    assert check_independencies(drawn("", nodes="x y"), frame)["contradicted"].all()


def test_an_instrument_without_numbers_is_not_judged():
    columns = dict(data().rename(columns={"w": "t", "x": "www"}).items())
    columns = {n: v.to_numpy() for n, v in columns.items()}
    warn_of_weak_instruments(GRAPH, columns)
    warn_of_weak_instruments(GRAPH, {**columns, "z": np.full(200, "a")})
    with pytest.raises(DataError, match="different lengths"):
        warn_of_weak_instruments(GRAPH, {**columns, "z": np.ones(3)})
