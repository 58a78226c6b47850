"""A table goes through: types stay, knobs are as asked, and the same seed gives the same rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.errors import DataError, KnobError
from ifonly.inference.generators.knobs import Dial, Knobs
from ifonly.inference.generators.knobs.overlap import auc
from ifonly.scenarios.analyses.sandbox.analysis import (
    Analysis,
    analysed,
    as_knob,
    dial_of,
    turned,
)


def test_rows_are_like_the_tables(table: pd.DataFrame, analysis: Analysis) -> None:
    rows = analysis.drawn.rows
    assert len(rows) == 400
    assert set(rows) == set(table)
    assert rows["age"].dtype == table["age"].dtype
    assert rows["smokes"].dtype == bool
    assert set(rows["birth place"]) == {"north", "south", "west"}
    assert rows["age"].between(20, 59).all()
    assert 0.03 < rows["bmi"].isna().mean() < 0.2
    assert set(rows["arm"]) == {0, 1}


def test_the_knobs_are_as_asked_in_the_columns_own_units(analysis: Analysis) -> None:
    rows, truth = analysis.drawn.rows, analysis.drawn.truth
    assert list(truth) == ["e", "tau", "kappa_0", "kappa_1", "u", "y0", "y1"]
    np.testing.assert_allclose(truth["tau"], 1 + 0.02 * (rows["age"] - 40), atol=1e-12)
    north = (rows["birth place"] == "north").to_numpy()
    np.testing.assert_allclose(truth["kappa_1"], 0.5 - 0.2 * north, atol=1e-12)
    assert auc(analysis.sandbox.propensity.values) == pytest.approx(0.75, abs=1e-10)
    assert max(analysis.sandbox.errors.values()) < 1e-12
    seen = np.where(rows["arm"] == 1, truth["y1"], truth["y0"])
    assert np.array_equal(rows["U"], seen)


def test_z_is_of_the_users_table_not_of_the_drawn_rows(
    table: pd.DataFrame, analysis: Analysis
) -> None:
    other = turned(analysis, effect="z(age)").drawn
    z = (other.rows["age"] - table["age"].mean()) / table["age"].std(ddof=0)
    np.testing.assert_allclose(other.truth["tau"], z, atol=1e-12)


def test_turning_a_knob_leaves_the_rest(analysis: Analysis) -> None:
    other = turned(analysis, confounding=None)
    assert other.drawn.truth["e"].equals(analysis.drawn.truth["e"])
    np.testing.assert_allclose(
        other.drawn.truth["tau"], analysis.drawn.truth["tau"], rtol=0, atol=1e-12
    )
    assert other.drawn.rows["age"].equals(analysis.drawn.rows["age"])
    assert (other.drawn.truth["kappa_1"] == 0).all()


def test_the_same_seed_gives_the_same_rows(
    table: pd.DataFrame, analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ifonly.scenarios.analyses.sandbox.analysis.POPULATION", 4_000)
    again = analysed(table, "arm", "U", analysis.knobs, rows=400, seed=3)
    pd.testing.assert_frame_equal(again.drawn.rows, analysis.drawn.rows)


@pytest.mark.parametrize(
    ("text", "knob"),
    [
        ("auc=0.8", Dial("auc", 0.8)),
        (" ess = 0.5 ", Dial("ess", 0.5)),
        ("0.5*z(age)", None),
        ("age == 3", None),
        ("0", None),
    ],
)
def test_a_dial_or_an_expression(text: str, knob: Dial | None) -> None:
    assert dial_of(text) == knob


@pytest.mark.parametrize("text", ["auk=0.8", "auc=much", "auc=nan"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(KnobError):
        dial_of(text)


def test_a_number_is_a_number() -> None:
    assert (as_knob("-0.5"), as_knob("2*age"), as_knob(None)) == (-0.5, "2*age", None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.assign(arm="new"), "arm"),
        (lambda t: t.assign(empty=np.nan), "'empty' has no value"),
        (lambda t: t.assign(note=[f"patient {k}" for k in range(len(t))]), "'note' has 300"),
        (lambda t: t.assign(day=pd.date_range("2020-01-01", periods=len(t))), "'day' holds dates"),
        (lambda t: t.head(3), "3 rows"),
        (lambda t: t[["arm", "U"]], "no covariate"),
    ],
)
def test_tables_that_teach_nothing_get_a_clear_line(table, change, said: str) -> None:
    with pytest.raises(DataError, match=said) as raised:
        analysed(change(table), "arm", "U", Knobs())
    assert "\n" not in str(raised.value)


def test_an_impossible_knob_names_the_region(table: pd.DataFrame, analysis: Analysis) -> None:
    binary = table.assign(U=(table["U"] > 3).astype(int))
    with pytest.raises(KnobError, match=r"out of the range of the outcome .* age from"):
        analysed(binary, "arm", "U", Knobs(effect="0.5*(age > 50)"), rows=50)
    with pytest.raises(KnobError, match=r"where\(isnan"):
        turned(analysis, effect="0.1*bmi")
    assert replace(analysis.knobs, effect=None).mode is None
