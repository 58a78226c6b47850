"""A sandbox of several times, learnt from a table."""

import numpy as np
import pytest

from ifonly.inference.errors import DataError, KnobError
from ifonly.inference.generators.knobs import Knobs
from ifonly.scenarios.analyses.sandbox.times import Times, analysed_times, each_time


def test_a_knob_is_for_all_times_or_for_each() -> None:
    assert each_time("lifetime + time", 2) == ["lifetime + 1", "lifetime + 2"]
    with pytest.raises(KnobError, match="2 expressions for 3 times"):
        each_time("1; 2", 3)


def test_each_time_reads_what_was_before(times: Times) -> None:
    first, second = times.stages
    assert [c.name for c in first.generator.columns] == ["age"]
    assert {c.name for c in second.generator.columns} == {"age", "drug1", "pain1"}
    rows, truth = times.made.rows, times.made.truth
    # Levels of the table are drawn as 0 and 1, and knobs read them so.
    assert set(rows["drug1"]) == {0, 1}
    np.testing.assert_allclose(truth["tau_2"], -1 + 0.5 * rows["drug1"], atol=1e-12)
    # Who was in pain is treated: the learnt mechanism of the second time knows the first.
    pain = rows.groupby("drug2")["pain1"].mean()
    assert second.generator.mechanism_of_treatment is not None
    assert pain.notna().all()


def test_regimes_of_the_rows_come_back(times: Times) -> None:
    rows = times.made.rows
    again = times.made.under([rows["drug1"], rows["drug2"]])
    np.testing.assert_allclose(again, rows[["pain1", "pain2"]], atol=1e-8)


def test_what_does_not_match_is_refused(times: Times) -> None:
    table = times.stages[0].table
    with pytest.raises(DataError, match="1 treatments and 2 outcomes"):
        analysed_times(table, ["drug1"], ["pain1", "pain2"], [Knobs()])
    with pytest.raises(DataError, match="at least 1"):
        analysed_times(table, ["drug1"], ["pain1"], [Knobs()], rows=0)
