"""Learning a generator: from a table with an awkward mix of columns, and what is refused."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError, QueryError
from ifonly.inference.generators import Prior, learn


def table(rows: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "age": rng.integers(20, 70, rows),
            "plan": rng.choice(["basic", "plus"], rows),
            "arm": rng.integers(0, 2, rows),
            "y": rng.normal(size=rows),
        }
    )


def changed(**columns: Any) -> pd.DataFrame:
    return table().assign(**columns)


REFUSED: dict[str, tuple[pd.DataFrame, str]] = {
    "three rows": (table(3), "has 3 rows, and at least 30"),
    "one arm": (changed(arm=1), "has one arm, 1"),
    "three arms": (changed(arm=np.arange(200) % 3), "has 3 values"),
    "a gap in the arm": (changed(arm=[None] + [0, 1] * 99 + [0]), "misses values"),
    "a gap in the outcome": (changed(y=[np.nan, *range(199)]), "misses values"),
    "an outcome of texts": (changed(y=["a", "b", "c", "d"] * 50), "is categorical"),
    "an outcome that never varies": (changed(y=2.0), "is constant"),
    "a column without values": (changed(age=np.nan), "'age' has no value at all"),
    "dates": (changed(age=pd.date_range("2020-01-01", periods=200)), "'age' holds dates"),
    "free text": (changed(plan=[f"note {k}" for k in range(200)]), "200 different texts"),
    "no covariate": (table()[["arm", "y"]], "no covariate"),
    "no outcome": (table()[["age", "arm"]], "'y', which does not exist"),
    "a column twice": (pd.concat([table(), table()[["age"]]], axis=1), "'age' twice"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_learnt_is_refused_in_one_line(what: str) -> None:
    frame, said = REFUSED[what]
    with pytest.raises(DataError, match=re.escape(said)) as caught:
        learn(frame, "arm", "y", seed=1)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"family": "poisson"}, "'poisson', which does not exist"),
        ({"family": "lognormal"}, "no lognormal law gives"),
        ({"kinds": {"aeg": "integer"}}, "did you mean 'age'"),
        ({"kinds": {"plan": "integer"}}, "holds no numbers"),
        ({"kinds": 3}, "kinds maps columns to kinds, not 3"),
        ({"family": ["normal"]}, "family is a text, not ['normal']"),
        ({"treatment": ["arm"]}, "treatment is a text, not ['arm']"),
        ({"prior": np.zeros(3)}, "prior is a Prior, not array"),
        ({"draws": 0}, "draws is a positive whole number"),
        ({"seed": -1}, "seed is a whole number"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], said: str) -> None:
    with pytest.raises((DataError, QueryError), match=re.escape(said)):
        learn(table(), **{"treatment": "arm", "outcome": "y", "seed": 1, **options})


def test_treatment_and_outcome_are_two_columns_and_a_table_is_a_table() -> None:
    with pytest.raises(DataError, match="both 'arm'"):
        learn(table(), "arm", "arm", seed=1)
    with pytest.raises(DataError, match="not int"):
        learn(3, seed=1)


def test_constants_and_row_numbers_are_told() -> None:
    frame = table().assign(site="north", row=np.arange(200))
    found = learn(frame, "arm", "y", seed=1, draws=2, prior=Prior(components=5))
    assert [re.findall("'[a-z]+'", notice)[0] for notice in found.notices] == ["'site'", "'row'"]
    assert (found.covariates(5, seed=1)["site"] == "north").all()


def test_an_arm_called_as_a_control_is_0() -> None:
    frame = table()
    frame["arm"] = np.where(frame["arm"] == 1, "aspirin", "placebo")
    found = learn(frame, "arm", "y", seed=1, draws=2, prior=Prior(components=5))
    assert found.treatment_column is not None
    assert found.treatment_column.levels == ("placebo", "aspirin")
    assert "'arm' is 1 where it is 'aspirin'" in found.notices[0]
    plain = learn(table(), "arm", "y", seed=1, draws=2, prior=Prior(components=5))
    np.testing.assert_allclose(found.outcome(frame, 1), plain.outcome(frame, 1))
    # "aspirin" comes first in the order of letters.
    assert set(found.table(100, seed=1)["arm"]) == {"aspirin", "placebo"}


def test_an_arm_of_few_rows_is_told() -> None:
    frame = table().assign(arm=(np.arange(200) < 3).astype(int))
    found = learn(frame, "arm", "y", seed=1, draws=2, prior=Prior(components=5))
    assert "only 3 of 200 rows are treated" in found.notices[0]


def test_an_outcome_made_from_covariates_is_told() -> None:
    frame = table().assign(before=np.arange(200) % 37)
    frame["y"] = frame["age"] - frame["before"] * 1.0
    found = learn(frame, "arm", "y", seed=1, draws=2, prior=Prior(components=5))
    assert "'y' follows from the covariates" in found.notices[0]
    assert found.outcome(frame, 1) == pytest.approx(frame["y"].to_numpy(), abs=1.0)


def test_same_seed_same_generator() -> None:
    first, again, other = (
        learn(table(), "arm", "y", seed=seed, draws=3, prior=Prior(components=5))
        for seed in (1, 1, 2)
    )
    frames = [g.table(50, seed=3) for g in (first, again, other)]
    pd.testing.assert_frame_equal(frames[0], frames[1])
    assert not frames[0].equals(frames[2])


def test_codes_without_an_order_can_be_named() -> None:
    rng = np.random.default_rng(2)
    region = rng.integers(1, 5, 400)
    frame = pd.DataFrame(
        {"region": region, "x": np.where(region == 2, 3.0, 0.0) + rng.normal(size=400)}
    )
    found = learn(frame, seed=1, draws=5, kinds={"region": "categorical"})
    assert found.columns[0].kind == "categorical"
    drawn = found.covariates(4_000, seed=2)
    assert set(drawn["region"]) == {1, 2, 3, 4}
    apart = drawn.groupby("region")["x"].mean()
    assert apart[2] > apart[[1, 3, 4]].max() + 1.5
