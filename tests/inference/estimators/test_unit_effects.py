import numpy as np
import pytest

from ifonly.inference.errors import DataError, QueryError
from ifonly.inference.estimators import UnitEffectEstimator, UnitEffects


def test_draws_become_means_and_equal_tailed_intervals():
    draws = np.random.default_rng(0).normal([0.0, 5.0, -2.0], [1.0, 2.0, 0.5], size=(4_000, 3))
    found = UnitEffects.of_draws(draws, ci_prob=0.8)
    np.testing.assert_allclose(found.mean, draws.mean(axis=0))
    np.testing.assert_allclose(found.low, np.sort(draws, axis=0)[399:401].mean(axis=0), atol=0.02)
    np.testing.assert_allclose(
        found.high, np.sort(draws, axis=0)[3599:3601].mean(axis=0), atol=0.02
    )
    # The average's interval is that of the mean of each draw: narrower than any unit's.
    assert found.ate == pytest.approx(draws.mean())
    assert found.ate_high - found.ate_low == pytest.approx(
        2 * 1.2816 * np.sqrt(1 + 4 + 0.25) / 3, rel=0.05
    )
    assert found.table.columns.tolist() == ["mean", "sd", "low", "high"]
    assert len(found) == 3


def test_a_method_without_intervals_leaves_them_open():
    found = UnitEffects(mean=[1.0, 2.0], ate=1.5)
    assert np.isnan(found.low).all()
    assert np.isnan(found.ate_low)
    assert found.table["sd"].isna().all()


def test_an_answer_cannot_be_changed():
    given = np.array([1.0, 2.0])
    found = UnitEffects(mean=given, ate=1.5)
    given[0] = 9.0
    assert found.mean[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        found.mean[0] = 9.0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"mean": [[1.0, 2.0]]}, r"shape \(1, 2\)"),
        ({"mean": ["a", "b"]}, "numbers are needed"),
        ({"mean": []}, r"shape \(0,\)"),
        ({"low": [1.0]}, r"low of unit effects has the shape \(1,\), not \(2,\)"),
        ({"mean": [1.0, np.nan]}, "1 of 2 unit effects are not finite"),
        ({"low": [2.0, 0.0], "high": [1.0, 1.0]}, "above its upper end"),
    ],
)
def test_what_is_no_answer_is_refused(wrong, words):
    with pytest.raises(DataError, match=words):
        UnitEffects(**{"mean": [1.0, 2.0], "ate": 1.5} | wrong)


def test_a_level_is_a_probability():
    with pytest.raises(QueryError, match="ci_prob is a probability"):
        UnitEffects(mean=[1.0], ate=1.0, ci_prob=95)


def test_an_estimator_must_estimate():
    with pytest.raises(TypeError, match="unit_effects"):
        UnitEffectEstimator()
