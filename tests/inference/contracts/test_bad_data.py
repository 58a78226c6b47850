"""Data that do not fit the model are refused in one line."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import (
    DataError,
    ModelError,
    World,
    condition,
)
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

from .dosed import TRUTH, N, frame, one_line

BAD_DATA = {
    "no known column": (
        lambda: frame()[["dose"]].rename(columns={"dose": "dos"}),
        ["'dos'", "did you mean 'dose'"],
    ),
    "a parameter's column": (lambda: frame(slope=1.0), ["'slope'", "parameter"]),
    "a Deterministic's column": (lambda: frame(mean=1.0), ["'mean'", "Deterministic"]),
    "NaN": (lambda: frame(dose=[np.nan] + [0.0] * 5), ["'dose'", "missing (NaN)", "1 of 6"]),
    "infinite": (lambda: frame(dose=[np.inf] + [0.0] * 5), ["'dose'", "infinite"]),
    "strings": (lambda: frame(dose=list("abcdef")), ["'dose'", "'a'", "codes 0, 1"]),
    "numbers as strings": (lambda: frame(dose=list("123456")), ["'dose'", "'1'"]),
    "strings among objects": (
        lambda: frame(dose=np.array([1.0, "2", 3, 4, 5, 6], dtype=object)),
        ["'dose'"],
    ),
    "None": (
        lambda: frame(dose=np.array([None, 1, 2, 3, 4, 5], dtype=object)),
        ["'dose'", "missing"],
    ),
    "nullable with a gap": (
        lambda: frame(count=pd.array([1, None, 2, 3, 4, 5], dtype="Int64")),
        ["'count'", "missing"],
    ),
    "categories": (
        lambda: frame(treated=pd.Categorical(list("ababab"))),
        ["'treated'", "codes 0, 1"],
    ),
    "dates": (
        lambda: frame(dose=pd.date_range("2026-01-01", periods=N)),
        ["'dose'", "datetime64"],
    ),
    "complex": (lambda: frame(dose=np.ones(N) * 1j), ["'dose'", "complex128"]),
    "Bernoulli of 2": (
        lambda: frame(treated=[0, 1, 2, 0, 1, 0]),
        ["'treated'", "2", "Bernoulli", "greatest value is 1"],
    ),
    "HalfNormal of -1": (
        lambda: frame(waiting=[-1.0] + [1.0] * 5),
        ["'waiting'", "-1.0", "HalfNormal", "least value is 0"],
    ),
    "Poisson of -1": (lambda: frame(count=[-1] * N), ["'count'", "-1", "least value is 0"]),
    "half a count": (lambda: frame(count=[0.5] * N), ["'count'", "0.5", "integer"]),
    "no rows": (lambda: frame().iloc[:0], ["no rows"]),
    "no columns": (lambda: pd.DataFrame(index=range(3)), ["no columns"]),
    "an empty dict": (dict, ["no columns"]),
    "one label twice": (
        lambda: frame().set_index(pd.Index(["a", "b", "a", "c", "d", "e"])),
        ["'a'", "distinct"],
    ),
    "one column twice": (
        lambda: pd.concat([frame(), frame()[["dose"]]], axis=1),
        ["'dose'", "twice"],
    ),
    "mixed lengths": (
        lambda: {"dose": np.zeros(3), "outcome": np.zeros(4)},
        ["different lengths", "'dose': 3", "'outcome': 4"],
    ),
    "a ragged column": (lambda: {"dose": [[1.0, 2.0], [3.0]]}, ["'dose'", "ragged"]),
    "rows of several levels": (
        lambda: frame().set_index(pd.MultiIndex.from_product([[0, 1], [0, 1, 2]])),
        ["rows", "2 levels", "set_axis"],
    ),
    "columns of several levels": (
        lambda: pd.concat({"first": frame()}, axis=1),
        ["columns", "MultiIndex"],
    ),
    "a single value": (lambda: {"dose": 1.0}, ["'dose'", "single value"]),
    "two axes": (lambda: {"dose": np.zeros((3, 2))}, ["'dose'", "(3, 2)"]),
    "a list": (lambda: [1, 2, 3], ["DataFrame", "list"]),
    "a dataset without units": (
        lambda: xr.Dataset({"dose": ("person", np.zeros(3))}),
        ["'unit'", "person"],
    ),
    "a dataset with a scalar": (
        lambda: frame().drop(columns="dose").rename_axis("unit").to_xarray().assign(dose=1.0),
        ["'dose'", "no dimension 'unit'"],
    ),
}


@pytest.mark.parametrize("case", BAD_DATA, ids=str)
def test_data_that_do_not_fit(case, model):
    make, parts = BAD_DATA[case]
    with pytest.raises(DataError) as caught:
        read_evidence(Equations(model), make())
    one_line(caught, *parts)
    with pytest.raises(DataError):
        World.from_evidence(model, TRUTH, make(), seed=1)


def test_a_model_s_own_data_need_a_column():
    with pm.Model(coords={"unit": range(3)}) as model:
        age = pm.Data("age", [1.0, 2.0, 3.0], dims="unit")
        pm.Normal("y", age, 1.0, dims="unit")
    with pytest.raises(DataError) as caught:
        condition(model, {"y": np.zeros(4)}, progress=False)
    one_line(caught, "age", "no column")
    with pytest.raises(ModelError) as caught:
        World.simulate(model, {}, units=5, seed=1)
    one_line(caught, "age")
    with pytest.raises((ModelError, DataError)) as caught:
        World.simulate(model, {}, units=5, seed=1, given={"age": np.zeros(4)})
    one_line(caught, "age", "5")
    with pytest.raises((ModelError, DataError)) as caught:
        World.simulate(model, {}, units=5, seed=1, given={"aeg": np.zeros(5)})
    one_line(caught, "aeg", "age")


@pytest.mark.parametrize(("codes", "what"), [([1, 2, 3], "codes 1 to 3"), ([0.5, 1, 2], "integer")])
def test_codes_that_index_beyond_a_parameter(codes, what):
    with pm.Model(coords={"unit": range(3), "group": range(3)}) as model:
        level = pm.Normal("level", dims="group")
        group = pm.Data("group_of", np.arange(3), dims="unit")
        pm.Normal("y", level[group], 1, dims="unit")
    data = {"group_of": np.array(codes), "y": np.zeros(3)}
    with pytest.raises(DataError, match=what):
        World.from_evidence(model, {"level": [1.0, 2.0, 3.0]}, data)
    data["group_of"] = np.arange(3)
    world = World.from_evidence(model, {"level": [1.0, 2.0, 3.0]}, data)
    np.testing.assert_array_equal(world.noise["y"], [-1.0, -2.0, -3.0])
