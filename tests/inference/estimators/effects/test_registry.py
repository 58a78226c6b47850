import numpy as np
import pytest

from ifonly.inference.errors import QueryError
from ifonly.inference.estimators import UnitEffects
from ifonly.inference.estimators.effects import (
    FunctionEstimator,
    Interactions,
    estimator,
    estimators,
    register,
    registered,
    unregister,
)

from .worlds import ROLES, varied


def halves(data, roles, *, at=None, ci_prob=0.95, seed=0):
    units = len(data if at is None else at)
    return UnitEffects(mean=np.full(units, 0.5), ate=0.5, ci_prob=ci_prob)


@pytest.fixture
def mine():
    yield register("mine", halves)
    unregister("mine")


@pytest.mark.usefixtures("mine")
def test_a_function_of_ones_own_is_found_by_its_name():
    known = varied(20)
    found = estimator("mine").unit_effects(known.data, ROLES)
    assert found.ate == 0.5
    assert "mine" in registered()
    with pytest.raises(QueryError, match="already"):
        register("mine", halves)


def test_what_stands_in_a_module_is_found_without_registering():
    found = estimator("ifonly.inference.estimators.effects:Interactions")
    assert found == Interactions()
    with pytest.raises(QueryError, match="no estimator at"):
        estimator("ifonly.inference.estimators.effects:Nothing")


def test_a_list_is_read_once_each():
    assert [e.name for e in estimators("zero, ols,zero")] == ["zero", "ols"]


@pytest.mark.parametrize("name", ["causal_forrest", 3])
def test_unknown_names_are_refused_with_the_nearest(name):
    with pytest.raises(QueryError, match="of the estimators of unit effects you named"):
        estimator(name)


def test_what_returns_no_unit_effects_is_refused():
    made = register("wrong", lambda data, roles, **options: 1.0)
    try:
        with pytest.raises(QueryError, match="returned float; it should return UnitEffects"):
            made.unit_effects(varied(20).data, ROLES)
    finally:
        unregister("wrong")


def test_intervals_of_another_probability_are_refused():
    """They were scored as those that were asked for."""

    def narrow(data, roles, *, at=None, ci_prob=0.95, seed=0):
        mean = np.zeros(len(data["x"]))
        return UnitEffects(mean=mean, low=mean - 1, high=mean + 1, ate=0.0, ci_prob=0.5)

    made = FunctionEstimator("narrow", narrow)
    assert made.unit_effects(varied(20).data, ROLES, ci_prob=0.5).ci_prob == 0.5
    with pytest.raises(QueryError, match=r"of probability 0\.5, and 0\.9 was asked for"):
        made.unit_effects(varied(20).data, ROLES, ci_prob=0.9)


@pytest.mark.parametrize("name", ["two words", "", 3])
def test_names_are_words(name):
    with pytest.raises(QueryError, match="a word such as"):
        register(name, halves)


def test_all_names_make_an_estimator_of_that_name():
    for name in registered():
        made = estimator(name)
        assert made.name == name
        assert made.label
        assert made.library
