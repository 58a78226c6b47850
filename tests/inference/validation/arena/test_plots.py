import matplotlib.pyplot as plt
import pytest

from ifonly.inference.estimators.effects import FunctionEstimator
from ifonly.inference.validation.arena import arena

from .lines import CASES, QUICK, failing, oracle


@pytest.mark.parametrize("replications", [1, 3])
def test_each_estimator_has_a_row_and_failures_none(replications):
    given = [FunctionEstimator("oracle", oracle), FunctionEstimator("failing", failing)]
    figure = arena(CASES, given, replications, **QUICK).plot()
    error, cover, slope, lift = figure.axes
    assert [t.get_text() for t in error.get_yticklabels()] == [
        "oracle", "constant effect", "zero effect"
    ]  # fmt: skip
    dots = [line for line in error.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == ([3] * 3 if replications > 1 else [])
    assert [t.get_text() for t in slope.texts] == ["one effect for all"] * 2
    assert cover.get_xlabel().startswith("share of units")
    assert lift.get_xlim()[1] > 0
    plt.close(figure)
