"""The walkthrough's published figures, and its algebra."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from ifonly.inference import ITE, Counterfactual, PotentialOutcome, World
from ifonly.scenarios import get
from ifonly.scenarios.linear_walkthrough.truth import (
    FIVEFOLD,
    PARAMETERS,
    PUBLISHED_MEANS,
    QUERIES,
    ZERO,
    published,
)

SCENARIO = get("linear_walkthrough")
CHANGES = {"b = 0": (ZERO, 0.0), "b = 5 x observed": (FIVEFOLD, 5.0)}


def mean_of(data: Mapping[str, Any], factor: float) -> np.ndarray:
    """The algebra: the mean of y where b is `factor` times what it was."""
    a, b, c = (np.asarray(data[n]) for n in "abc")
    return 1.5 * a + 0.7 * factor * b + 0.3 * c


@pytest.fixture(scope="module")
def known() -> World:
    """The world of the five published units, under the true parameters."""
    return World.from_evidence(SCENARIO.model, PARAMETERS, published())


@pytest.mark.parametrize("change", CHANGES)
def test_interventional_means_of_the_published_units(known: World, change: str) -> None:
    do, factor = CHANGES[change]
    found = known.ask(PotentialOutcome("y_mu", do=do))
    np.testing.assert_allclose(found, mean_of(published(), factor), rtol=0, atol=1e-12)
    # The reference's own posterior, from its hundred units, is about a third of sigma_y off.
    np.testing.assert_allclose(found, PUBLISHED_MEANS[change], rtol=0, atol=0.08)


@pytest.mark.parametrize("change", CHANGES)
def test_counterfactuals_of_the_published_units_keep_their_noise(known: World, change: str) -> None:
    do, factor = CHANGES[change]
    data = published()
    moved = 0.7 * (factor - 1.0) * data["b"]
    found = known.ask(Counterfactual("y", do=do))
    np.testing.assert_allclose(found, data["y"] + moved, rtol=0, atol=1e-12)
    np.testing.assert_allclose(known.ask(ITE("y", do=do)), moved, rtol=0, atol=1e-12)


def test_the_mean_is_not_the_counterfactual(known: World) -> None:
    mean = known.ask(Counterfactual("y_mu", do=ZERO))
    unit = known.ask(Counterfactual("y", do=ZERO))
    assert float(mean[0]) == pytest.approx(-0.222251, abs=5e-7)
    assert float(unit[0]) == pytest.approx(-0.060915, abs=5e-7)
    assert mean.attrs["estimand"] != unit.attrs["estimand"]


def test_the_expectation_of_y_is_its_mean(known: World) -> None:
    expected = known.ask(PotentialOutcome("y", do=ZERO, expectation=True))
    np.testing.assert_array_equal(expected, known.ask(PotentialOutcome("y_mu", do=ZERO)))


def test_the_noise_is_what_the_algebra_says(known: World) -> None:
    data = published()
    expected = (data["y"] - mean_of(data, 1.0)) / 0.2
    np.testing.assert_allclose(known.noise["y"], expected, rtol=0, atol=1e-12)


def test_a_simulated_world_answers_as_its_evidence_does(world: World) -> None:
    again = World.from_evidence(SCENARIO.model, PARAMETERS, world.data)
    query = QUERIES["unit by unit, b = 5 x observed"]
    np.testing.assert_allclose(again.ask(query), world.ask(query), rtol=0, atol=1e-12)


@pytest.fixture(scope="module")
def world() -> World:
    return SCENARIO.simulate()
