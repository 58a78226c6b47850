"""What the meta-learners share."""

import numpy as np
import pytest
from scipy import stats

from ifonly.inference.estimators import (
    TLearner,
)

from .made import SEEN, binary, of


def test_learners_predict_each_unit_and_repeat_themselves():
    data = binary(units=600)
    learner = TLearner(bootstraps=3, seed=4)
    effects = learner.effects(data, SEEN)
    assert effects.dims == ("unit",)
    answer = learner.estimate(data, SEEN)
    assert float(effects.mean()) == pytest.approx(of(answer))
    np.testing.assert_allclose(answer, learner.estimate(data, SEEN), rtol=1e-9)


def line():
    from sklearn.linear_model import LinearRegression

    return LinearRegression()


def test_the_standard_error_is_that_of_resampling():
    data, n = binary(units=80), 80
    rng = np.random.default_rng(9)
    again = []
    for _ in range(5):
        rows = data.iloc[rng.integers(0, n, n)]
        slopes = [np.polyfit(g["w"], g["y"], 1) for _, g in rows.groupby("t")]
        again.append(np.polyval(slopes[1] - slopes[0], rows["w"]).mean())
    answer = TLearner(regressor=line(), bootstraps=5, seed=9, ci_prob=0.9).estimate(data, SEEN)
    sd = np.std(again, ddof=1)
    assert of(answer, "sd") == pytest.approx(sd, rel=1e-8)
    reach = stats.t(4).ppf(0.95) * sd
    assert of(answer, "low") == pytest.approx(of(answer) - reach, rel=1e-8)


def test_without_resampling_there_is_no_interval():
    answer = TLearner(regressor=line(), bootstraps=1).estimate(binary(units=80), SEEN)
    assert np.isfinite(of(answer))
    assert np.isnan(answer.sel(statistic=["sd", "low", "high"])).all()


def test_a_regressor_is_cloned():
    regressor = line()
    TLearner(regressor=regressor, bootstraps=0).effects(binary(units=40), SEEN)
    assert not hasattr(regressor, "coef_")


def test_effects_say_what_they_are():
    found = TLearner(regressor=line()).effects(binary(units=40), SEEN)
    assert found.attrs["estimand"] == "predicted effect of t on y of each unit"
    assert (found.attrs["estimator"], found.attrs["adjusted_for"]) == ("T-learner", "w")


def test_few_units_take_one_thread():
    from sklearn.linear_model import LinearRegression
    from threadpoolctl import threadpool_info, threadpool_limits

    threads = []

    class Watched(LinearRegression):
        def fit(self, X, y, sample_weight=None):
            threads.extend(pool["num_threads"] for pool in threadpool_info())
            return super().fit(X, y, sample_weight)

    with threadpool_limits(2):
        assert {pool["num_threads"] for pool in threadpool_info()} == {2}
        TLearner(regressor=Watched(), bootstraps=0).effects(binary(units=80), SEEN)
    assert set(threads) == {1}
