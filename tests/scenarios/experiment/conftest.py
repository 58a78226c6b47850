"""The published data of the experiment, and one simulated world."""

import pandas as pd
import pytest

from ifonly.inference import World
from ifonly.scenarios.experiment.truth import published

from .worlds import world_of


@pytest.fixture(scope="session")
def data() -> pd.DataFrame:
    return published()


@pytest.fixture(scope="session")
def world() -> World:
    return world_of()
