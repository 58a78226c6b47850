import sys
from importlib.util import find_spec as really_find_spec

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.errors import ExtraError, QueryError
from ifonly.scenarios.benchmarks import BENCHMARKS, acic2016, cases
from ifonly.scenarios.benchmarks.acic2016 import ACIC2016, HETEROGENEOUS, SETS, held_out

needs_data = pytest.mark.skipif(
    really_find_spec("causallib") is None, reason="the data come with causallib"
)


def test_the_split_is_that_of_the_published_benchmark():
    learnt, asked = held_out(4_802, 4)
    order = np.random.Generator(np.random.PCG64(45)).permutation(4_802)
    np.testing.assert_array_equal(learnt, order[:4_321])
    np.testing.assert_array_equal(asked, order[4_321:])
    assert len(asked) == 481


@needs_data
@pytest.mark.parametrize("number", SETS)
def test_outcomes_are_those_of_the_arm_and_effects_vary_where_said(number):
    table = ACIC2016(number).table()
    raw = pd.read_csv(acic2016._folder() / f"zymu_{number}.csv")
    assert table.shape == (4_802, 61)
    np.testing.assert_array_equal(table["y"], np.where(raw["z"], raw["y1"], raw["y0"]))
    assert (table["effect"].std() > 0.1) == (number in HETEROGENEOUS)
    # The noise of an outcome has mean zero about its expectation.
    noise = table["y"] - np.where(raw["z"], raw["mu1"], raw["mu0"])
    assert abs(noise.mean()) < 4 * noise.std() / np.sqrt(4_802)


@needs_data
def test_a_case_hides_the_effects_and_asks_about_the_held_out_tenth():
    case = ACIC2016(4).case(0, 0)
    assert set(case.data) == {*ACIC2016(4).roles.adjust, "z", "y"}
    assert set(case.at) == set(ACIC2016(4).roles.adjust)
    assert (len(case.data), len(case.at), len(case.effects)) == (4_321, 481, 481)
    assert not pd.api.types.is_numeric_dtype(case.data["x_2"])
    assert "causallib" not in sys.modules


def test_where_the_package_is_not_it_says_how(monkeypatch):
    monkeypatch.setattr(acic2016, "find_spec", lambda name: None)
    acic2016._read.cache_clear()
    with pytest.raises(ExtraError, match="pip install --no-deps causallib"):
        ACIC2016(1).table()
    acic2016._read.cache_clear()


def test_names_make_their_cases_and_others_are_refused():
    for name, (_, variants) in BENCHMARKS.items():
        for variant in variants:
            assert cases(name, variant).name == f"{name}:{variant}"
    with pytest.raises(QueryError, match="'acic'"):
        cases("acic", "1")
    with pytest.raises(QueryError, match="'11'"):
        cases("acic2016", "11")
    with pytest.raises(QueryError, match="1 to 10"):
        ACIC2016(0)
