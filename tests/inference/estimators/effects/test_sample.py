import numpy as np
import pandas as pd
import pytest

from ifonly.inference.errors import DataError, QueryError
from ifonly.inference.estimators import Roles
from ifonly.inference.estimators.effects.sample import fitting, read_sample

from .worlds import ROLES, varied

DATA = varied(40).data


def test_units_asked_about_have_the_columns_of_those_learnt_from():
    asked = pd.DataFrame({"g": ["c", "b"], "x": [1.0, 2.0], "z": [3.0, 4.0]})
    sample = read_sample("it", DATA, ROLES, at=asked)
    np.testing.assert_array_equal(sample.at, [[1.0, 3.0, 0.0, 1.0], [2.0, 4.0, 1.0, 0.0]])
    assert sample.covariates.shape == (40, 4)
    assert not sample.own


def test_linear_columns_are_scaled_by_the_units_learnt_from():
    data = DATA.assign(twice=2 * DATA["x"], same=7.0)
    roles = Roles("t", "y", adjust=("x", "twice", "same", "z"))
    learnt, asked = read_sample("it", data, roles, at=data[:3]).linear
    np.testing.assert_allclose(learnt.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(learnt.std(axis=0), 1)
    assert learnt.shape == (40, 2)
    np.testing.assert_allclose(asked, learnt[:3])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"t": 1}, "takes a treatment that is 0 or 1"),
        ({"t": np.arange(40) % 3}, "takes a treatment that is 0 or 1"),
        ({"x": np.nan}, "misses 40 of 40"),
    ],
)
def test_data_that_do_not_suit_are_refused(change, words):
    with pytest.raises(DataError, match=words):
        read_sample("it", DATA.assign(**change), ROLES)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (DATA.assign(g="new"), "'new' for a unit asked about"),
        (DATA.assign(x="a"), "holds numbers in the data, and text"),
        (DATA[["x", "z"]], "'g'"),
    ],
)
def test_units_that_cannot_be_asked_about_are_refused(at, words):
    with pytest.raises(DataError, match=words):
        read_sample("it", DATA, ROLES, at=at)


def test_a_seed_is_a_whole_number():
    with pytest.raises(QueryError, match="seed"):
        read_sample("it", DATA, ROLES, seed=0.5)


def test_what_a_library_raises_is_one_line():
    sample = read_sample("it", DATA, ROLES)
    with (
        pytest.raises(DataError, match=r"it cannot be fitted to these 40 units \(no\)"),
        fitting("it", sample),
    ):
        raise ValueError("no\nmore of it")
