"""Which variables of a model are categories: by their distribution, or by how they are used."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference.graph.categories import categories
from ifonly.inference.scm.equations import Equations

UNITS = {"unit": range(1)}


def found(build):
    with pm.Model(coords=UNITS) as model:
        build()
    return set(categories(Equations(model)))


def indexed():
    group = pm.DiscreteUniform("group", 0, 2, dims="unit")
    pm.Normal("y", pm.Normal("mean", shape=3)[group], dims="unit")


def compared():
    group = pm.DiscreteUniform("group", 0, 2, dims="unit")
    pm.Normal("y", pm.math.eq(group, 1) * 2.0, dims="unit")


def compared_by_what_is_computed():
    group = pm.DiscreteUniform("group", 0, 2, dims="unit")
    shifted = pm.Deterministic("shifted", group + 1, dims="unit")
    pm.Normal("y", pm.Normal("mean", shape=4)[shifted], dims="unit")


def categorical():
    pm.Categorical("group", np.ones(3) / 3, dims="unit")
    pm.Normal("y", 0.0, dims="unit")


def counted():
    count = pm.Poisson("group", 3.0, dims="unit")
    pm.Normal("y", 2.0 * count, dims="unit")


def measured():
    x = pm.Normal("group", dims="unit")
    pm.Normal("y", pm.math.eq(x, 1.0) * 1.0, dims="unit")


@pytest.mark.parametrize("build", [indexed, compared, categorical])
def test_codes_are_categories(build):
    assert found(build) == {"group"}


def test_a_code_behind_what_is_computed():
    assert "group" in found(compared_by_what_is_computed)


@pytest.mark.parametrize("build", [counted, measured])
def test_counts_and_measures_are_none(build):
    assert found(build) == set()
