"""The columns of an analysis: their scale, their categories, what others determine."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import (
    CausalGraph,
    DataError,
    QueryError,
)
from ifonly.inference.estimators import (
    Roles,
)
from ifonly.inference.estimators.design import read_design

DATA = pd.DataFrame(
    {
        "t": [0.0, 1.0, 0.0, 1.0, 1.0],
        "y": [1.0, 4.0, 2.0, 6.0, 7.0],
        "w": [1.0, 2.0, 4.0, 8.0, 16.0],
        "k": ["b", "a", "b", "c", "a"],
    }
)
ROLES = Roles("t", "y", adjust=("w", "k"))
DESIGN = read_design(DATA, ROLES)


def test_columns_by_role():
    assert DESIGN.outcome.tolist() == DATA["y"].tolist()
    assert DESIGN.treatment.tolist() == DATA["t"].tolist()
    assert list(DESIGN.frame) == ["y", "t", "w", "k"]


def test_scaled_columns_and_their_units():
    columns, spread = DESIGN.scaled("y", "w")
    np.testing.assert_allclose(spread, DATA[["y", "w"]].std(ddof=0))
    np.testing.assert_allclose(columns.mean(axis=0), 0.0, atol=1e-15)
    np.testing.assert_allclose(columns.std(axis=0), 1.0)
    constant = read_design(DATA.assign(w=5.0), ROLES).scaled("w")
    assert (constant[0].any(), constant[1].tolist()) == (False, [0.0])


def test_a_binary_treatment_has_two_units_of_both():
    assert DESIGN.binary
    assert not read_design(DATA.assign(t=[0, 0, 0, 0, 1]), ROLES).binary
    assert not read_design(DATA.assign(t=[1, 2, 1, 2, 2]), ROLES).binary


def test_categories_become_indicators():
    found = DESIGN.encoded(("k", "w"))
    assert list(found) == ["k[b]", "k[c]", "w"]
    assert found["k[b]"].tolist() == [1.0, 0.0, 1.0, 0.0, 0.0]
    assert DESIGN.encoded(()).shape == (5, 0)
    assert DESIGN.is_categorical("k")
    graph = CausalGraph.of_edges([("w", "t"), ("t", "y")], categorical=["w"])
    assert read_design(DATA, replace(ROLES, adjust=("w",), graph=graph)).is_categorical("w")


def test_what_others_determine_is_not_held_twice():
    data = DATA.assign(v=lambda d: 3.0 - 2.0 * d["w"])
    design = read_design(data, Roles("t", "y", adjust=("w", "v")))
    assert design.held(("w", "v")).shape == (5, 1)
    both = read_design(data.assign(t=data["w"]), Roles("t", "y", adjust=("v",)))
    assert both.determined(("v",)) == ("t",)
    assert both.determined(()) == ()


def test_columns_that_must_be_numbers():
    with pytest.raises(DataError, match="'t' holds text or times"):
        read_design(DATA.assign(t="a"), ROLES)
    with pytest.raises(QueryError, match="roles are Roles"):
        read_design(DATA, "t")
