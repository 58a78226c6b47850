"""What a switchback shows: a part of the effect by blocks, all of it by the model."""

from io import BytesIO

import pytest

from ifonly.inference import Posterior, World, condition
from ifonly.inference.testing import assert_recovers
from ifonly.scenarios import get
from ifonly.scenarios.switchback.truth import QUERIES

SCENARIO = get("switchback")


@pytest.fixture(scope="module")
def world() -> World:
    return SCENARIO.simulate()


@pytest.fixture(scope="module")
def posterior(world: World) -> Posterior:
    return condition(SCENARIO.model, world.data, seed=1, draws=800, chains=2, progress=False)


@pytest.mark.parametrize("label", QUERIES)
def test_the_posterior_knows_the_truth(posterior: Posterior, world: World, label: str) -> None:
    assert_recovers(posterior.ask(QUERIES[label]), world.ask(QUERIES[label]), max_sd=0.06)


def test_sections(world: World, posterior: Posterior) -> None:
    market, blocks, model = SCENARIO.sections(world, posterior)
    shares = blocks.table["share found, by algebra"].round(4).to_list()
    assert shares[0] == 0.6429
    assert shares[2] == 0.7985
    half = (blocks.table["high"] - blocks.table["low"]) / 2
    # Intervals of 90 % reach 1.69 standard errors on each side with these blocks.
    assert (
        (blocks.table["effect"] - blocks.table[blocks.table.columns[1]]).abs() < 1.8 * half
    ).all()
    assert blocks.table["high"][0] < 1.0 < model.table["high"][0] + 0.05
    for section in (market, model):
        section.figure.savefig(BytesIO(), format="png", dpi=40)
