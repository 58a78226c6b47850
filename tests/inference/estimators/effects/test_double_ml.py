import pytest

from ifonly.inference.estimators.effects import InteractiveRegression

from .worlds import hold


@pytest.mark.slow
def test_it_recovers_linear_effects():
    hold(InteractiveRegression(), error=0.3, cover=(0.6, 1.0))
