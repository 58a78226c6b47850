"""Answers beside truths: each asked once, and worded."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import ATE, Comparison
from ifonly.scenarios.reports.findings import MANY_UNITS, Pair, beside, between, pooled, signed


class Asked:
    """Stands for a world or a posterior: answers 0 and keeps what it was asked."""

    def __init__(self) -> None:
        self.queries: list[Any] = []

    def ask(self, query: Any) -> xr.DataArray:
        self.queries.append(query)
        return xr.DataArray(0.0)


def test_the_same_question_is_asked_once_of_each() -> None:
    world, posterior = Asked(), Asked()
    pair: Any = Pair(world, posterior)  # type: ignore[arg-type]
    query = ATE("y", do={"t": 1}, versus={"t": 0})
    for _ in range(2):
        pair.truth(query), pair.answer(query)
    assert (len(world.queries), len(posterior.queries)) == (1, 1)
    pair.answer(replace(query, outcome="z"))
    assert [q.outcome for q in posterior.queries] == ["y", "z"]


def test_of_new_units_the_world_draws_many() -> None:
    world, posterior = Asked(), Asked()
    pair: Any = Pair(world, posterior)  # type: ignore[arg-type]
    query = ATE("y", do={"t": 1}, versus={"t": 0}, units="new", size=10)
    pair.truth(query), pair.answer(query)
    assert world.queries[0].size == MANY_UNITS
    assert posterior.queries[0].size == 10


def test_a_table_beside_the_truth() -> None:
    truth = xr.DataArray([1.0, 2.0], dims="dose", coords={"dose": [0, 1]})
    draws = xr.DataArray(np.linspace(-1.0, 1.0, 201)[None], dims=("chain", "draw"))
    answer = (truth + xr.DataArray([0.0, 1.0], dims="dose") + draws).transpose("chain", "draw", ...)
    table = beside(Comparison(answer, truth), "shift")
    assert list(table) == ["shift", "truth", "posterior mean", "90% interval", "covered"]
    assert table["shift"].tolist() == [0, 1]
    assert table["truth"].tolist() == [1.0, 2.0]
    assert table["posterior mean"].tolist() == pytest.approx([1.0, 3.0])
    assert table["90% interval"].tolist() == ["0.1000 to 1.9000", "2.1000 to 3.9000"]
    assert table["covered"].tolist() == [True, False]
    assert between(Comparison(answer, truth).table.iloc[0]) == "0.1000 to 1.9000"


def test_pooled_and_signed() -> None:
    values = xr.DataArray(np.arange(6.0).reshape(1, 2, 3), dims=("chain", "draw", "unit"))
    assert pooled(values).tolist() == [0, 1, 2, 3, 4, 5]
    assert [signed(v) for v in (1.0, -0.256, 0.0)] == ["+1.00", "-0.26", "+0.00"]
