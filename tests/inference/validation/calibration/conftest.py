"""What the tests of calibration share: a scenario in closed form, and a calibration of it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pymc as pm
import pytest

from ifonly.inference import Calibration, Prepared, calibrate
from ifonly.inference.validation.calibration import replication


@pytest.fixture(scope="session")
def home() -> Iterator[ModuleType]:
    """The scenario's module, under the name by which workers import it too."""
    sys.path.insert(0, str(Path(__file__).parent))
    import normal_mean

    yield normal_mean
    sys.path.remove(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def once() -> Callable[[pm.Model], Prepared]:
    """What prepares a model the first time, and gives the same from then on."""
    kept: dict[int, Prepared] = {}

    def prepared(model: pm.Model) -> Prepared:
        # The model is kept too, so that its identity stays its own.
        return kept.setdefault(id(model), Prepared(model))

    return prepared


@pytest.fixture(autouse=True, scope="module")
def densities(once: Callable[[pm.Model], Prepared]) -> Iterator[None]:
    """Compiled densities, kept over all these tests, which are about what is done with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replication, "Prepared", once)
        yield


@pytest.fixture(scope="session")
def scenario(home: ModuleType) -> Any:
    return home.NormalMean()


@pytest.fixture(scope="session")
def found(home: ModuleType, scenario: Any) -> Calibration:
    return calibrate(scenario, home.QUERY, 24, **home.QUICK)
