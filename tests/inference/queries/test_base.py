"""What every query is: a value of its own, with doses, their labels, and its interventions."""

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ifonly.inference import (
    ATE,
    CATE,
    ITE,
    NDE,
    PNS,
    QTE,
    QueryError,
    policy,
    replace_by,
    scale,
    set_to,
    shift,
)
from ifonly.inference.queries.intervened import Intervened


class Counting(Intervened):
    """A query that counts; no test calls what it leaves abstract."""

    counts = "heads"
    functional = coords = describe_estimand = lambda *_: None


def test_a_query_is_frozen_and_keeps_what_it_was_given():
    do, where = {"x": 1.0}, np.array([True, False])
    query = ATE("y", do=do, where=where)
    do["x"], where[0] = 9.0, False
    assert query.do == {"x": 1.0}
    assert query.where.tolist() == [True, False]
    with pytest.raises(dataclasses.FrozenInstanceError):
        query.outcome = "z"


@pytest.mark.parametrize(
    ("do", "labels"),
    [
        ({"x": [1.0, 2.5]}, [1.0, 2.5]),
        ([{"x": shift(1)}, {"x": shift(2)}], [1, 2]),
        ([{"x": 1}, {"x": shift(2)}], ["x = 1", "x = x + 2"]),
        ([{"x": 1}, {"z": 1}], ["x = 1", "z = 1"]),
        ([{"x": 1, "z": 0}, {"x": 2}], ["x = 1, z = 0", "x = 2"]),
        ([{"x": 1}, {}], ["x = 1", "as it was"]),
        ([{"x": policy(lambda v: v["z"])}], ["x = policy(...)"]),
    ],
)
def test_doses_are_labelled_by_numbers_where_those_say_it_all(do, labels):
    query = ATE("y", do=do)
    assert query.is_ladder
    assert query.dose_labels.tolist() == labels


def test_a_dose_per_unit_is_no_number():
    query = ATE("y", do={"x": [np.zeros(2), np.ones(2)]})
    assert query.dose_labels.dtype.kind == "U"


def test_all_interventions_of_all_worlds_and_doses():
    query = ITE("y", do={"x": [1, 2]}, versus={"x": scale(0), "z": shift(1)})
    targets = [name for name, _ in query.actions]
    assert targets == ["x", "x", "z"] * 2
    assert [a.amount.item() for _, a in query.actions] == [1, 0, 1, 2, 0, 1]


def test_columns_that_select_or_group_units_are_told_where_they_go_by_name():
    moved = shift(1, where={"ward": [1, 2]})
    assert ATE("y", do={"x": moved}, where={"z": 1}).named_columns == {"ward", "z"}
    assert CATE("y", do={"x": moved}, by=("z", "x[1]")).named_columns == {"ward", "z", "x[1]"}
    assert CATE("y", do={"x": 1}, by={"age": 4}).named_columns == {"age"}
    assert CATE("y", do={"x": 1}, by=np.array(["a", "b"])).named_columns == set()
    assert ATE("y", do={"x": 1}, where=lambda v: v["z"] > 0).named_columns == set()


def test_by_default_an_answer_has_no_units_and_no_doses():
    query = ATE("y", do={"x": set_to(1)})
    assert (query.over_units, query.leaves_out, query.is_ladder) == (False, False, False)
    assert (query.size, query.units, query.seed, query.dose) == (None, None, None, "dose")
    assert len(query.doses) == 1
    assert ITE("y", do={"x": 1}).over_units


HELD: list[object] = []
HELD.append(HELD)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ATE("y", {"x": 1}, seed=-1), "seed"),
        (lambda: ATE("y", {"x": 1}, seed=1.5), "seed"),
        (lambda: ATE("y", {"x": 1}, size=2, units="observed"), "units='new'"),
        (lambda: QTE("y", {"x": 1}, dose=""), "name of a dimension"),
        (lambda: ATE("y", {"x": 1}, expectation="no"), "expectation is True or False, not 'no'"),
        (lambda: ITE("y", {"x": 1}, summary=None), "summary is True or False, not None"),
        (lambda: PNS("y", {"x": 1}, {"x": 0}, bounds=0), "bounds is True or False, not 0"),
        (lambda: NDE("y", {"x": 1}, {"x": 0}, mediators="m", pure=[]), "pure is True or False"),
        (lambda: ATE("y", {"x": HELD}), "do is a list or a mapping that holds itself"),
        (lambda: QTE("y", {"x": 1}, q=np.ma.array([0.5, 9.0], mask=[0, 1])), "QTE takes probab"),
        (lambda: ATE("y", {"x": replace_by(Path())}), "replace_by takes a distribution"),
        (lambda: CATE("y", {"x": 1}, by=pl.DataFrame({"g": [1]})), "CATE needs names of columns"),
        (lambda: Counting("y", {"x": 1}, expectation=True), "Counting is about heads, not an exp"),
    ],
)
def test_what_has_no_meaning_is_refused_at_once(make, words):
    with pytest.raises(QueryError, match=words):
        make()
