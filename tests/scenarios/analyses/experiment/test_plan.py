"""The plan of an experiment is held against its table before anything is computed."""

import pandas as pd
import pytest

from ifonly.inference import DataError, QueryError
from ifonly.scenarios.analyses.experiment.plan import Plan, arms_of, metrics


def test_units_of_all_arms_and_the_two_compared() -> None:
    data = pd.DataFrame({"arm": ["b", "a", "c", "b"], "y": 1.0})
    assert arms_of(data, Plan("arm", "y", treated="c")) == ({"a": 1, "b": 2, "c": 1}, ("a", "c"))
    with pytest.raises(DataError, match="3 arms"):
        arms_of(data, Plan("arm", "y"))
    with pytest.raises(QueryError, match="2 numbers for 3 arms"):
        arms_of(data, Plan("arm", "y", treated="c", shares=(0.5, 0.5)))


def test_a_guardrail_is_a_name_and_a_number() -> None:
    assert metrics(["kept:0.1", "a:b:-1"]) == {"kept": 0.1, "a:b": -1.0}
    for text in ("kept", "kept:much", ":0.1", "kept:nan", "kept:inf"):
        with pytest.raises(QueryError, match="NAME:MARGIN"):
            metrics([text])
