"""Evidence is the same in every dress that data come in."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

from ..contracts.dosed import N, frame, make_model


@pytest.fixture(scope="module")
def model() -> pm.Model:
    return make_model()


GOOD_DATA = {
    "booleans": lambda: frame(treated=np.arange(N) % 2 == 1),
    "objects that are numbers": lambda: frame(count=np.arange(N).astype(object)),
    "nullable integers": lambda: frame(count=pd.array(range(N), dtype="Int64")),
    "nullable booleans": lambda: frame(treated=pd.array([False, True] * 3, dtype="boolean")),
    "categories of numbers": lambda: frame(treated=pd.Categorical([0, 1] * 3)),
    "whole floats": lambda: frame(count=np.arange(N) * 1.0),
    "unsigned": lambda: frame(count=np.arange(N).astype("uint8")),
    "single precision": lambda: frame(dose=np.linspace(-1, 1, N).astype("float32")),
    "a dict of lists": lambda: {n: list(c) for n, c in frame().items()},
    "a dataset": lambda: frame().rename_axis("unit").to_xarray(),
}


@pytest.mark.parametrize("case", GOOD_DATA, ids=str)
def test_data_in_many_dresses(case, model):
    evidence = read_evidence(Equations(model), GOOD_DATA[case]())
    plain = read_evidence(Equations(model), frame())
    for name, column in plain.columns.items():
        assert evidence.columns[name].dtype == column.dtype
        np.testing.assert_allclose(evidence.columns[name], column, atol=1e-7)
    assert len(evidence) == N


def test_an_index_becomes_the_labels(model):
    labelled = frame().set_index(pd.Index(list("abcdef"), name="person"))
    assert read_evidence(Equations(model), labelled).labels.tolist() == list("abcdef")
    dataset = labelled.rename_axis("unit").to_xarray()
    assert read_evidence(Equations(model), dataset).labels.tolist() == list("abcdef")


def test_a_dataset_s_dimensions_are_matched_by_name():
    with pm.Model(coords={"unit": range(1), "item": range(3), "day": range(3)}) as model:
        pm.Normal("y", 0.0, 1.0, dims=("unit", "item", "day"))
    values = np.arange(5 * 3 * 3.0).reshape(5, 3, 3)
    dataset = xr.Dataset({"y": (("unit", "item", "day"), values)})
    turned = dataset.transpose("day", "unit", "item")
    np.testing.assert_array_equal(read_evidence(Equations(model), turned).columns["y"], values)


def test_data_of_units_that_coords_do_not_name_are_explained() -> None:
    def held(labels: range) -> Equations:
        with pm.Model(coords={"unit": labels}) as made:
            x = pm.Data("x", np.arange(4.0), dims="unit")
            pm.Normal("y", pm.Normal("b") * x, 1, dims="unit")
        return Equations(made)

    y = {"y": np.zeros(4)}
    with pytest.raises(DataError, match=r"coords=\{'unit': range\(4\)\}") as refused:
        read_evidence(held(range(1)), y)
    assert "'x'" in str(refused.value)
    assert "hold 4 values where coords name 1" in str(refused.value)
    # Each of the two ways that the message names.
    np.testing.assert_array_equal(read_evidence(held(range(4)), y).columns["x"], np.arange(4.0))
    given = read_evidence(held(range(1)), {**y, "x": [5.0, 6.0, 7.0, 8.0]})
    np.testing.assert_array_equal(given.columns["x"], [5.0, 6.0, 7.0, 8.0])
    with pytest.raises(DataError, match=r"'x'.*add them, of 3 values each"):
        read_evidence(held(range(4)), {"y": np.zeros(3)})


def test_numbers_whose_squares_no_float_holds(model: pm.Model) -> None:
    data = frame().astype(float)
    name = next(n for n in data if data[n].dtype.kind == "f")
    data.loc[data.index[1], name] = 1e200
    with pytest.raises(DataError, match="beyond 1e"):
        read_evidence(Equations(model), data)
