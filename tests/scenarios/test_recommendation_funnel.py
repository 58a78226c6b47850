"""System 1 as a whole: a posterior that knows the truth, and what its page shows."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import ATE, Counterfactual, Posterior, World, compare, condition
from ifonly.inference.testing import assert_recovers
from ifonly.scenarios import get
from ifonly.scenarios.recommendation_funnel.truth import (
    DOWHY_RERUN,
    EACH_LEVER_NEW,
    QUERIES,
    SOFT,
    VALUE,
    WATCH_NEW,
    published,
)

SCENARIO = get("recommendation_funnel")
MEAN = QUERIES["mean row-level effect of quality +0.5"]
ROWS = QUERIES["effect of quality +0.5 on each row"]
BY_LADDER = QUERIES["ladder of shifts of quality"]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return published()


@pytest.fixture(scope="module")
def world(data: pd.DataFrame) -> World:
    """The true world in which the published rows live."""
    return World.from_evidence(SCENARIO.model, SCENARIO.parameters, data)


@pytest.fixture(scope="module")
def posterior(data: pd.DataFrame) -> Posterior:
    return condition(SCENARIO.model, data, seed=1, progress=False)


@pytest.mark.slow
def test_a_shift_by_nothing_does_exactly_nothing(posterior: Posterior) -> None:
    found = posterior.ask(BY_LADDER)
    assert not found.sel(shift=0.0).any()
    assert found.sel(shift=0.25).all()


@pytest.mark.slow
@pytest.mark.parametrize("label", QUERIES)
def test_the_posterior_knows_the_truth(posterior: Posterior, world: World, label: str) -> None:
    assert posterior.diagnostics.converged
    assert_recovers(posterior.ask(QUERIES[label]), world.ask(QUERIES[label]), max_sd=0.05)


@pytest.mark.slow
def test_the_posterior_knows_the_population(posterior: Posterior) -> None:
    # Fresh units of a draw add their Monte Carlo error to its spread.
    levers = assert_recovers(posterior.ask(EACH_LEVER_NEW), [0.4072, 0.3, 0.025], max_sd=0.05)
    assert levers.table["sd"].min() > 0.0
    assert_recovers(posterior.ask(WATCH_NEW), 0.375, max_sd=0.05)


@pytest.mark.slow
def test_rows_are_known_better_than_by_trees(posterior: Posterior, world: World) -> None:
    found = compare(posterior.ask(ROWS), world.ask(ROWS))
    assert found.rmse < 0.02 < DOWHY_RERUN["RMSE"]
    assert found.summary["correlation"].item() > 0.99 > DOWHY_RERUN["correlation"]


@pytest.mark.slow
def test_the_counterfactual_is_the_row_and_its_effect(
    posterior: Posterior, data: pd.DataFrame
) -> None:
    there = posterior.ask(Counterfactual(VALUE, do=SOFT))
    effect = posterior.ask(ROWS)
    np.testing.assert_allclose(there, effect + data[VALUE].to_numpy(), rtol=0, atol=1e-12)


@pytest.mark.slow
def test_population_and_rows_differ_by_what_the_rows_are(posterior: Posterior) -> None:
    rows = posterior.ask(MEAN)
    population = posterior.ask(ATE(VALUE, do=SOFT, units="new"))
    assert (rows.attrs["rung"], population.attrs["rung"]) == (3, 2)
    assert float(abs(rows.mean() - population.mean())) < 0.01


@pytest.mark.slow
def test_sections_reproduce_every_item_of_the_sheet(posterior: Posterior, world: World) -> None:
    found = list(SCENARIO.sections(world, posterior))
    numbers = [section.title.split(".")[0] for section in found]
    items = ["1", "2", "3", "4", "5", "6", "7a", "7b", "8", "9", "10", "11", "12"]
    assert numbers == ["The published figures, and ours", *items]
    assert all(section.table is not None and section.text for section in found)
    for section in found:
        if section.figure is not None:
            section.figure.savefig(BytesIO(), format="png", dpi=40)
    figures = found[0].table.set_index("figure")
    assert round(figures.loc["mean row-level effect of quality +0.5", "truth"], 4) == 0.4060
    assert figures.loc["ladder at shift 0", "ours"] == 0.0
    verdicts = found[-1].table["verdict"].to_list()
    assert verdicts == ["holds"] * 6 + ["yours to do"]
