import pytest

from ifonly.inference.errors import QueryError
from ifonly.inference.estimators.effects import BartzForest, StochtreeForest

from .worlds import hold, varied


def test_stochtree_recovers_effects():
    # Its intervals are too narrow on so few units: 0.76 to 0.82 of the effects.
    hold(StochtreeForest(draws=40), error=0.35, cover=(0.65, 0.95), known=varied(600))


@pytest.mark.slow
def test_bartz_recovers_effects():
    hold(
        BartzForest(draws=80, tune=80, trees=50),
        error=0.45, cover=(0.6, 1.0), known=varied(400),
    )  # fmt: skip


def test_counts_are_positive():
    with pytest.raises(QueryError, match="draws is a positive whole number"):
        StochtreeForest(draws=0)
    with pytest.raises(QueryError, match="trees is a positive whole number"):
        BartzForest(trees=0)
