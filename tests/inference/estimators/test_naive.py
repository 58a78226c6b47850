"""The difference in means, against Welch in scipy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from ifonly.inference import (
    AssumptionWarning,
    CausalGraph,
)
from ifonly.inference.estimators import (
    NaiveDifference,
    Roles,
)

from .made import SEEN, binary, of, told


def test_welch_s_difference_and_interval():
    data = binary(units=60)
    groups = [data.loc[data["t"] == k, "y"] for k in (1, 0)]
    found = stats.ttest_ind(*groups, equal_var=False)
    interval = found.confidence_interval(0.9)
    answer = NaiveDifference(ci_prob=0.9).estimate(data, Roles("t", "y"))
    assert of(answer) == pytest.approx(groups[0].mean() - groups[1].mean(), rel=1e-10)
    sd = np.sqrt(sum(g.var(ddof=1) / len(g) for g in groups))
    assert of(answer, "sd") == pytest.approx(sd, rel=1e-10)
    np.testing.assert_allclose(answer.sel(statistic=["low", "high"]), interval, rtol=1e-8)


def test_it_holds_nothing_and_says_so():
    graph = CausalGraph.of_edges([("w", "t"), ("w", "y"), ("t", "y")])
    roles = replace(SEEN, graph=graph)
    assert told(NaiveDifference(), binary(units=60), roles) == [
        "difference: holding nothing leaves t <- w -> y open"
    ]
    with pytest.warns(AssumptionWarning):
        assert NaiveDifference().estimate(binary(units=60), roles).attrs["adjusted_for"] == ""
