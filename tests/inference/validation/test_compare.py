"""Comparisons: the numbers against their definitions, for every shape of answer."""

import re
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from scipy import stats

from ifonly.inference import ITE, QueryError, World, compare, condition, shift
from ifonly.models.linear_walkthrough import linear_walkthrough

ATTRS = {
    "outcome": "y", "query": "ATE", "rung": 3, "units": "observed", "of": "outcome", "n_units": 5,
    "estimand": "the mean of y",
}  # fmt: skip


def an_answer(
    center: Any = 0.0, *, dims: dict[str, Any] | None = None, sd: float = 1.0, **attrs: Any
) -> xr.DataArray:
    """Independent normal draws around `center`, as a posterior of 4 chains would give them."""
    dims = dims or {}
    shape = tuple(len(v) for v in dims.values())
    noise = np.random.default_rng(7).standard_normal((4, 500, *shape))
    return xr.DataArray(
        center + sd * noise, dims=("chain", "draw", *dims), coords=dims, name="y",
        attrs=ATTRS | attrs,
    )  # fmt: skip


def a_truth(values: Any, *, dims: dict[str, Any] | None = None, **attrs: Any) -> xr.DataArray:
    return xr.DataArray(values, dims=tuple(dims or ()), coords=dims, name="y", attrs=ATTRS | attrs)


SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "scalar": ({}, {}),
    "line": ({"dose": np.array([0.0, 0.5, 2.0])}, {}),
    "forest": ({"group": np.array(["a", "b", "c"])}, {"query": "CATE"}),
    "grid": ({"group": np.array(["a", "b"]), "quantile": np.array([0.1, 0.5, 0.9])}, {}),
    "units": ({"unit": np.arange(30)}, {"query": "ITE"}),
    "units of doses": ({"dose": np.array([0.0, 1.0]), "unit": np.arange(30)}, {"query": "ITE"}),
    "three": ({"a": [0, 1], "b": [0, 1], "c": [0, 1]}, {"query": "CATE"}),
}


def pair(shape: str) -> tuple[xr.DataArray, xr.DataArray]:
    dims, attrs = SHAPES[shape]
    truth = np.random.default_rng(3).standard_normal(tuple(len(v) for v in dims.values()))
    return an_answer(truth + 0.5, dims=dims, **attrs), a_truth(truth, dims=dims, **attrs)


def test_a_single_number_against_the_definitions() -> None:
    answer = an_answer(2.0)
    draws = answer.to_numpy().ravel()
    found = compare(answer, a_truth(1.0))
    row = found.table.loc["y"]
    assert found.dims == ()
    assert row["truth"] == 1.0
    assert row["mean"] == pytest.approx(draws.mean(), abs=1e-12)
    assert row["sd"] == pytest.approx(draws.std(ddof=1), rel=1e-12)
    assert (row["low"], row["high"]) == pytest.approx(np.quantile(draws, [0.05, 0.95]))
    assert found.covered is True
    assert found.bias == pytest.approx(draws.mean() - 1.0)
    assert found.rmse == pytest.approx(abs(draws.mean() - 1.0))
    assert found.rank == pytest.approx((draws < 1.0).mean())
    assert found.z == pytest.approx((draws.mean() - 1.0) / draws.std(ddof=1))
    # Independent draws: the standard error of their mean is sd / sqrt(n), as MCSE must find.
    assert row["mcse"] == pytest.approx(draws.std() / np.sqrt(len(draws)), rel=0.25)
    assert row["ess"] == pytest.approx(len(draws), rel=0.5)


