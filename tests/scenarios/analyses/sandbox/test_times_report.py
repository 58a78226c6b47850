"""The report of several times."""

import pytest

from ifonly.scenarios.analyses.sandbox.times import Times
from ifonly.scenarios.analyses.sandbox.times_report import regime_table, times_report


def test_the_means_of_regimes_are_those_of_the_knobs(times: Times) -> None:
    table = regime_table(times).set_index("outcome")
    assert table.loc["pain1", "difference"] == pytest.approx(-0.5, abs=1e-9)
    never, always = times.made.under([0, 0]), times.made.under([1, 1])
    assert table.loc["pain2", "never"] == pytest.approx(never["pain2"].mean())
    assert table.loc["pain2", "always"] == pytest.approx(always["pain2"].mean())


def test_each_time_has_its_chapter(times: Times) -> None:
    page = times_report(times, [None, None], {"learn": 1.0})
    for said in ("Time 1: drug1 on pain1", "Time 2: drug2 on pain2", "Regimes"):
        assert said in page
    assert page.count("Hidden confounding</h") == 2  # of each time
