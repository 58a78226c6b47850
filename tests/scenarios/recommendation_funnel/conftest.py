"""A small true world of the funnel, and a posterior about it whose answers are known."""

from typing import Any

import pytest

from ifonly.inference import World
from ifonly.scenarios import get
from ifonly.scenarios.reports.findings import Pair

from ..standin import Standin


@pytest.fixture(scope="session")
def small() -> World:
    return get("recommendation_funnel").simulate(units=60, seed=8)


@pytest.fixture(scope="session")
def pair(small: World) -> Pair:
    posterior: Any = Standin(small)
    return Pair(small, posterior)
