"""What a calibration found: its table, its coverage, its words."""

from scipy import stats

from ifonly.inference import Calibration
from ifonly.inference.validation.calibration.replication import seeds


def test_a_table_has_what_was_asked_for(found: Calibration) -> None:
    table = found.table
    assert table.index.tolist() == list(range(24))
    assert (table["problem"].str.contains("ESS") | (table["problem"] == "")).all()
    assert table["rank"].between(0, table["draws"]).all()
    assert table["pit"].between(0, 1).all()
    assert table["seed"].tolist() == [seeds(11, k)[0] for k in range(24)]
    assert found.coverage.loc[(0, "", 0.9), "replications"] == 24
    assert str(found.about["estimand"]) in repr(found)
    # The prior of the effect is N(0, 2^2): the truths are its draws.
    assert stats.kstest(table["truth"], stats.norm(0, 2).cdf).pvalue > 1e-3
