"""Kinds of columns, and columns that are refused in one line."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.inference.generators.kinds import KINDS, is_ordered, kind_of

RNG = np.random.default_rng(1)
FOUND: dict[str, tuple[Any, str]] = {
    "reals": (RNG.normal(size=50), "continuous"),
    "whole floats": ([20.0, 30.0, np.nan, 41.0], "integer"),
    "negative whole": ([-3, 0, 5, 7], "integer"),
    "many zeros": ([0, 0, 3, 5, 9, 2], "zero-inflated"),
    "a heap at the top": (np.minimum(RNG.normal(size=200), 1.0), "bounded"),
    "two numbers": ([1, 2, 1], "binary"),
    "truths": ([True, False, True], "binary"),
    "truths with a gap": (pd.array([True, None, False], dtype="boolean"), "binary"),
    "three texts": (["a", "b", "c"], "categorical"),
    "categories": (pd.Categorical([3, 1, 2, 3]), "categorical"),
    "one value": ([7, 7, 7], "constant"),
    "one text and a gap": (["a", None, "a"], "constant"),
}


@pytest.mark.parametrize("what", FOUND)
def test_the_kind_is_found(what: str) -> None:
    values, kind = FOUND[what]
    assert kind_of("x", pd.Series(values)) == kind


REFUSED: dict[str, tuple[Any, str]] = {
    "nothing": ([np.nan, np.nan], "no value at all"),
    "dates": (pd.date_range("2020-01-01", periods=3), "dates or times"),
    "dates as texts": (["2020-01-01", "2021-02-03"], "dates or times"),
    "dates of the day first": (["31.12.2020", "1.2.2021"], "dates or times"),
    "durations": (pd.to_timedelta([1, 2], unit="D"), "dates or times"),
    "free text": ([f"patient said {k}" for k in range(60)], "60 different texts in 60 rows"),
    "percent": ([f"{k}.5 %" for k in range(60)], "numbers with other signs, such as '0.5 %'"),
    "lists": ([[1], [2]], "neither numbers nor texts"),
    "infinite": ([1.0, np.inf, 3.0], "infinite"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_learnt_is_refused(what: str) -> None:
    values, said = REFUSED[what]
    with pytest.raises(DataError, match=said) as caught:
        kind_of("x", pd.Series(values))
    assert "\n" not in str(caught.value)


def test_a_kind_that_is_given_is_kept_or_refused() -> None:
    codes = pd.Series([1, 2, 3, 1])
    assert kind_of("region", codes, "categorical") == "categorical"
    assert kind_of("x", pd.Series([0, 0, 1, 2]), "integer") == "integer"
    for values, kind, said in [
        (pd.Series(["a", "b", "c"]), "integer", "holds no numbers"),
        (pd.Series([0.5, 1.0, 2.0]), "integer", "holds fractions"),
        (codes, "binary", "and is integer"),
        (codes, "ordinal", "does not exist"),
    ]:
        with pytest.raises(DataError, match=said):
            kind_of("x", values, kind)


def test_numbers_with_an_order() -> None:
    assert [kind for kind in KINDS if is_ordered(kind)] == list(KINDS[:4])
