"""Labels of categories become codes by label, never by position or by spelling."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.inference.inputs.codes import are_numerals, categories_of, codes_of, has_labels

PLANS = ["basic", "pro", "team"]


def coded(labels, levels=PLANS):
    return codes_of(labels, levels, "plan", "the column 'plan' holds", DataError)


def test_codes_go_by_label():
    assert coded(["team", "basic", "team"]).tolist() == [2, 0, 2]
    gaps = coded(["pro", None, np.nan, pd.NA])
    np.testing.assert_array_equal(gaps, [1, np.nan, np.nan, np.nan])


def test_labels_of_no_level_and_levels_of_nothing_are_refused():
    with pytest.raises(DataError, match=r"holds 'free'; the model's labels .* basic, pro, team"):
        coded(["pro", "free"])
    with pytest.raises(DataError, match=r"'pro', not numbers.*coords=\{'plan_level': \[...\]\}"):
        coded(["pro"], None)


def test_what_is_a_label():
    assert has_labels(np.array(["a"]))
    assert has_labels(np.array(["a", None], dtype=object))
    assert not has_labels(np.array([1.0]))
    assert not has_labels(np.array([None], dtype=object))
    assert are_numerals(np.array(["1", "2e3"]))
    assert not are_numerals(np.array(["1", "one"]))


def test_categories_in_their_order():
    assert categories_of(pd.Categorical(["b"], ["b", "a"])).tolist() == ["b", "a"]
    assert categories_of(np.array(["b"])) is None
