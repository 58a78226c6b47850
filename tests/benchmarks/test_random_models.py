"""Ten thousand random models against NumPy, without a compiler."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

CONTRACTS = Path(__file__).parents[1] / "inference" / "contracts"
# Of 10,000 cases chance alone exceeds this once in a hundred runs.
FAR = 6.3


def _loaded(name: str) -> ModuleType:
    """Return a module of the contracts, which are no package that could be imported by name."""
    package = ModuleType("random_contracts")
    package.__path__ = [str(CONTRACTS)]
    sys.modules.setdefault("random_contracts", package)
    spec = importlib.util.spec_from_file_location(
        f"random_contracts.{name}", CONTRACTS / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.benchmark
@pytest.mark.parametrize("first", range(0, 10_000, 500))
def test_random_models_are_what_numpy_says(first: int) -> None:
    found = _loaded("random_models").table(range(first, first + 500))
    assert found["apart"].iloc[0] < FAR, found["case"].iloc[0]
