"""Ctrl-C reaches the caller, whatever a sampler does with it."""

import contextlib
import os
import signal

import pytest

from ifonly.inference.conditioning.interrupts import heeded


def swallowing() -> None:
    """Do what samplers do when they are interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def stumbling() -> None:
    swallowing()
    raise ValueError("half a trace")


def test_an_interrupt_that_was_swallowed_is_raised() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), heeded():
        swallowing()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_failure_after_an_interrupt_is_the_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt), heeded():
        stumbling()


def test_other_failures_pass() -> None:
    with pytest.raises(ValueError, match="own"), heeded():
        raise ValueError("own")
