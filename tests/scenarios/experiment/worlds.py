"""Simulated worlds of the experiment, and how near a mean over their users must be."""

from typing import Any

import numpy as np

from ifonly.inference import World
from ifonly.scenarios import get

SCENARIO = get("experiment")
UNITS = 20_000
# The effect of one user is 1.2 and 0.15 for each of Poisson(1.2) more exposures.
SD_OF_EFFECT = 0.15 * np.sqrt(1.2)


def world_of(variant: str = "", units: int = UNITS) -> World:
    scenario = SCENARIO.variant(variant) if variant else SCENARIO
    return scenario.simulate(units=units, seed=1)


def near(found: Any, expected: float, sd: float, units: float = UNITS) -> None:
    """A mean over units, 4.5 of its standard errors from its expectation at most."""
    assert abs(float(found) - expected) < 4.5 * sd / np.sqrt(units)
