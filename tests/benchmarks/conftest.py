"""One table at the end: each figure beside its peer's, measured in the same run."""

import platform
from collections.abc import Callable
from typing import Any

import pytest

LINES: list[tuple[str, str, str]] = []


@pytest.fixture(scope="session")
def report() -> Callable[[str, str, str], None]:
    """Return the function that adds a line: what was measured, the figure, the comparison."""

    def add(what: str, figure: str, against: str = "") -> None:
        LINES.append((what, figure, against))

    return add


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not LINES:
        return
    from ifonly.inference.engine.backend import gpus

    device = ", ".join(gpus()) or f"CPU ({platform.machine()}), no GPU"
    terminalreporter.section(f"figures of this run, on {device}")
    width = [max(len(line[k]) for line in LINES) for k in range(2)]
    for what, figure, against in LINES:
        terminalreporter.write_line(f"{what:<{width[0]}}  {figure:>{width[1]}}  {against}")
