"""Bases: what they promise of the rows they were learnt from, and of new rows."""

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import BSpline

from ifonly.inference.errors import DataError
from ifonly.inference.inputs import basis as module
from ifonly.inference.inputs.basis import Basis, evenly

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "age": RNG.gamma(2.0, 10.0, 500),
        "flag": RNG.integers(0, 2, 500),
        "place": RNG.choice(["north", "south", "west"], 500),
        "same": 3.0,
    }
)


@pytest.mark.parametrize("smooth", [False, True])
def test_lines_and_curves_are_uncorrelated_and_products_standardised(smooth: bool) -> None:
    basis = Basis.of(FRAME, smooth=smooth)
    assert basis.constant == ("same",)
    terms = basis.terms(FRAME)
    assert {n: v.shape[1] for n, v in terms.items()}["line"] == 1 + 1 + 3
    age = basis.columns[0]
    table = np.column_stack([np.ones(500), age.lines(FRAME["age"]), age.curves(FRAME["age"])])
    products = table.T @ table / 500
    np.testing.assert_allclose(products, np.diag(np.diag(products)), atol=1e-9)
    np.testing.assert_allclose(np.diag(products)[: 3 if smooth else None], 1.0)
    assert not smooth or (np.diff(np.diag(products)[2:]) < 0).all()
    products = terms["product"]
    np.testing.assert_allclose(products.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(products.std(axis=0), 1)


def test_curves_under_one_variance_are_a_smoothing_spline() -> None:
    """Least squares with a penalty of the integral of the squared second derivative."""
    x = np.sort(RNG.gamma(2.0, 1.0, 300))
    y, frame = np.sin(2 * x) + 0.3 * RNG.normal(size=300), pd.DataFrame({"x": x})
    [column] = Basis.of(frame, smooth=True).columns
    curves = column.curves(frame["x"])
    edges = np.concatenate([np.repeat(column.edges[0], 3), column.edges])
    edges = np.concatenate([edges, np.repeat(column.edges[-1], 3)])
    splines = BSpline(edges, np.eye(len(edges) - 4), 3)
    z = (x - x.mean()) / x.std()
    grid = np.linspace(z[0], z[-1], 20_001)
    at = splines.derivative(2)(grid)
    bending = np.trapezoid(at[:, :, None] * at[:, None, :], grid, axis=0)
    # In units in which the first curve bends by 1.
    first = np.linalg.lstsq(splines(z), curves[:, 0], rcond=None)[0]
    penalty = 4.0 * bending / (first @ bending @ first)
    direct = splines(z) @ np.linalg.solve(splines(z).T @ splines(z) + penalty, splines(z).T @ y)
    table = np.column_stack([np.ones(300), z, curves])
    ridge = np.diag([0.0, 0.0, *np.full(curves.shape[1], 4.0)])
    ours = table @ np.linalg.solve(table.T @ table + ridge, table.T @ y)
    np.testing.assert_allclose(ours, direct, atol=1e-5)


def test_curves_follow_a_smooth_function() -> None:
    """Seven quantile pieces of a cubic spline leave little of a sine."""
    x = np.sort(RNG.uniform(-3, 3, 400))
    terms = Basis.of(pd.DataFrame({"x": x})).terms(pd.DataFrame({"x": x}))
    table = np.column_stack([np.ones(400), terms["line"], terms["curve"]])
    left = np.sin(x) - table @ np.linalg.lstsq(table, np.sin(x), rcond=None)[0]
    assert np.abs(left).max() < 0.02


def test_new_rows_are_read_as_the_rows_it_was_learnt_from() -> None:
    basis = Basis.of(FRAME)
    whole = basis.terms(FRAME)
    some = basis.terms(FRAME.iloc[[7, 100]])
    for name, table in whole.items():
        np.testing.assert_allclose(some[name], table[[7, 100]])
    far = basis.columns[0].curves(pd.Series([1e6, FRAME["age"].max()]))
    np.testing.assert_allclose(far[0], far[1])  # a curve stays what it is at the end
    with pytest.raises(DataError, match="'age' held numbers before"):
        basis.terms(FRAME.assign(age="old"))


def test_pairs_can_be_chosen() -> None:
    assert Basis.of(FRAME, pairs=[("age", "flag"), ("age", "same")]).pairs == ((0, 1),)


def test_a_new_level_is_refused() -> None:
    with pytest.raises(DataError, match="'place' holds 'east', which the rows"):
        Basis.of(FRAME).terms(FRAME.assign(place="east"))


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (pd.date_range("2024-01-01", periods=500), "'x' holds dates"),
        (["2024-01-01"] * 499 + ["?"], "'x' holds dates"),
        ([f"name {k}" for k in range(500)], "'x' holds 500 different texts"),
    ],
)
def test_what_has_no_basis_is_refused(column: object, words: str) -> None:
    with pytest.raises(DataError, match=words):
        Basis.of(pd.DataFrame({"x": column}))


def test_groups_can_be_left_out() -> None:
    basis = Basis.of(FRAME)
    whole, some = basis.terms(FRAME), basis.terms(FRAME, ["line"])
    assert list(some) == ["line"]
    np.testing.assert_array_equal(some["line"], whole["line"])


def test_some_of_many_rows_tell_the_curves_and_all_tell_the_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = Basis.of(FRAME)
    monkeypatch.setattr(module, "evenly", lambda count: evenly(count, 250))
    some = Basis.of(FRAME)
    np.testing.assert_array_equal(some.terms(FRAME)["line"], whole.terms(FRAME)["line"])
    curves, rows = some.terms(FRAME)["curve"], evenly(500, 250)
    products = curves[rows].T @ curves[rows] / 250
    np.testing.assert_allclose(products, np.diag(np.diag(products)), atol=1e-9)
    assert abs(curves - whole.terms(FRAME)["curve"]).max() > 1e-3
