"""Which GPUs there are: none where JAX has no plugin for one, or finds no device."""

import importlib.util
from types import SimpleNamespace

import jax
import pytest

from ifonly.inference.engine.backend import gpus

fresh = gpus.__wrapped__  # past the cache: this process has asked already, or will


def plugin(monkeypatch, there: bool) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: there or None)


def test_without_the_plugin_jax_is_not_asked(monkeypatch):
    plugin(monkeypatch, there=False)
    monkeypatch.setattr(jax, "devices", lambda kind: pytest.fail("JAX was asked"))
    assert fresh() == ()


def test_with_it_the_names_are_those_that_jax_gives(monkeypatch):
    plugin(monkeypatch, there=True)
    devices = {"gpu": [SimpleNamespace(device_kind="A"), SimpleNamespace(device_kind="B")]}
    monkeypatch.setattr(jax, "devices", lambda kind: devices[kind])
    assert fresh() == ("A", "B")


def test_a_plugin_without_a_device_is_none(monkeypatch):
    plugin(monkeypatch, there=True)

    def no_device(kind):
        raise RuntimeError("no GPU")

    monkeypatch.setattr(jax, "devices", no_device)
    assert fresh() == ()
