"""One value that a user gives: a number within its bounds, or a choice, or one line."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import DataError, QueryError
from ifonly.inference.inputs.scalars import checked_choice, checked_names, checked_number, settle


@pytest.mark.parametrize(
    "value",
    [0.5, np.float32(0.5), np.array(0.5), Decimal("0.5"), Fraction(1, 2)],
    ids=lambda v: type(v).__name__,
)
def test_a_number_of_any_type_is_a_float(value: object) -> None:
    found = checked_number("it", value, above=0, most=1)
    assert found == 0.5
    assert type(found) is float


@pytest.mark.parametrize(
    "value",
    [
        None, "x", "0.5", b"1", True, np.True_, float("nan"), float("inf"), 1 + 2j, 10**400,
        [0.1], np.array([0.1]), {}, pd.NA, pd.NaT, np.ma.masked, pd.Timestamp("2020"), len,
        0, -1, 2, 1e-200,
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_such_number_is_refused(value: object) -> None:
    with pytest.raises(DataError, match=r"^sd is ") as caught:
        checked_number("sd", value, DataError, above=0, below=2)
    assert "\n" not in str(caught.value)


def test_bounds_are_told_in_words() -> None:
    for bounds, words in (
        ({"least": 0, "most": 1}, "from 0 to 1, not 3"),
        ({"above": 4}, "above 4, not 3"),
        ({"least": 4}, "of at least 4, not 3"),
        ({"above": 0, "most": 2}, "above 0 and at most 2, not 3"),
    ):
        with pytest.raises(QueryError, match=words):
            checked_number("share", 3, **bounds)
    assert checked_number("prior_sd", np.inf, above=0, endless=True) == np.inf


@pytest.mark.parametrize("given", [3, ["w", 1], np.array(0.0), pd.NA, xr.DataArray(1.0), [["w"]]])
def test_what_is_no_name_is_refused(given: object) -> None:
    with pytest.raises(QueryError, match="adjust names columns or variables, not"):
        checked_names("adjust", given)


def test_names_come_in_any_container_each_once() -> None:
    for given in (["w", "v", "w"], ("w", "v"), np.array(["w", "v"]), pd.Index(["w", "v"])):
        assert checked_names("adjust", given) == ("w", "v")
    assert checked_names("adjust", (n for n in "wv")) == ("w", "v")
    assert checked_names("adjust", "wv") == ("wv",)
    assert checked_names("adjust", None) == ()


def test_choices() -> None:
    assert checked_choice("sides", 2, (1, 2)) == 2
    for value in (True, 2.0, None, [1], np.array([1, 2]), pd.NA):
        with pytest.raises(QueryError, match="sides is 1 or 2, not"):
            checked_choice("sides", value, (1, 2))
    with pytest.raises(QueryError, match="did you mean 'pocock'"):
        checked_choice("kind", "pocok", ("pocock", "other"))


def test_attributes_of_a_value_become_floats() -> None:
    @dataclass(frozen=True)
    class Rule:
        sd: object

        def __post_init__(self) -> None:
            settle(self, DataError, sd={"above": 0})

    assert Rule(Decimal("0.5")).sd == 0.5
    with pytest.raises(DataError, match="sd of Rule is a finite number above 0, not 'x'"):
        Rule("x")
