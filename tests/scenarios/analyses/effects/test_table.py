"""Tables that can be analysed, and the one line for those that cannot."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.errors import IfonlyError
from ifonly.scenarios.analyses.effects.table import read_effect_table

from .small import table

ROWS = table(60)


def test_roles_and_what_is_left_out() -> None:
    read = read_effect_table(ROWS.assign(same=1.0), "t", "y", modifiers="x")
    assert read.covariates == ("x", "place")
    assert read.modifiers == ("x",)
    assert read.notes == ("the covariate 'same' is the same for all units and is left out",)
    truths = read_effect_table(ROWS.assign(t=ROWS["t"] == 1), "t", "y")
    np.testing.assert_array_equal(truths.t, ROWS["t"])


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (ROWS.assign(t=0), "none of the 60 units has t = 1; an effect needs"),
        (ROWS.assign(t=range(60)), "the treatment 't' has 60 values, and two are needed"),
        (ROWS.assign(t=ROWS["t"] + 1), "code it 0 untreated and 1 treated"),
        (ROWS.assign(t=np.where(ROWS["t"] == 1, "yes", "no")), "holds .* code it 0 untreated"),
        (ROWS.head(3), "an effect needs at least 10 units"),
        (ROWS.assign(y="high"), "the outcome 'y' holds text or dates"),
        (ROWS.assign(y=1.0), "the outcome 'y' is 1.0 for all units"),
        (ROWS.assign(x=ROWS["x"].where(ROWS.index > 4)), "the column 'x' misses 5 of 60 values"),
        (ROWS.assign(day=pd.Timestamp("2024-05-31")), "the column 'day' holds dates"),
        (ROWS.assign(z=ROWS["t"] + 0.1 * ROWS["x"].rank(pct=True)), "'z' decides the treatment"),
        (ROWS.assign(z=np.where(ROWS["t"] == 1, "a", "b")), "'z' decides the treatment"),
        (ROWS.assign(name=[f"n{k}" for k in range(60)]), "'name' holds 60 different texts"),
        (ROWS.drop(columns="t"), "the treatment is the column 't'"),
    ],
)
def test_a_bad_table_is_refused_in_one_line(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(IfonlyError, match=words) as caught:
        read_effect_table(frame, "t", "y")
    assert "\n" not in str(caught.value)


def test_roles_that_clash_are_refused() -> None:
    with pytest.raises(IfonlyError, match="are different columns"):
        read_effect_table(ROWS, "t", "y", ["x", "y"])
    with pytest.raises(IfonlyError, match="'place' is a modifier and no covariate"):
        read_effect_table(ROWS, "t", "y", ["x"], ["place"])
