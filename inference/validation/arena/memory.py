"""How much memory a piece of work took, as the operating system counts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Memory", "measured"]

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # proc(5)


@dataclass(eq=False)
class Memory:
    """What was measured.

    Attributes
    ----------
    peak : float or None
        By how many MiB the process grew at most; None where the system does not say.
    """

    peak: float | None = None


@contextmanager
def measured() -> Iterator[Memory]:
    """Measure the largest growth of this process's resident memory inside the block, on Linux.

    Memory that the process had freed and kept is taken first and does not count, so that the first
    of several pieces of work looks larger than the next.

    Examples
    --------
    >>> with measured() as memory:
    ...     block = bytearray(50 * 2**20)
    >>> memory.peak is None or memory.peak > 40
    True
    """
    found = Memory()
    before = _resident("VmRSS") if _reset() else None
    try:
        yield found
    finally:
        after = None if before is None else _resident("VmHWM")
        if before is not None and after is not None:
            found.peak = max(0.0, after - before)


def _reset() -> bool:
    try:
        CLEAR.write_text(RESET_PEAK)
    except OSError:
        return False
    return True


def _resident(name: str) -> float | None:
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return None
