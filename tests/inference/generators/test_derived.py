"""Columns that follow from others: found, told, and true in every drawn row."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.generators import Prior, learn
from ifonly.inference.generators.columns import read_column
from ifonly.inference.generators.derived import Derived, derived_columns

ROWS = 400


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    before, after = rng.normal(70, 9, ROWS).round(2), rng.normal(72, 9, ROWS).round(2)
    before[:20] = np.nan
    age = rng.integers(20, 70, ROWS)
    place = rng.choice(["north", "south", "west"], ROWS)
    return pd.DataFrame(
        {
            "age": age,
            "before": before,
            "after": after,
            "gain": (after - before).round(2),
            "pounds": 2.2046 * before,
            "old": (age > 50).astype(int),
            "coast": pd.Series(place).map({"north": "no", "south": "no", "west": "yes"}),
            "place": place,
            "copy": before,
            "other": rng.normal(size=ROWS),
            "rare": (np.arange(ROWS) == 7).astype(int),
        }
    )


def found(table: pd.DataFrame) -> dict[str, Derived]:
    columns = [read_column(name, table[name]) for name in table]
    return {d.column.name: d for d in derived_columns(table, columns)[1]}


def test_functions_are_found_and_chance_is_not(table: pd.DataFrame) -> None:
    derived = found(table)
    assert {n: [p.name for p in d.parents] for n, d in derived.items()} == {
        "gain": ["before", "after"],
        "pounds": ["before"],
        "old": ["age"],
        "copy": ["before"],
    }
    assert derived["gain"].weights == pytest.approx([-1.0, 1.0, 0.0], abs=1e-9)
    assert derived["pounds"].told == "'pounds' is 2.2046 before"
    assert derived["gain"].told == "'gain' is - before + after"


def test_what_comes_first_stands_for_itself(table: pd.DataFrame) -> None:
    assert "coast" not in found(table)
    assert found(table[["place", "coast"]])["coast"].parents[0].name == "place"


def test_drawn_rows_keep_the_functions(table: pd.DataFrame) -> None:
    generator = learn(table, seed=1, draws=4, prior=Prior(components=6))
    assert any("'old' follows from 'age'" in n for n in generator.notices)
    drawn = generator.covariates(3_000, seed=2)
    assert drawn.dtypes.to_dict() == table.dtypes.to_dict()
    assert list(drawn) == list(table)
    assert drawn["old"].equals((drawn["age"] > 50).astype(drawn["old"].dtype))
    assert drawn["copy"].equals(drawn["before"].rename("copy"))
    gap = drawn["gain"] - (drawn["after"] - drawn["before"]).round(2)
    assert gap.abs().max() < 1e-9
    assert drawn["gain"].isna().equals(drawn["before"].isna())
    assert 0.02 < drawn["gain"].isna().mean() < 0.09


def test_a_missing_parent_has_its_own_value() -> None:
    rng = np.random.default_rng(3)
    dose = np.where(rng.random(ROWS) < 0.3, np.nan, rng.integers(1, 5, ROWS))
    frame = pd.DataFrame({"dose": dose, "taken": np.where(np.isnan(dose), "no", "yes")})
    [made] = found(frame).values()
    assert made.of(pd.DataFrame({"dose": [np.nan, 3.0]})).tolist() == ["no", "yes"]