def test_the_interval_has_the_level_asked_for() -> None:
    for ci_prob in (0.5, 0.9, 0.99):
        row = compare(an_answer(0.0), 0.0, ci_prob=ci_prob).table.loc["y"]
        width = 2 * stats.norm.ppf((1 + ci_prob) / 2)
        assert row["high"] - row["low"] == pytest.approx(width, rel=0.1)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_a_table_and_a_summary(shape: str) -> None:
    answer, truth = pair(shape)
    found = compare(answer, truth)
    assert len(found.table) == truth.size
    np.testing.assert_array_equal(found.table["truth"], truth.to_numpy().ravel())
    np.testing.assert_allclose(
        found.table["mean"], answer.mean(("chain", "draw")).to_numpy().ravel()
    )
    summary = found.summary.iloc[0]
    assert summary["elements"] == truth.size
    assert summary["rmse"] == pytest.approx(np.sqrt((found.table["bias"] ** 2).mean()))
    assert summary["coverage"] == found.table["covered"].mean() == found.coverage
    if truth.size > 1:
        assert summary["correlation"] > 0.9
        assert isinstance(found.covered, xr.DataArray)
        assert found.covered.dims == truth.dims


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_a_figure(shape: str) -> None:
    found = compare(*pair(shape))
    figure = found.plot()
    assert isinstance(figure, Figure)
    assert found.shape == shape.split()[0] or shape == "three"
    for ax in figure.axes:
        assert ax.get_xlabel() or ax.get_ylabel()
    figure.draw_without_rendering()


def test_elements_are_aligned_by_label_not_by_place() -> None:
    dims = {"group": np.array(["a", "b"]), "quantile": np.array([0.1, 0.5, 0.9])}
    truth = a_truth(np.arange(6.0).reshape(2, 3), dims=dims)
    answer = an_answer(truth.to_numpy(), dims=dims, sd=0.01)
    shuffled = truth.isel(group=[1, 0], quantile=[2, 0, 1]).transpose("quantile", "group")
    found = compare(answer, shuffled)
    assert found.rmse < 0.01
    assert found.covered.dims == ("group", "quantile")  # type: ignore[union-attr]


def test_numbers_and_arrays_will_do_for_a_truth() -> None:
    dims = {"dose": np.array([0.0, 1.0])}
    answer = an_answer(np.array([1.0, 2.0]), dims=dims, sd=0.01)
    assert compare(answer, [1.0, 2.0]).rmse < 0.01
    assert compare(answer, 1.0).table["truth"].tolist() == [1.0, 1.0]
    with pytest.raises(QueryError, match=r"shape \(3,\)"):
        compare(answer, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("outcome", "x", "outcome"),
        ("query", "ATT", "query"),
        ("rung", 2, "rung"),
        ("units", "new", "units"),
        ("of", "expectation", "expectation"),
        ("estimand", "the mean of y, twice", "estimand"),
        ("n_units", 6, "number of observed units"),
    ],
)
def test_the_truth_of_another_query_is_refused(key: str, value: Any, words: str) -> None:
    with pytest.raises(QueryError, match=f"differ in .*{words}"):
        compare(an_answer(), a_truth(0.0, **{key: value}))


def test_coordinates_that_do_not_match_are_refused() -> None:
    answer = an_answer(dims={"group": np.array(["a", "b"])})
    with pytest.raises(QueryError, match=r"'group' do not match.*'b', which the truth lacks"):
        compare(answer, a_truth([0.0, 0.0], dims={"group": np.array(["a", "c"])}))
    with pytest.raises(QueryError, match="the truth over nothing"):
        compare(answer, a_truth(0.0))


def test_the_sides_cannot_be_swapped() -> None:
    with pytest.raises(QueryError, match="without chain and draw"):
        compare(a_truth(0.0), an_answer())
    with pytest.raises(QueryError, match="truth has chain and draw"):
        compare(an_answer(), an_answer())
    with pytest.raises(QueryError, match="between 0 and 1"):
        compare(an_answer(), 0.0, ci_prob=90)


def test_an_effect_that_is_exactly_zero_is_covered_up_to_rounding() -> None:
    answer = an_answer(0.3, sd=0.0)
    found = compare(answer, 0.1 + 0.2)
    assert found.covered is True
    assert (found.z, found.rank) == (0.0, 0.5)
    assert compare(answer, 0.31).covered is False


def test_ties_count_half_in_the_rank() -> None:
    draws = np.repeat([0, 1, 2, 3], 25).reshape(1, 100)
    answer = xr.DataArray(draws, dims=("chain", "draw"), name="count")
    assert compare(answer, 1).rank == pytest.approx(0.375)


def test_groups_without_units_are_left_out() -> None:
    dims = {"group": np.array(["a", "b", "c"])}
    answer = an_answer(np.array([0.0, np.nan, 1.0]), dims=dims, sd=0.1)
    found = compare(answer, a_truth([0.0, np.nan, 1.0], dims=dims))
    assert found.table.index.tolist() == ["a", "c"]
    assert found.summary["elements"].item() == 2
    assert np.isfinite(found.rmse)


