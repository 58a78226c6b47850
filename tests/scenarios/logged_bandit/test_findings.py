"""What a log says of another policy, of two goals, and what a bandit would have lost."""

from io import BytesIO

import pytest

from ifonly.inference import Posterior, World, condition
from ifonly.scenarios import get
from ifonly.scenarios.logged_bandit.findings import values

SCENARIO = get("logged_bandit")


@pytest.fixture(scope="module")
def world() -> World:
    return SCENARIO.simulate()


@pytest.fixture(scope="module")
def posterior(world: World) -> Posterior:
    return condition(SCENARIO.model, world.data, seed=1, draws=100, progress=False)


def test_the_log_and_the_model_agree_on_a_policy(world: World, posterior: Posterior) -> None:
    found = values(world, posterior)
    assert list(found.index) == ["IPS", "SNIPS", "doubly robust", "model"]
    # Intervals of 90 % reach 1.645 standard errors on each side; three are allowed.
    half = (found["high"] - found["low"]) / 2
    assert ((found["value"] - found["truth"]).abs() < 3 / 1.645 * half).all()
    assert half.idxmin() == "model"
    assert half.idxmax() == "IPS"


def test_sections(world: World, posterior: Posterior) -> None:
    policy, front, bandit = SCENARIO.sections(world, posterior)
    assert front.table["on the front, probability"][:2].min() > 0.5
    assert 0.2 < front.table["on the front, probability"][2] < 0.9
    rows = bandit.table
    assert rows["shown, mean"].idxmax() == rows["truth"].idxmax()
    assert (rows["bias of the sample mean"] < 0).all()
    assert (rows["bias with weights"].abs() < rows["bias of the sample mean"].abs()).all()
    for section in (policy, front):
        section.figure.savefig(BytesIO(), format="png", dpi=40)
