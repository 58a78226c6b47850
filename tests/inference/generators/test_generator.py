"""Generators: rows, mechanisms, draws."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, ndtr

from ifonly.inference import QueryError
from ifonly.inference.generators import Generator, Prior, learn

UNITS = 1_500


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    x = rng.normal(50, 10, UNITS).round(1)
    arm = np.where(rng.random(UNITS) < expit((x - 50) / 10), "drug", "control")
    z = (x - 50) / 10
    y = rng.random(UNITS) < expit(-0.5 + z - (arm == "drug"))
    return pd.DataFrame({"y": y, "x": x, "sex": rng.choice(["f", "m"], UNITS), "arm": arm})


@pytest.fixture(scope="module")
def found(table: pd.DataFrame) -> Generator:
    return learn(table, "arm", "y", seed=1, draws=20, prior=Prior(components=10))


def test_mechanisms_are_those_of_the_table(found: Generator, table: pd.DataFrame) -> None:
    z = (table["x"].to_numpy() - 50) / 10
    # The second of the sorted levels, "drug", is 1.
    assert np.sqrt(np.mean((found.propensity(table) - expit(z)) ** 2)) < 0.04
    effect = found.outcome(table, 1) - found.outcome(table, 0)
    truth = expit(-0.5 + z - 1) - expit(-0.5 + z)
    assert effect.mean() == pytest.approx(truth.mean(), abs=0.06)
    assert found.family == "bernoulli"
    assert found.scale() == 1.0


def test_the_mean_over_draws_is_the_mean_of_the_draws(
    found: Generator, table: pd.DataFrame
) -> None:
    each = np.stack([found.propensity(table, draw) for draw in range(found.draws)])
    assert found.propensity(table) == pytest.approx(each.mean(axis=0))
    assert each.std(axis=0).min() > 0
    quantiles = found.predictor(table, 1, 3)
    assert ndtr(quantiles) == pytest.approx(found.outcome(table, 1, 3))


def test_a_drawn_table_is_like_the_table(found: Generator, table: pd.DataFrame) -> None:
    drawn = found.table(20_000, seed=2)
    assert drawn.columns.tolist() == table.columns.tolist()
    assert drawn.dtypes.to_dict() == table.dtypes.to_dict()
    contrast = [
        frame.loc[frame["arm"] == "drug", "y"].mean()
        - frame.loc[frame["arm"] == "control", "y"].mean()
        for frame in (table, drawn)
    ]
    # The table's own error is sqrt(2 * 0.23 / 750) = 0.025.
    assert contrast[1] == pytest.approx(contrast[0], abs=0.05)
    assert (drawn["arm"] == "drug").mean() == pytest.approx(
        (table["arm"] == "drug").mean(), abs=0.03
    )


def test_one_draw_is_a_generator(found: Generator, table: pd.DataFrame) -> None:
    one = found.single(7)
    assert one.draws == 1
    assert one.propensity(table) == pytest.approx(found.propensity(table, 7))
    assert one.outcome(table, 1) == pytest.approx(found.outcome(table, 1, 7))
    pd.testing.assert_frame_equal(
        one.covariates(30, seed=1, draw=0), found.covariates(30, seed=1, draw=7)
    )


def test_seeds_and_draws_name_the_rows(found: Generator) -> None:
    pd.testing.assert_frame_equal(found.covariates(40, seed=3), found.covariates(40, seed=3))
    assert not found.covariates(40, seed=3).equals(found.covariates(40, seed=4))
    one = found.covariates(40, seed=3, draw=0)
    assert one.columns.tolist() == ["x", "sex"]
    assert not one.equals(found.covariates(40, seed=3, draw=1))


def test_what_cannot_be_asked(found: Generator, table: pd.DataFrame) -> None:
    bare = learn(table[["x", "sex"]], seed=1, draws=2, prior=Prior(components=5))
    for ask, said in [
        (lambda: found.covariates(5, seed=1, draw=20), "draw is a whole number from 0 to 19"),
        (lambda: found.covariates(0, seed=1), "rows is a positive whole number"),
        (lambda: found.outcome(table), "needs a treatment"),
        (lambda: found.propensity(table[["sex"]]), "'x', which does not exist"),
        (lambda: bare.propensity(table), "without treatment="),
        (lambda: bare.outcome(table), "without outcome="),
    ]:
        with pytest.raises(QueryError, match=said):
            ask()
    for given in (2, np.nan, "drug", np.zeros(3), [[0], [1, 1]]):
        with pytest.raises(QueryError, match="the treatment is 0 or 1, once or for each"):
            found.outcome(table, given)
    for rows in (None, 3, table["x"], np.zeros(3)):
        with pytest.raises(QueryError, match="are a table, not"):
            found.propensity(rows)
    with pytest.raises(QueryError, match="draw is a whole number from 0 to 19, not None"):
        found.single(None)  # type: ignore[arg-type]
    assert bare.table(5, seed=1).shape == (5, 2)
    alone = learn(table[["x", "y"]], outcome="y", seed=1, draws=2, prior=Prior(components=5))
    with pytest.raises(QueryError, match="has no treatment"):
        alone.outcome(table, 1)
    assert alone.outcome(table).shape == (UNITS,)
