"""What an answer states of itself follows from the question and from what moved."""

import json

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ITE, World, as_in
from ifonly.inference.queries.stated import couplings, rung, versions

X = {"t": 1}


@pytest.fixture(scope="module")
def equations():
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", 0.5, dims="unit")
        m = pm.Poisson("m", 1.0 + t, dims="unit")
        pm.Normal("y", m + t, 1.0, dims="unit")
    data = {"t": np.array([0, 1]), "m": np.array([1, 2]), "y": np.zeros(2)}
    return World.from_evidence(model, {}, data, seed=1).state.equations


@pytest.mark.parametrize(
    ("query", "moved", "new", "expected"),
    [
        (ATE("y", do=X), {"y"}, False, 3),
        (ATE("y", do=X), {"y"}, True, 2),
        (ATE("y", do=X, expectation=True), {"y"}, False, 2),
        (ATE("y", do=X, expectation=True), {"y", "m"}, False, 3),
        (ITE("y", do=X), {"y"}, False, 3),
        (ATE("y", do={"t": 1, "m": as_in("versus")}), {"y"}, True, 3),
    ],
)
def test_the_rung_follows_from_whose_noise_is_kept(equations, query, moved, new, expected):
    assert rung(query, equations, frozenset(moved), new=new) == expected


def test_the_couplings_are_those_of_what_moved(equations):
    assert couplings(equations, {"y"}, {}) == {}
    assert couplings(equations, {"m", "y"}, {}) == {"m": "process"}
    assert couplings(equations, {"m"}, {"m": "independent"}) == {"m": "independent"}


def test_versions_are_named():
    assert set(json.loads(versions())) == {"pymc", "pytensor", "numpy"}
