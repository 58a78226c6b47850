"""Columns with gaps: which units lack values, what stands there, and what can be inferred."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import DataError
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.gaps import check_inferable, filled, some_of


@pytest.fixture(scope="module")
def equations() -> Equations:
    with pm.Model(coords={"unit": range(3), "item": range(2)}) as model:
        pm.Data("age", np.zeros(3), dims="unit")
        pm.Normal("x", dims="unit")
        pm.MvNormal("pair", np.zeros(2), np.eye(2), dims=("unit", "item"))
        pm.Dirichlet("shares", np.ones(2), dims=("unit", "item"))
        pm.Multinomial("tally", 4, pt.constant([0.5, 0.5]), dims=("unit", "item"))
    return Equations(model)


def test_units_that_lack_some_values():
    gaps = np.array([[[True, False]], [[False, False]], [[True, True]]])
    np.testing.assert_array_equal(some_of(gaps), [True, False, True])
    np.testing.assert_array_equal(some_of(gaps[:, 0, 0]), [True, False, True])


def test_gaps_hold_values_of_the_column_s_own():
    """Of a unit that is whole, so that what hangs together is possible; else any value."""
    values, gaps = np.array([np.nan, 3.0, 5.0]), np.array([True, False, False])
    np.testing.assert_array_equal(filled(values, gaps), [3.0, 3.0, 5.0])
    pairs = np.array([[0.2, np.nan], [0.4, 0.6], [np.nan, np.nan]])
    np.testing.assert_array_equal(
        filled(pairs, np.isnan(pairs)), [[0.2, 0.6], [0.4, 0.6], [0.4, 0.6]]
    )
    torn = np.array([[0.2, np.nan], [np.nan, 0.7]])
    np.testing.assert_array_equal(filled(torn, np.isnan(torn)), [[0.2, 0.2], [0.2, 0.7]])
    whole = np.arange(3.0)
    assert filled(whole, np.zeros(3, bool)) is whole


@pytest.mark.parametrize(
    ("name", "gaps"),
    [
        ("x", [True, False, True]),
        ("pair", [[True, False], [False, True], [False, False]]),  # each part by itself
        ("shares", [[True, True], [False, False], [False, False]]),
        ("tally", [[True, True], [False, False], [True, True]]),
    ],
)
def test_what_can_be_inferred(equations, name, gaps):
    check_inferable(equations, name, np.array(gaps))


@pytest.mark.parametrize(
    ("name", "gaps", "words"),
    [
        ("age", [True, False, False], "'age' is missing .* 1 of 3 units.*does not say how 'age'"),
        ("x", [True, True, True], "3 of 3 units; drop the column: 'x' is then latent"),
        ("shares", [[True, False], [False, False], [False, False]], "one Dirichlet hang"),
        ("tally", [[True, False], [True, True], [False, False]], "2 of 3 .*one Multinomial hang"),
    ],
)
def test_what_cannot(equations, name, gaps, words):
    with pytest.raises(DataError, match=words):
        check_inferable(equations, name, np.array(gaps))
