"""What a ramp-up shows: pooled wrong, within days and by the model right."""

from io import BytesIO

import pytest

from ifonly.inference import Posterior, World, condition
from ifonly.inference.testing import assert_recovers
from ifonly.scenarios import get
from ifonly.scenarios.ramp_up.truth import QUERIES

SCENARIO = get("ramp_up")


@pytest.fixture(scope="module")
def world() -> World:
    return SCENARIO.simulate()


@pytest.fixture(scope="module")
def posterior(world: World) -> Posterior:
    return condition(SCENARIO.model, world.data, seed=1, draws=250, progress=False)


@pytest.mark.parametrize("label", QUERIES)
def test_the_posterior_knows_the_truth(posterior: Posterior, world: World, label: str) -> None:
    assert_recovers(posterior.ask(QUERIES[label]), world.ask(QUERIES[label]), max_sd=0.03)


def test_sections(world: World, posterior: Posterior) -> None:
    plan, pooled, days = SCENARIO.sections(world, posterior)
    assert (plan.table["conversion, treated"] > plan.table["conversion, untreated"]).all()
    rows = pooled.table.set_index("analysis")
    assert rows.loc["all days pooled", "high"] < 0
    for name in ("within days", "model"):
        assert rows.loc[name, "low"] > 0
        assert rows.loc[name, "low"] < rows.loc[name, "truth"] < rows.loc[name, "high"]
    assert len(days.table) == 4
    plan.figure.savefig(BytesIO(), format="png", dpi=40)
