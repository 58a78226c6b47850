"""The pytest plugin, as a user's own session runs it."""

import subprocess
import sys

import pytest

TESTS = """
import numpy as np
import pymc as pm
import pytest

import ifonly
from ifonly.pytest import assert_recovers, assert_same_answer

QUERY = ifonly.ATE("y", do={"t": 1}, versus={"t": 0})


def model(sd=1.0):
    with pm.Model(coords={"unit": range(1)}) as made:
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", pm.Normal("effect", 0, sd) * t, 1, dims="unit")
    return made


def test_recovers(world_of, posterior_of):
    world = world_of(model(), {"effect": 0.8}, units=200, seed=1)
    assert world_of(model(), {"effect": 0.8}, units=200, seed=1) is world
    assert world_of(model(), {"effect": 0.9}, units=200, seed=1) is not world
    posterior = posterior_of(model(), world, seed=2)
    assert posterior_of(model(), world.data, seed=2) is posterior
    assert posterior_of(model(5.0), world, seed=2) is not posterior
    assert_recovers(posterior.ask(QUERY), world.ask(QUERY))


def test_is_kept_over_the_session(world_of, posterior_of):
    world = world_of(model(), {"effect": 0.8}, units=200, seed=1)
    other = posterior_of(model(), world, seed=3)
    assert_same_answer(other.ask(QUERY), posterior_of(model(), world, seed=2).ask(QUERY))
    with pytest.raises(AssertionError, match="misses the truth"):
        assert_recovers(other.ask(QUERY), 5.0)


@pytest.mark.calibration
def test_calibrated():
    raise AssertionError("only with --calibration")
"""


# A checkout may be made of links, one for each file of the package when they were made.
CONFTEST = """
from pathlib import Path

import ifonly

ifonly.__path__.append(str(Path(ifonly.__file__).resolve().parent))
pytest_plugins = ["ifonly.pytest"]
"""
SESSIONS = [((), "2 passed, 1 skipped"), (("-k", "calibrated", "--calibration"), "1 failed")]


@pytest.mark.slow
@pytest.mark.parametrize(("options", "outcome"), SESSIONS)
def test_a_session_of_a_user(tmp_path, options, outcome):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_mine.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider"]
    found = subprocess.run(
        [*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert outcome in found.stdout, found.stdout + found.stderr
