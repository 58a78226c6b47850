"""A pytest plugin: simulated worlds and their posteriors as fixtures, and what to assert of them.

Name it once in your top ``conftest.py``: ``pytest_plugins = ["ifonly.pytest"]``.

Examples
--------
A test of a model of your own::

    from ifonly.pytest import assert_recovers


    def test_the_effect_is_recovered(world_of, posterior_of):
        world = world_of(model, {"effect": 0.8}, units=500, seed=1)
        posterior = posterior_of(model, world, seed=2)
        query = ifonly.ATE("y", do={"t": 1}, versus={"t": 0})
        assert_recovers(posterior.ask(query), world.ask(query))
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ifonly.inference import Posterior, World
    from ifonly.inference.testing import assert_agree as assert_same_answer
    from ifonly.inference.testing import assert_calibrated, assert_recovers

__all__ = ["assert_calibrated", "assert_recovers", "assert_same_answer"]

OF_TESTING = {
    "assert_calibrated": "assert_calibrated",
    "assert_recovers": "assert_recovers",
    "assert_same_answer": "assert_agree",
}
OPTION = "--calibration"


def __getattr__(name: str) -> Any:
    if name in OF_TESTING:  # PyMC is loaded by the tests that need it, not by every session
        from ifonly.inference import testing

        return getattr(testing, OF_TESTING[name])
    raise AttributeError(f"module 'ifonly.pytest' has no attribute {name!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that runs what takes long."""
    group = parser.getgroup("ifonly")
    group.addoption(
        OPTION, action="store_true", help="also run tests marked `calibration`, which take long"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", f"calibration: conditions on many simulated worlds; pytest {OPTION} runs it"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long, unless it is asked for."""
    if config.getoption(OPTION):
        return
    for item in items:
        if item.get_closest_marker("calibration"):
            item.add_marker(pytest.mark.skip(reason=f"takes long; pytest {OPTION} runs it"))


@pytest.fixture(scope="session")
def world_of() -> Callable[..., World]:
    """Simulate a world: ``world_of(model, parameters, units=..., seed=...)``, once a session."""
    kept: dict[str, World] = {}

    def make(model: Any, parameters: Mapping[str, Any], **options: Any) -> World:
        from ifonly.inference import World

        key = _key(model, parameters, options)
        if key not in kept:
            kept[key] = World.simulate(model, parameters, **options)
        return kept[key]

    return make


@pytest.fixture(scope="session")
def posterior_of() -> Callable[..., Posterior]:
    """Condition a model: ``posterior_of(model, world, seed=...)``, once a session.

    In place of a world data will do; the options are those of `condition`.
    """
    kept: dict[str, Posterior] = {}

    def make(model: Any, data: Any, **options: Any) -> Posterior:
        from ifonly.inference import World, condition

        seen = data.data if isinstance(data, World) else data
        key = _key(model, {str(n): seen[n] for n in seen}, options)
        if key not in kept:
            kept[key] = condition(model, seen, **{"progress": False} | options)
        return kept[key]

    return make


def _key(model: Any, numbers: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """Return what tells one model, data and options from others: equal models share a fit."""
    import numpy as np

    from ifonly.inference.posterior.identity import fingerprint
    from ifonly.inference.scm.written import as_written

    written = as_written(model, options.get("unit", "unit"), dict.fromkeys(numbers))
    said = {
        "model": fingerprint(written.equations),
        "options": sorted((n, repr(v)) for n, v in options.items()),
    }
    digest = hashlib.sha256(json.dumps(said, default=repr).encode())
    for name in sorted(numbers):
        values = np.asarray(numbers[name])
        content = repr(values.tolist()).encode() if values.dtype == object else values.tobytes()
        digest.update(f"{name}{values.dtype}{values.shape}".encode() + content)
    return digest.hexdigest()
