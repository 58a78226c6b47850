"""System 2 as a whole: a posterior that knows the truth, and the five steps of its page."""

from io import BytesIO

import numpy as np
import pytest

from ifonly.inference import ITE, Posterior, World, condition, shift
from ifonly.inference.testing import assert_recovers
from ifonly.scenarios import get
from ifonly.scenarios.linear_walkthrough.truth import QUERIES

SCENARIO = get("linear_walkthrough")


@pytest.fixture(scope="module")
def world() -> World:
    return SCENARIO.simulate()


@pytest.fixture(scope="module")
def posterior(world: World) -> Posterior:
    return condition(SCENARIO.model, world.data, seed=1, progress=False)


def test_the_posterior_moves_each_unit_by_its_coefficient(
    posterior: Posterior, world: World
) -> None:
    slope = posterior.idata["posterior"]["beta_by"]
    found = posterior.ask(QUERIES["unit by unit, b = 0"])
    expected = (world.data["y"] - slope * world.data["b"]).transpose("chain", "draw", "unit")
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_a_shift_by_nothing_does_exactly_nothing(posterior: Posterior) -> None:
    assert not posterior.ask(ITE("y", do={"b": shift(0.0)})).any()


@pytest.mark.parametrize("label", QUERIES)
def test_the_posterior_knows_the_truth(posterior: Posterior, world: World, label: str) -> None:
    assert posterior.diagnostics.converged
    assert_recovers(posterior.ask(QUERIES[label]), world.ask(QUERIES[label]), max_sd=0.3)


def test_sections_show_the_five_steps(posterior: Posterior, world: World) -> None:
    found = list(SCENARIO.sections(world, posterior))
    titles = [section.title for section in found]
    assert [t.split(":")[0] for t in titles[:-1]] == [f"Step {k}" for k in (1, 2, 3, 4, 5, 5)]
    assert "-0.222251" in found[-1].text
    assert "-0.060915" in found[-1].text
    assert all(section.table is not None for section in found[1:])
    for section in found:
        if section.figure is not None:
            section.figure.savefig(BytesIO(), format="png", dpi=40)
