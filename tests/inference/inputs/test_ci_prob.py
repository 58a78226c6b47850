"""The probability of an interval has one name; another word for it is told which."""

import inspect
from dataclasses import replace

import pytest

from ifonly.inference import QueryError, calibrate, compare
from ifonly.inference import experiments as e
from ifonly.inference.estimators import AIPW, IPW, OLS, NaiveDifference, UnitEffects, would_say
from ifonly.inference.estimators.effects import register
from ifonly.inference.testing import assert_recovers
from ifonly.inference.validation.arena import arena
from ifonly.inference.validation.trials import simulate_trials

TAKE = [
    compare, calibrate, arena, assert_recovers, would_say, simulate_trials,
    e.targeting, e.rule_values, e.rate, e.toc, e.effect_by_rank, e.off_policy, e.arm_means,
    e.reweighted, e.ramp_up, e.interleaving_test, e.exposure_effect, e.cluster_test,
    OLS, IPW, AIPW, NaiveDifference, UnitEffects, UnitEffects.of_draws,
]  # fmt: skip


@pytest.mark.parametrize("made", TAKE, ids=lambda f: f.__qualname__)
def test_level_is_refused_with_the_right_name(made):
    assert "ci_prob" in inspect.signature(made).parameters
    with pytest.raises(QueryError, match=r"\(\) takes .* as ci_prob=.*; give ci_prob=0.9$"):
        made(level=0.9)


def test_what_is_taken_works_as_before():
    ols = OLS(ci_prob=0.8)
    assert replace(ols, ci_prob=0.5).ci_prob == 0.5
    assert ols == OLS(ci_prob=0.8)
    assert "probability" in (compare.__doc__ or "").lower()


def test_an_estimator_of_the_old_form_is_refused_before_it_runs():
    with pytest.raises(QueryError, match=r"should be a function of .*ci_prob"):
        register("old", lambda data, roles, *, at=None, level=0.95, seed=0: None)
