"""The law of the covariates: margins, dependence and gaps as in the table."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.generators.columns import read_column
from ifonly.inference.generators.covariates import Covariates, learn_covariates
from ifonly.inference.generators.gibbs import Prior, Sweeps

ROWS = 20_000


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Two modes, a heap of zeros, three levels, gaps that depend on a level."""
    rng = np.random.default_rng(1)
    arm = rng.choice(["a", "b", "c"], 900, p=[0.5, 0.3, 0.2])
    x = rng.normal(np.where(arm == "a", -3.0, 3.0), 0.7)
    dose = np.where(rng.random(900) < 0.4, 0, np.maximum(np.round(x + 8), 1)).astype(int)
    y = np.where((arm == "b") & (rng.random(900) < 0.6), np.nan, x + rng.normal(size=900))
    return pd.DataFrame({"arm": arm, "x": x, "dose": dose, "y": y, "one": 5})


@pytest.fixture(scope="module")
def law(table: pd.DataFrame) -> Covariates:
    columns = [read_column(name, table[name]) for name in table]
    return learn_covariates(
        table, columns, Prior(components=20), Sweeps(80, 20, 2), np.random.default_rng(2)
    )


@pytest.fixture(scope="module")
def drawn(law: Covariates) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return law.frame(rng.integers(0, 20, ROWS), rng)


def test_types_and_bounds_are_those_of_the_table(table: pd.DataFrame, drawn: pd.DataFrame) -> None:
    assert drawn.dtypes.to_dict() == table.dtypes.to_dict()
    assert set(drawn["arm"]) == {"a", "b", "c"}
    assert set(drawn["dose"]) <= set(range(table["dose"].max() + 1))
    assert drawn["x"].between(table["x"].min(), table["x"].max()).all()
    assert (drawn["one"] == 5).all()


def test_margins_are_those_of_the_table(table: pd.DataFrame, drawn: pd.DataFrame) -> None:
    # Twenty draws of the margin are averaged, and rows are drawn.
    error = np.sqrt(0.4 * 0.6 * (1 / ROWS + 1 / (20 * 900)))
    assert abs((drawn["dose"] == 0).mean() - (table["dose"] == 0).mean()) < 4 * error
    assert (drawn["x"] < 0).mean() == pytest.approx((table["x"] < 0).mean(), abs=0.015)
    # Two modes, and nothing between them.
    assert drawn["x"].abs().lt(0.5).mean() < 0.01


def test_dependence_is_that_of_the_table(table: pd.DataFrame, drawn: pd.DataFrame) -> None:
    for frame in (table, drawn):
        # Scores of ranks alone would close the gap between the modes: 0.95.
        assert (frame.loc[frame["arm"] == "a", "x"] < 0).mean() > 0.97
        assert (frame.loc[frame["arm"] != "a", "x"] > 0).mean() > 0.97
    within = [frame[frame["arm"] == "a"][["x", "y"]].corr().iloc[0, 1] for frame in (table, drawn)]
    assert within[1] == pytest.approx(within[0], abs=0.1)


def test_gaps_are_where_they_were(table: pd.DataFrame, drawn: pd.DataFrame) -> None:
    for level in "abc":
        share = [f.loc[f["arm"] == level, "y"].isna().mean() for f in (table, drawn)]
        assert share[1] == pytest.approx(share[0], abs=0.05), level


def test_each_draw_has_a_margin_of_its_own(law: Covariates, table: pd.DataFrame) -> None:
    """The Bayesian bootstrap: a share of 900 rows has the spread of a Beta posterior."""
    shares = []
    for draw in range(20):
        frame = law.frame(np.full(ROWS, draw), np.random.default_rng(draw))
        shares.append((frame["dose"] == 0).mean())
        again = law.frame(np.full(ROWS, draw), np.random.default_rng(draw))
        assert frame["x"].equals(again["x"])
    share = (table["dose"] == 0).mean()
    spread = np.sqrt(share * (1 - share) * (1 / 901 + 1 / ROWS))
    assert np.mean(shares) == pytest.approx(share, abs=4 * spread / np.sqrt(20))
    # An sd of twenty has a relative error of 1 / sqrt(38).
    assert np.std(shares, ddof=1) == pytest.approx(spread, rel=4 / np.sqrt(38))


def test_chains_leave_their_traces(law: Covariates) -> None:
    traces = law.traces
    assert dict(traces["trace"].sizes) == {
        "chain": 2, "sweep": 60, "quantity": len(traces["r_hat"])
    }  # fmt: skip
    assert float(traces["r_hat"].sel(quantity="below_0")) < 1.2
    assert float(traces["ess_bulk"].sel(quantity="below_0")) > 5
    assert traces["trace"].sel(quantity="level_0").mean() == pytest.approx(0.5, abs=0.1)
