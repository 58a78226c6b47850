"""The reading: which effect is read, and the table of effects."""

from ifonly.scenarios.analyses.experiment.analysis import read_experiment
from ifonly.scenarios.analyses.experiment.plan import Plan

from .experiments import table


def test_the_last_effect_is_the_one_to_read() -> None:
    found = read_experiment(table(n=400), Plan("arm", "y", before=("y0",), ci_prob=0.8))
    assert found.primary is found.effects["y0"]
    row = found.table.loc["y0"]
    assert (row["low"], row["high"]) == found.primary.interval(0.8)
    assert row["se"] < found.table.loc["nothing", "se"]
