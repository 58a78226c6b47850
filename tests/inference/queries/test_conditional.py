"""Average effects within groups of covariates, against NumPy."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from ifonly.inference import (
    CATE,
    QueryError,
)

from .varied import check


@pytest.mark.usefixtures("quick_compile")
def test_conditional_averages(asked):
    who, lead, y, seen = asked
    arms = {"do": {"t": 1.0}, "versus": {"t": 0.0}}
    effect = y(1.0) - y(0.0)

    def means(*masks):
        return np.stack([effect[..., m].mean(-1) for m in masks], axis=-1)

    answer = who.ask(CATE("y", **arms, by="kind"))
    check(answer, (*lead, "kind"), means(*(seen["kind"] == k for k in range(3))))
    assert answer["kind"].to_numpy().tolist() == [0, 1, 2]
    edges = np.quantile(seen["z"], [0.25, 0.5, 0.75])
    code = np.searchsorted(edges, seen["z"], side="left")
    answer = who.ask(CATE("y", **arms, by={"z": 4}))
    check(answer, (*lead, "z"), means(*(code == k for k in range(4))))
    cut = [-0.5, 0.5]
    code = np.searchsorted(cut, seen["z"], side="left")
    answer = who.ask(CATE("y", **arms, by={"z": cut}))
    check(answer, (*lead, "z"), means(*(code == k for k in range(3))))
    assert answer["z"].to_numpy().tolist() == ["<= -0.5", "-0.5 to 0.5", "> 0.5"]


@pytest.mark.usefixtures("quick_compile")
def test_conditional_averages_in_two_dimensions(asked):
    who, lead, y, seen = asked
    effect = y(1.0) - y(0.0)
    code = (seen["z"] > 0).astype(int)
    query = CATE("y", do={"t": 1.0}, versus={"t": 0.0}, by={"kind": None, "z": [0.0]})
    answer = who.ask(query)
    expected = np.stack(
        [
            np.stack([effect[..., (seen["kind"] == k) & (code == b)].mean(-1) for b in (0, 1)], -1)
            for k in range(3)
        ],
        axis=-2,
    )
    check(answer, (*lead, "kind", "z"), expected)
    names = who.ask(CATE("y", do={"t": 1.0}, by=["kind"]))
    assert names.dims == (*lead, "kind")


@pytest.mark.usefixtures("quick_compile")
def test_a_group_without_units_is_nan(asked):
    who, lead, _, _ = asked
    answer = who.ask(CATE("y", do={"t": 1.0}, by={"z": [-50.0, 0.0]}))
    assert np.isnan(answer.isel(z=0)).all()
    assert np.isfinite(answer.isel(z=[1, 2])).all()
    assert answer.dims == (*lead, "z")


@pytest.mark.parametrize("labels", [np.ones(50) * 1j, np.zeros(50, dtype=[("g", float)])])
def test_what_no_unit_can_be_grouped_by_is_refused(asked, labels):
    who, *_ = asked
    with pytest.raises(QueryError, match="complex numbers or records"):
        who.ask(CATE("y", do={"t": 1.0}, versus={"t": 0.0}, by=labels))


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("container", ["cut", "polars", "arrow", "dictionary"])
def test_groups_come_in_any_container(asked, container):
    """Intervals of `pandas.cut`; columns of polars and Arrow, which go by position."""
    who, _, y, seen = asked
    high = seen["z"] > 0
    words = np.where(high, "high", "low").tolist()
    by = {
        "cut": pd.cut(seen["z"], [-np.inf, 0.0, np.inf]),
        "polars": pl.Series(words, dtype=pl.Enum(["low", "high"])),
        "arrow": pa.array(np.where(high, "b", "a").tolist()),
        "dictionary": pa.DictionaryArray.from_arrays(high.astype(int), ["low", "high"]),
    }[container]
    answer = who.ask(CATE("y", do={"t": 1.0}, versus={"t": 0.0}, by=by))
    effect = y(1.0) - y(0.0)
    expected = np.stack([effect[..., ~high].mean(-1), effect[..., high].mean(-1)], axis=-1)
    np.testing.assert_allclose(answer.to_numpy(), expected, rtol=1e-9)
