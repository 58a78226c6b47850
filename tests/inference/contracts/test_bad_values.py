"""Queries and interventions that are wrong whatever the model are refused when they are made."""

import numpy as np
import pytest

from ifonly.inference import (
    ATE,
    CATE,
    ITE,
    QTE,
    QueryError,
    policy,
    replace_by,
    scale,
    set_to,
    shift,
)

from .dosed import one_line

BAD_VALUES = {
    "ladders of different lengths": (
        lambda: ATE("y", do={"a": [1, 2], "b": [1, 2, 3]}),
        ["different lengths", "'a': 2", "'b': 3"],
    ),
    "empty ladder": (lambda: ATE("y", do=[]), ["empty"]),
    "empty ladder inside": (lambda: ATE("y", do={"x": []}), ["empty"]),
    "do is a number": (lambda: ATE("y", do=3), ["`do`", "3"]),
    "do is a string": (lambda: ATE("y", do="x"), ["`do`", "'x'"]),
    "a step that is a number": (lambda: ATE("y", do=[1.0, 2.0]), ["`do`", "1.0"]),
    "names that are no names": (lambda: ATE("y", do={1: 2}), ["1 is no name"]),
    "versus is a number": (lambda: ATE("y", do={"x": 1}, versus=0), ["`versus`", "0"]),
    "outcome is no name": (lambda: ATE(3, do={"x": 1}), ["name", "3"]),
    "units": (lambda: ATE("y", do={"x": 1}, units="old"), ["'observed'", "'new'", "'old'"]),
    "size without new": (lambda: ATE("y", do={"x": 1}, size=5), ["units='new'"]),
    "size": (lambda: ATE("y", do={"x": 1}, units="new", size=0), ["size", "0"]),
    "rung 3 of new units": (
        lambda: ITE("y", do={"x": 1}, units="new"),
        ["ITE", "rung 3", "PotentialOutcome"],
    ),
    "probabilities": (lambda: QTE("y", do={"x": 1}, q=[0.5, 1.5]), ["between 0 and 1", "1.5"]),
    "no groups": (lambda: CATE("y", do={"x": 1}), ["by="]),
    "groups of a number": (lambda: CATE("y", do={"x": 1}, by=3), ["by=", "int 3"]),
    "groups of nothing": (lambda: CATE("y", do={"x": 1}, by=[]), ["by=", "list []"]),
    "probability as a word": (lambda: QTE("y", do={"x": 1}, q="0.5"), ["between 0 and 1", "'0.5'"]),
    "probabilities as words": (lambda: QTE("y", do={"x": 1}, q=["a"]), ["between 0 and 1", "'a'"]),
    "ragged probabilities": (
        lambda: QTE("y", do={"x": 1}, q=[[0.1], [0.2, 0.3]]),
        ["between 0 and 1"],
    ),
    "a ragged mask": (lambda: shift(1.0, where=[[True], [True, False]]), ["`where`", "boolean"]),
    "doses without a name": (lambda: ATE("y", do={"x": [1, 2]}, dose=""), ["dose", "''"]),
    "doses named by a number": (lambda: ATE("y", do={"x": [1, 2]}, dose=3), ["dose", "3"]),
    "a shift by a string": (lambda: shift("high"), ["shift", "number", "'high'"]),
    "a number as a string": (lambda: set_to("1"), ["set_to", "number", "'1'"]),
    "a number as a string in do": (lambda: ATE("y", do={"x": "1"}), ["'x'", "'1'"]),
    "nan": (lambda: shift(np.nan), ["shift", "finite"]),
    "infinity": (lambda: scale(np.array([1.0, np.inf])), ["scale", "finite"]),
    "policy of a number": (lambda: policy(3.0), ["policy", "set_to"]),
    "replaced by a number": (lambda: replace_by(3.0), ["replace_by", "pm.Normal.dist"]),
    "a mask of numbers": (lambda: shift(1.0, where=[0, 1]), ["`where`", "boolean"]),
}


@pytest.mark.parametrize("case", BAD_VALUES, ids=str)
def test_what_is_wrong_whatever_the_model(case):
    make, parts = BAD_VALUES[case]
    with pytest.raises(QueryError) as caught:
        make()
    one_line(caught, *parts)
