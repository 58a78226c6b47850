"""Ctrl-C, where a sampler would swallow it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["heeded"]


@contextmanager
def heeded() -> Iterator[None]:
    """Raise the KeyboardInterrupt that came inside, also where it was swallowed.

    A sampler that is interrupted returns the draws that it has. They look like a posterior and are
    none.

    Raises
    ------
    KeyboardInterrupt
        If one came, even if what was inside returned, or failed for it.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    came: list[int] = []

    def note(signum: int, frame: object) -> None:
        came.append(signum)
        before(signum, frame)  # type: ignore[arg-type]

    signal.signal(signal.SIGINT, note)
    try:
        yield
    except Exception:
        if came:
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt
