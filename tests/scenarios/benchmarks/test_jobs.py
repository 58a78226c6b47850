import pytest

from ifonly.inference.errors import QueryError
from ifonly.inference.estimators import NaiveDifference
from ifonly.scenarios.benchmarks.jobs import EXPERIMENTAL, jobs, roles


@pytest.mark.parametrize(
    ("sample", "treated", "controls", "dollars"),
    [("lalonde", 297, 425, 886.3), ("dehejia_wahba", 185, 260, 1_794.3)],
)
def test_the_experiment_finds_the_published_difference(sample, treated, controls, dollars):
    table = jobs("experiment", sample)
    assert table["trt"].value_counts().to_dict() == {1: treated, 0: controls}
    found = NaiveDifference().estimate(table, roles(sample))
    assert float(found.sel(statistic="mean")) == pytest.approx(dollars, abs=0.05)
    assert EXPERIMENTAL[sample] == dollars


@pytest.mark.parametrize(("sample", "treated"), [("lalonde", 297), ("dehejia_wahba", 185)])
def test_the_survey_lends_2490_controls_and_misleads(sample, treated):
    table = jobs("psid", sample)
    assert table["trt"].value_counts().to_dict() == {1: treated, 0: 2_490}
    found = NaiveDifference().estimate(table, roles(sample))
    assert float(found.sel(statistic="mean")) < -15_000


def test_other_tables_are_refused():
    with pytest.raises(QueryError, match="'cps'"):
        jobs("cps")
