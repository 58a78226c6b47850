"""How many categories there are follows from dims, coords and values."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ATE, AssumptionWarning, Posterior, World, shift

pytestmark = pytest.mark.usefixtures("quick_compile")

COORDS = {"unit": range(1), "cat": ["a", "b", "c"], "k": range(2)}
WEIGHTS = np.array([[1.0, 0.0, -1.0], [0.2, 0.3, 0.1]])
TABLE = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]])
VALUES = np.array([0.0, 1.0, 4.0, 9.0])


def softmax(scores: Any) -> Any:
    return pm.math.softmax(scores, axis=-1)


def by_dims(x: Any, t: Any) -> Any:
    b = pm.Normal("b", dims="cat")
    return pm.Categorical("g", softmax(pt.outer(x[:, 0], b)), dims="unit")


def zero_sum(x: Any, t: Any) -> Any:
    b = pm.ZeroSumNormal("b", dims="cat")
    return pm.Categorical("g", softmax(b + x[:, 0][:, None]), dims="unit")


def matrix(x: Any, t: Any) -> Any:
    b = pm.Normal("b", dims=("k", "cat"))
    return pm.Categorical("g", softmax(x @ b), dims="unit")


def table(x: Any, t: Any) -> Any:
    b = pm.Dirichlet("b", np.ones(4), shape=(2, 4))
    return pm.Categorical("g", b[t], dims="unit")


def cutpoints(x: Any, t: Any) -> Any:
    ordered = pm.distributions.transforms.ordered
    b = pm.Normal("b", [-1, 1], 1, shape=2, transform=ordered)
    return pm.OrderedProbit("g", x[:, 0], b, compute_p=False, dims="unit")


def dirichlet(x: Any, t: Any) -> Any:
    b = pm.Dirichlet("b", np.ones(3), dims="cat")
    return pm.Categorical("g", b, dims="unit")


CASES: Mapping[Callable[..., Any], Any] = {
    by_dims: [0.5, -0.5, 1.0],
    zero_sum: [0.5, -0.5, 0.0],
    matrix: WEIGHTS,
    table: TABLE,
    cutpoints: [-1.0, 1.0],
    dirichlet: [0.2, 0.3, 0.5],
}


def model_of(category: Callable[..., Any]) -> pm.Model:
    with pm.Model(coords=COORDS) as model:
        x = pm.Normal("x", dims=("unit", "k"))
        t = pm.Bernoulli("t", 0.5, dims="unit")
        g = category(x, t)
        c = pm.Normal("c", shape=4)
        pm.Normal("y", c[g], 1.0, dims="unit")
    return model


@pytest.mark.parametrize("category", CASES, ids=lambda c: c.__name__)
def test_all_worlds_answer(
    category: Callable[..., Any], posterior_by_hand: Callable[..., Posterior]
) -> None:
    model, known = model_of(category), {"b": CASES[category], "c": VALUES}
    sets = {"do": {"g": 2}, "versus": {"g": 1}}
    simulated = World.simulate(model, known, units=6, seed=3)
    draws = {n: np.asarray(v)[None, None] for n, v in known.items()}
    worlds = [
        simulated,
        World.from_evidence(model, known, simulated.data, seed=1),
        posterior_by_hand(model, simulated.data, draws),
    ]
    for world in worlds:
        for units in ("observed", "new"):
            size = 5 if units == "new" else None
            effect = world.ask(ATE("y", **sets, units=units, size=size))
            np.testing.assert_allclose(effect, VALUES[2] - VALUES[1])
        moved = {"x": np.full((6, 2), 40.0), "t": 1}
        with warnings.catch_warnings():  # of a table without causes nothing acts on the category
            warnings.filterwarnings("ignore", ".*does not act", AssumptionWarning)
            assert np.isfinite(world.ask(ATE("y", do=moved))).all()


def test_a_table_gives_its_chances(posterior_by_hand: Callable[..., Posterior]) -> None:
    model = model_of(table)
    data = {"x": np.zeros((2, 2)), "t": [0, 1], "g": [0, 3], "y": [0.0, 9.0]}
    posterior = posterior_by_hand(model, data, {"b": TABLE[None, None], "c": VALUES[None, None]})
    query = ATE("g", do={"t": 1}, versus={"t": 0}, units="new", size=20_000)
    means = TABLE @ np.arange(4)
    np.testing.assert_allclose(posterior.ask(query), means[1] - means[0], atol=0.03)


def test_one_function_serves_data_of_any_length(
    posterior_by_hand: Callable[..., Posterior],
) -> None:
    model = model_of(matrix)
    data = {"x": np.zeros((2, 2)), "t": [0, 1], "g": [0, 2], "y": [0.0, 9.0]}
    posterior = posterior_by_hand(model, data, {"b": WEIGHTS[None, None], "c": VALUES[None, None]})
    for size in (3, 8):
        posterior.ask(ATE("y", do={"x": shift(1.0)}, units="new", size=size))
    assert posterior.state.computer.compilations == 1
