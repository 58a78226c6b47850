"""System 3 as a whole: what its page shows."""

from io import BytesIO

import pytest

from ifonly.inference import Posterior, World, condition
from ifonly.scenarios import get

SCENARIO = get("heterogeneous_exposure")
TITLES = ["1", "2", "3", "4", "5", "6", "7", "8a", "8b", "9a", "9b", "10", "11"]


@pytest.fixture(scope="module")
def small() -> World:
    return SCENARIO.simulate(units=600, seed=5)


@pytest.fixture(scope="module")
def posterior(small: World) -> Posterior:
    return condition(SCENARIO.model, small.data, draws=150, seed=1, progress=False)


@pytest.mark.slow
def test_sections_show_every_item(posterior: Posterior, small: World) -> None:
    found = list(SCENARIO.sections(small, posterior))
    assert [section.title.split(".")[0] for section in found] == TITLES
    assert all(section.table is not None and section.text for section in found)
    for section in found:
        assert "nan" not in section.text
        if section.figure is not None:
            section.figure.savefig(BytesIO(), format="png", dpi=40)
    labels = found[-2].table["model"].to_list()
    assert {"causal forest", "LinearDML", "X-learner", "constant effect"} <= set(labels)
    assert "Of 13 figures 12 are found again" in found[-1].text
    assert "1.8399, not 1.836" in found[-1].text
