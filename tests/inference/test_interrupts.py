"""Ctrl-C reaches the caller, whatever a sampler does with it."""

import os
import signal

import pytest

from ifonly.inference.interrupts import heeded


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_that_was_swallowed_is_raised() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), heeded():
        try:
            interrupt()
        except KeyboardInterrupt:
            pass
    assert signal.getsignal(signal.SIGINT) is before


def test_a_failure_after_an_interrupt_is_the_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt), heeded():
        try:
            interrupt()
        except KeyboardInterrupt:
            raise ValueError("half a trace") from None


def test_other_failures_pass() -> None:
    with pytest.raises(ValueError, match="own"), heeded():
        raise ValueError("own")
