import numpy as np
import pytest

from ifonly.inference.errors import DataError, QueryError
from ifonly.inference.estimators import Roles
from ifonly.inference.estimators.effects import (
    CausalForest,
    DoublyRobust,
    LinearDML,
    MetaLearnerEffects,
)

from .worlds import ROLES, hold, varied


@pytest.mark.slow
def test_linear_dml_recovers_linear_effects():
    hold(LinearDML(), error=0.2, cover=(0.7, 1.0))


@pytest.mark.slow
def test_doubly_robust_recovers_linear_effects():
    hold(DoublyRobust(), error=0.2, cover=(0.7, 1.0))


@pytest.mark.slow
def test_causal_forest_recovers_the_order_of_effects():
    found = hold(CausalForest(trees=200), error=0.4, cover=(0.7, 1.0))
    known = varied()
    assert np.corrcoef(found.mean, known.effects)[0, 1] > 0.9


@pytest.mark.parametrize(
    ("name", "error"), [("s_learner", 0.55), ("t_learner", 0.65), ("x_learner", 0.35)]
)
def test_meta_learners_recover_effects_and_have_no_interval(name, error):
    found = hold(MetaLearnerEffects(name), error=error, cover=None)
    assert np.isnan(found.low).all()
    assert found.sd is None


def test_resampling_gives_intervals():
    known = varied(300)
    found = MetaLearnerEffects("t_learner", bootstraps=5).unit_effects(known.data, ROLES, seed=1)
    again = MetaLearnerEffects("t_learner", bootstraps=5).unit_effects(known.data, ROLES, seed=1)
    other = MetaLearnerEffects("t_learner", bootstraps=5).unit_effects(known.data, ROLES, seed=2)
    assert (found.low < found.high).all()
    np.testing.assert_array_equal(found.low, again.low)
    assert (found.low != other.low).any()


def test_what_learns_from_covariates_needs_some():
    with pytest.raises(DataError, match="the roles hold none"):
        LinearDML().unit_effects(varied(50).data, Roles("t", "y"))


def test_unknown_learners_are_refused():
    with pytest.raises(QueryError, match="s_learner, t_learner, x_learner"):
        MetaLearnerEffects("r_learner")
