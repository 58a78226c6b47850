"""What holds for every test: no display, no leftover figures, the same examples each time."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Set before anything imports these: figures are drawn without a display, and the workers share a
# GPU, where there is one, instead of each taking all of its memory.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

# The first example of a property compiles a graph, which says nothing about its speed.
settings.register_profile("ifonly", derandomize=True, deadline=None, database=None)
settings.load_profile("ifonly")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "benchmarks" in item.path.parts:
            item.add_marker("benchmark")


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """Heed Ctrl-C, which a shell that runs the tests in the background has ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
