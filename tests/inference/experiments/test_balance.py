"""Balance, held against the formula, and its law under randomisation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ifonly.inference import DataError
from ifonly.inference.experiments import assign, balance


def test_the_difference_is_in_pooled_standard_deviations() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 6.0, 8.0], "kind": list("aababb")})
    found = balance(frame, [0, 0, 0, 1, 1, 1], ["x", "kind"])
    assert found.index.to_list() == ["x", "kind: a", "kind: b"]
    row = found.loc["x"]
    assert (row["mean_0"], row["mean_1"]) == (2.0, 6.0)
    assert row["difference"] == pytest.approx(4.0 / np.sqrt((1.0 + 4.0) / 2))
    assert row["variance_ratio"] == pytest.approx(4.0)
    assert row["z"] == pytest.approx(4.0 / np.sqrt(6.8 * (2 / 3)))  # 6.8: the variance of all six
    assert found.loc["kind: a", "mean_1"] == pytest.approx(1 / 3)


def test_under_randomisation_z_is_standard_normal() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.gamma(2.0, 2.0, 400)})
    z = [balance(frame, assign(400, seed=s), ["x"]).loc["x", "z"] for s in range(400)]
    assert stats.kstest(z, stats.norm.cdf).pvalue > 1e-3


def test_strata_balance_what_they_are_made_of() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"level": rng.choice(["lo", "hi"], 1_000), "x": rng.normal(size=1_000)})
    arm = assign(1_000, seed=2, strata=frame["level"])
    assert balance(frame, arm, ["level"])["difference"].abs().max() < 0.005


@pytest.mark.parametrize("arm", [[0, 0, 0], [0, 1], [0, 1, 2]])
def test_arms_that_are_none_are_refused(arm: list[int]) -> None:
    with pytest.raises(DataError, match="0 or 1 for each unit"):
        balance(pd.DataFrame({"x": [1.0, 2.0, 3.0]}), arm, ["x"])


def test_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DataError, match="did you mean 'age'"):
        balance(pd.DataFrame({"age": [1.0, 2.0]}), [0, 1], ["ages"])


def test_numbers_whose_squares_no_float_holds() -> None:
    with pytest.raises(DataError, match="beyond 1e"):
        balance(pd.DataFrame({"x": [1e200, 1.0, 2.0, 3.0]}), [0, 1, 0, 1], ["x"])