@pytest.mark.parametrize(
    ("answer", "truth", "words"),
    [
        (an_answer(), None, "NoneType"),
        (an_answer(), "a", "str 'a'"),
        (an_answer(), 1j, "complex"),
        (an_answer(), [[1.0], [2.0, 3.0]], "numbers in the shape of the estimand"),
        (an_answer(), xr.Dataset({"y": 1.0}), "Dataset"),
        (an_answer(), a_truth("a"), "the truth holds <U1"),
        (an_answer().astype(str), 0.0, "the answer holds <U"),
        (an_answer()[:, :0], 0.0, "the answer is empty"),
        (an_answer(dims={"unit": np.arange(0)}), np.zeros(0), "the answer is empty"),
        (xr.DataArray([0.0], coords={"statistic": ["median"]}), 0.0, "without mean and sd"),
        (np.zeros((4, 500)), 0.0, "not ndarray"),
    ],
)
def test_what_cannot_be_compared(answer: Any, truth: Any, words: str) -> None:
    with pytest.raises(QueryError, match=re.escape(words)) as caught:
        compare(answer, truth)
    assert "\n" not in str(caught.value)


def test_a_summary_of_draws_is_compared_by_its_normal_interval() -> None:
    dims = {"unit": np.arange(40)}
    truth = a_truth(np.linspace(-1, 1, 40), dims=dims, query="ITE")
    draws = an_answer(truth.to_numpy(), dims=dims, query="ITE", sd=0.2)
    both = [draws.mean(("chain", "draw")), draws.std(("chain", "draw"), ddof=1)]
    short = xr.concat(both, dim="statistic").assign_coords(statistic=["mean", "sd"])
    short.attrs = dict(draws.attrs)
    exact = xr.concat([truth, truth * 0], dim="statistic").assign_coords(statistic=["mean", "sd"])
    exact.attrs = dict(truth.attrs)
    found, full = compare(short, exact), compare(draws, truth)
    np.testing.assert_allclose(found.table["low"], full.table["low"], atol=0.03)
    np.testing.assert_allclose(found.table["bias"], full.table["bias"])
    assert found.table["rank"].isna().all()
    assert isinstance(found.plot(), Figure)


def test_a_calibrated_set_of_units_covers_and_has_slope_one() -> None:
    rng = np.random.default_rng(11)
    mean = rng.standard_normal(2_000)
    truth = mean + 0.5 * rng.standard_normal(2_000)
    dims = {"unit": np.arange(2_000)}
    draws = mean + 0.5 * rng.standard_normal((4, 250, 2_000))
    answer = xr.DataArray(draws, dims=("chain", "draw", "unit"), coords=dims, name="y")
    row = compare(answer, a_truth(truth, dims=dims)).summary.iloc[0]
    error = np.sqrt(0.9 * 0.1 / 2_000)
    assert row["coverage"] == pytest.approx(0.9, abs=4 * error)
    assert row["slope"] == pytest.approx(1.0, abs=4 * 0.5 / np.sqrt(2_000))
    assert row["rmse"] == pytest.approx(0.5, rel=0.1)


def test_a_posterior_and_a_world_are_asked_the_same() -> None:
    truth = {"beta_y0": 0.0, "beta_ay": 1.5, "beta_by": 0.7, "beta_cy": 0.3, "sigma_y": 0.2}
    model = linear_walkthrough()
    world = World.simulate(model, truth, units=60, seed=3)
    posterior = condition(model, world.data, draws=300, tune=500, seed=1, progress=False)
    query = ITE("y", do={"a": [shift(1.0), shift(2.0)]})
    found = compare(posterior.ask(query), world.ask(query))
    np.testing.assert_allclose(found.table["truth"].unstack("dose"), [[1.5, 3.0]] * 60)
    assert found.table["z"].abs().max() < 4
    assert found.answer.attrs["estimand"] in repr(found)
    other = World.simulate(model, truth, units=61, seed=3)
    with pytest.raises(QueryError, match="number of observed units: 60 against 61"):
        compare(posterior.ask(query), other.ask(query))
