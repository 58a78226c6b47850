"""A small world, and analyses of it whose answers are known."""

from typing import Any

import pytest

from ifonly.inference import World
from ifonly.scenarios import get
from ifonly.scenarios.heterogeneous_exposure.analyses import Analyses
from ifonly.scenarios.reports.findings import Pair

from ..standin import Standin


@pytest.fixture(scope="package")
def world() -> World:
    return get("heterogeneous_exposure").simulate(units=400, seed=11)


@pytest.fixture(scope="package")
def found(world: World) -> Analyses:
    """Both models know the truth to within a hundredth."""
    posterior: Any = Standin(world)
    other: Any = Standin(world)
    return Analyses(world, world.data.to_dataframe(), Pair(world, posterior), Pair(world, other))
