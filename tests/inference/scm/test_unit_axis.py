"""What runs along the units is found from how it is read, never from its size alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ITE, World, shift
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.unit_axis import along_units, rows_of
from ifonly.inference.scm.written import as_written

N = 4
X, Y, GROUP = np.arange(4.0), np.array([1.0, 3.0, 2.0, 5.0]), np.array([3, 1, 0, 2])


def found(make: Callable[[], Any]) -> set[str]:
    with pm.Model() as model:
        make()
    equations = Equations(model, needs_units=False)
    return along_units(equations, ["y"], N) - {"y"}


def added() -> None:
    x, matrix = pm.Data("x", X), pm.Data("matrix", np.ones((N, 2)))
    slope, latent = pm.Normal("slope", shape=2), pm.Normal("latent", shape=N)
    mean = pm.Deterministic("mean", x + pm.math.dot(matrix, slope) + latent)
    pm.Deterministic("rate", pm.math.exp(mean))  # nothing reads it
    pm.Normal("y", mean, pm.HalfNormal("sigma"), observed=Y)


def looked_up() -> None:
    """As many groups as units."""
    level, table = pm.Normal("level", shape=N), pm.Data("table", np.arange(4.0))
    group = pm.Data("group", GROUP)
    pm.Normal("y", level[group] + table[group], observed=Y)


def mixed_over() -> None:
    """A smooth curve: each value of it depends on all weights."""
    weights, basis = pm.Normal("weights", shape=N), np.tri(N)
    pm.Normal("y", pm.math.dot(basis, weights), observed=Y)


def categories() -> None:
    cut = pm.Normal("cut", shape=N, transform=pm.distributions.transforms.ordered)
    pm.OrderedLogistic("y", pm.Data("x", X), cut, observed=GROUP)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (added, {"x", "matrix", "latent", "mean", "rate"}),
        (looked_up, {"group"}),
        (mixed_over, set()),
        (categories, {"x", "y_probs"}),
    ],
)
def test_what_is_read_row_by_row(make: Callable[[], Any], expected: set[str]) -> None:
    assert found(make) == expected


def test_rows_of_one_draw() -> None:
    with pm.Model() as model:
        pm.MvNormal("all", np.zeros(3), np.eye(3))
        pm.Multinomial("counts", 10, np.full(3, 1 / 3))
        pm.Dirichlet("shares", np.ones(3))
        pm.Normal("single")
        pm.Data("table", np.zeros((5, 2)))
    equations = Equations(model, needs_units=False)
    rows = {n: rows_of(equations[n], equations) for n in equations}
    assert rows == {"all": 3, "counts": None, "shares": None, "single": None, "table": 5}


def test_the_name_is_that_of_what_runs_along() -> None:
    with pm.Model(coords={"tank": range(N), "group": range(N)}) as model:
        other = pm.Normal("other", dims="group")
        logit = pm.Normal("logit", dims="tank")
        pm.Binomial("alive", 10, logit_p=logit + other[GROUP], observed=GROUP)
    written = as_written(model)
    assert written.unit == "tank"
    assert written.equations.mechanisms == ("logit", "alive")
    assert written.equations.parameters == ("other",)


@pytest.mark.usefixtures("quick_compile")
def test_what_has_no_dims_beside_what_has() -> None:
    with pm.Model(coords={"row": list("abcd")}) as model:
        design = pm.Data("design", np.column_stack([X, np.ones(N)]))
        slope = pm.Normal("slope", shape=2)
        mean = pm.Deterministic("mean", pm.math.dot(design, slope))
        pm.Normal("y", mean, 1.0, observed=Y, dims="row")
        pm.Normal("z", mean + X, 1.0, observed=Y)
    world = World.from_evidence(model, {"slope": [2.0, 1.0]})
    effect = world.ask(ITE("mean", do={"design": shift(np.array([1.0, 0.0]))}))
    assert effect["row"].to_numpy().tolist() == list("abcd")
    np.testing.assert_allclose(effect, 2.0)
    np.testing.assert_allclose(world.ask(ITE("z", do={"design": shift([1.0, 0.0])})), 2.0)


def test_data_that_nothing_reads_are_of_units_beside_the_model():
    with pm.Model() as model:
        pm.Data("side", [0, 1, 1])
        pm.Data("other", [0, 1])
        pm.Normal("y", pm.Normal("a"), observed=np.zeros(3))
    found = along_units(Equations(model, needs_units=False), ["y"], 3)
    assert sorted(found) == ["side", "y"]


def test_two_indices_side_by_side():
    """An array and data look up a matrix together, by actor and treatment."""
    with pm.Model() as model:
        treatment, b = pm.Data("treatment", [0, 1, 1]), pm.Normal("b", shape=(2, 2))
        pm.Normal("y", b[np.array([1, 0, 1]), treatment], observed=np.zeros(3))
    found = along_units(Equations(model, needs_units=False), ["y"], 3)
    assert sorted(found) == ["treatment", "y"]
