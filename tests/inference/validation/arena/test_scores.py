import numpy as np
import pytest
from scipy.stats import linregress, pearsonr, spearmanr

from ifonly.inference.estimators import UnitEffects
from ifonly.inference.validation.arena.scores import NO_SCORES, mean_of_top, score

RNG = np.random.default_rng(8)
TRUTH = RNG.normal(0.3, 1.0, size=200)
MEAN = 0.6 * TRUTH + 0.4 + RNG.normal(0, 0.5, size=200)
FOUND = UnitEffects(
    mean=MEAN, low=MEAN - 0.8, high=MEAN + 1.0, ate=MEAN.mean(), ate_low=-1.0, ate_high=2.0
)


def test_scores_are_those_of_their_definitions():
    scores = score(FOUND, TRUTH)
    assert scores["pehe"] == pytest.approx(np.sqrt(np.mean((MEAN - TRUTH) ** 2)))
    inside = (TRUTH >= MEAN - 0.8) & (TRUTH <= MEAN + 1.0)
    assert scores["coverage"] == pytest.approx(inside.mean())
    assert 0.5 < scores["coverage"] < 1
    assert scores["width"] == pytest.approx(1.8)
    assert scores["ate_bias"] == pytest.approx(MEAN.mean() - TRUTH.mean())
    assert scores["ate_covered"] is True
    assert scores["correlation"] == pytest.approx(pearsonr(MEAN, TRUTH)[0])
    assert scores["rank_correlation"] == pytest.approx(spearmanr(MEAN, TRUTH)[0])
    assert scores["slope"] == pytest.approx(linregress(MEAN, TRUTH).slope)
    top = np.argsort(-MEAN)[:40]
    assert scores["lift"] == pytest.approx(TRUTH[top].mean() - TRUTH.mean())
    best = np.sort(TRUTH)[-40:].mean() - TRUTH.mean()
    assert scores["best_lift"] == pytest.approx(best)
    bins = [TRUTH[np.argsort(MEAN)[20 * k : 20 * (k + 1)]].mean() for k in range(10)]
    np.testing.assert_allclose(scores["true_bins"], bins)


def test_policy_value_is_what_the_treated_gain_less_their_cost():
    scores = score(FOUND, TRUTH, cost=1.5, value=2.0)
    treated = MEAN > 0.75
    assert scores["policy_value"] == pytest.approx(np.sum(2.0 * TRUTH[treated] - 1.5) / 200)
    assert scores["best_policy_value"] == pytest.approx(np.maximum(2.0 * TRUTH - 1.5, 0).mean())


def test_one_effect_for_all_orders_nothing():
    scores = score(UnitEffects(mean=np.full(200, 0.7), ate=0.7), TRUTH)
    assert scores["slope"] is None
    assert scores["rank_correlation"] == 0.0
    assert scores["lift"] == pytest.approx(0.0, abs=1e-12)
    assert scores["coverage"] is None
    assert scores["ate_covered"] is None


def test_ties_at_the_end_are_taken_in_part():
    prediction = np.array([2.0, 1.0, 1.0, 1.0, 0.0])
    truth = np.array([5.0, 1.0, 2.0, 6.0, 9.0])
    # Lots drawn among the three that tie, one place left.
    assert mean_of_top(prediction, truth, 0.4) == pytest.approx((5.0 + 3.0) / 2)


def test_the_truth_itself_is_best_at_everything():
    scores = score(UnitEffects(mean=TRUTH, low=TRUTH, high=TRUTH, ate=TRUTH.mean()), TRUTH)
    assert scores["pehe"] == 0.0
    assert scores["coverage"] == 1.0
    assert scores["slope"] == pytest.approx(1.0)
    assert scores["lift"] == scores["best_lift"]
    assert scores["policy_value"] == scores["best_policy_value"]


def test_a_failure_has_every_score_and_none():
    assert NO_SCORES.keys() == score(FOUND, TRUTH).keys()


def test_other_units_are_refused():
    with pytest.raises(ValueError, match="200 effects were estimated, and 3 were asked for"):
        score(FOUND, TRUTH[:3])
