"""How a variable becomes columns, and what a regression leaves, against NumPy and algebra."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.graph.regression import encoded, independent, residuals, standardised

X = np.array([1.0, 2.0, 4.0, 7.0])


def test_numbers_stay_and_categories_become_indicators():
    numbers = pd.Series([3, 1, 2], name="n")
    assert encoded(numbers, categorical=False)["n"].tolist() == [3.0, 1.0, 2.0]
    text = encoded(pd.Series(["b", "a", "c"], name="s"), categorical=False)
    assert list(text) == ["s[b]", "s[c]"]
    assert text.to_numpy().tolist() == [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]
    codes = encoded(numbers, categorical=True)
    assert list(codes) == ["n[2]", "n[3]"]


@pytest.mark.parametrize(("offset", "scale"), [(0, 1), (1e9, 1), (0, 1e200), (0, 1e-200)])
def test_offset_and_scale_do_not_matter(offset, scale):
    expected = (X - X.mean()) / X.std()
    found = standardised(offset + scale * X[:, None])
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-6)


def test_a_constant_is_zeros():
    columns = np.column_stack([np.full(4, 0.1), np.full(4, 1e300), np.zeros(4)])
    np.testing.assert_array_equal(standardised(columns), np.zeros((4, 3)))
    assert standardised(np.empty((0, 2))).shape == (0, 2)


def test_what_earlier_columns_determine_is_not_independent():
    columns = np.column_stack([X, X**2, 2.0 * X - 3.0 * X**2 + 5.0, np.ones(4), X**3])
    found = independent(standardised(columns))
    assert found.tolist() == [True, True, False, False, True]
    assert independent(standardised(columns[:, ::-1])).tolist() == [True, False, True, True, False]


def test_residuals_are_orthogonal_to_what_is_held():
    y, held = np.array([3.0, -1.0, 0.5, 2.0]), np.column_stack([np.ones(4), X])
    slope = np.cov(X, y, bias=True)[0, 1] / X.var()
    expected = y - y.mean() - slope * (X - X.mean())
    np.testing.assert_allclose(residuals(y, held), expected, rtol=1e-12)
    both = residuals(np.column_stack([y, X]), held * [1e-150, 1e150])
    np.testing.assert_allclose(both, np.column_stack([expected, np.zeros(4)]), atol=1e-12)
