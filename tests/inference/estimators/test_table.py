"""One table of what each estimator says."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import (
    CausalGraph,
    DataError,
    QueryError,
)
from ifonly.inference.estimators import (
    AIPW,
    IPW,
    OLS,
    NaiveDifference,
    Roles,
    SLearner,
    TLearner,
    TwoStageLeastSquares,
    XLearner,
    would_say,
)

from .made import SEEN, binary, linear

ALL = [NaiveDifference, OLS, IPW, AIPW, TwoStageLeastSquares, SLearner, TLearner, XLearner]


def test_the_table():
    data = binary(units=800)
    graph = CausalGraph.of_edges([("w", "t"), ("w", "y"), ("t", "y")])
    roles = replace(SEEN, graph=graph)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what is in the table is not said twice
        table = would_say(data, roles, 1.0)
    assert list(table.index) == [e.label for e in ALL]
    assert list(table.columns) == [
        "truth", "estimate", "se", "low", "high", "bias", "covered", "seconds", "problems",
    ]  # fmt: skip
    assert (table["truth"] == 1.0).all()
    np.testing.assert_allclose(table["bias"], table["estimate"] - 1.0)
    assert table.loc["OLS", "covered"]
    assert not table.loc["difference", "covered"]
    assert table.loc["difference", "problems"] == "holding nothing leaves t <- w -> y open"
    assert np.isnan(table.loc["2SLS", "estimate"])
    assert pd.isna(table.loc["2SLS", "covered"])
    assert table.loc["2SLS", "problems"].startswith("no instrument")
    assert table.loc["OLS", "problems"] == ""


def test_the_table_is_about_one_effect():
    with pytest.raises(QueryError, match="one effect"):
        would_say(binary(), Roles("t", "y", endogenous=("w",)), estimators=[OLS()])
    with pytest.raises(QueryError, match="one number"):
        would_say(binary(), SEEN, np.zeros(3), estimators=[OLS()])


def test_who_cannot_be_fitted_says_so_and_the_others_still_answer():
    table = would_say(linear(1, 400), Roles("t", "y", instruments=("z",)))
    assert table["estimate"].notna().to_dict() == {
        e.label: e in (OLS, TwoStageLeastSquares) for e in ALL
    }
    assert "0 or 1" in table.loc["IPW", "problems"]
    few = {"z": [0.1, -0.4, 1.2], "t": [1, 0, 1], "y": [1.3, 0.2, 2.9]}
    table = would_say(few, Roles("t", "y", adjust=("z",)))
    assert "OLS cannot be fitted to these 3 units: it has 3 coeff" in table.loc["OLS", "problems"]
    assert "at least two units of both" in table.loc["AIPW", "problems"]
    small = binary(units=14)
    assert would_say(small, SEEN)["estimate"].notna().sum() == len(ALL) - 1  # no instrument
    with pytest.raises(DataError, match="does not exist"):
        would_say(few, Roles("t", "y", adjust=("w",)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"roles": None}, "roles are Roles"),
        ({"truth": [[1], [2, 3]]}, "the truth is one number"),
        ({"truth": xr.Dataset()}, "the truth is one number"),
        ({"truth": np.inf}, "the truth is a finite number"),
        ({"truth": [None]}, "the truth is a finite number"),
        ({"ci_prob": 95}, "ci_prob is a probability"),
        ({"estimators": []}, "estimators are several"),
        ({"estimators": xr.DataArray(1.0)}, "estimators are several"),
    ],
)
def test_what_is_no_table_of_estimators_is_refused(options, words):
    with pytest.raises(QueryError, match=words):
        would_say(binary(), **{"roles": SEEN, "truth": 1.0, "estimators": [OLS()]} | options)


def test_options_of_an_estimator():
    assert AIPW(seed=np.int8(3)).estimate(binary(), SEEN).notnull().all()
    with pytest.raises(QueryError, match="weights is the name of a column"):
        TwoStageLeastSquares(weights=["w"])
