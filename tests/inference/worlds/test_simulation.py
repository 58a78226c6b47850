"""What worlds are made of: parameters and data that are checked, noise, and values computed."""

from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference import DataError, ModelError
from ifonly.inference.engine.state import State
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import Evidence
from ifonly.inference.worlds.simulation import (
    check_parameters,
    check_simulated,
    computing,
    dataset,
    given_values,
    noise_law,
)

LABELS = np.arange(400)


def make() -> pm.Model:
    with pm.Model(coords={"unit": LABELS, "group": ["a", "b"]}) as model:
        age = pm.Data("age", np.zeros(400), dims="unit")
        effect = pm.Normal("effect", dims="group")
        sd = pm.HalfNormal("sd")
        x = pm.Normal("x", effect[0] + age, sd, dims="unit")
        pm.Poisson("k", pm.math.exp(x), dims="unit")
        pm.MvNormal("v", np.zeros(2), np.eye(2), dims=("unit", "group"))
    return model


@pytest.fixture(scope="module")
def equations() -> Equations:
    return Equations(make())


GOOD: dict[str, Any] = {"effect": [0.5, 1.0], "sd": 2}


def test_parameters_are_taken_in_the_model_s_shape_and_type(equations: Equations) -> None:
    found = check_parameters(equations, GOOD)
    assert {n: (v.shape, v.dtype) for n, v in found.items()} == {
        "effect": ((2,), np.float64),
        "sd": ((), np.float64),
    }
    assert found["effect"].tolist() == [0.5, 1.0]


BAD: dict[str, tuple[Any, str]] = {
    "no mapping": ([1.0], "maps names to values"),
    "another name": (GOOD | {"efect": 0.0}, "did you mean 'effect'"),
    "one too few": ({"sd": 1.0}, "effect have no value"),
    "words": (GOOD | {"sd": "much"}, "'sd' is 'much'; give numbers"),
    "a wrong length": (GOOD | {"effect": [1.0, 2.0, 3.0]}, "shape"),
    "a scalar for a vector": (GOOD | {"effect": 1.0}, r"shape \(\)"),
    "no number": (GOOD | {"sd": np.nan}, "finite numbers"),
    "outside the support": (GOOD | {"sd": -1.0}, "'sd' is"),
}


@pytest.mark.parametrize("case", BAD)
def test_parameters_that_do_not_fit(case: str, equations: Equations) -> None:
    given, words = BAD[case]
    with pytest.raises(ModelError, match=words) as caught:
        check_parameters(equations, given)
    assert "\n" not in str(caught.value)


def test_values_given_for_data(equations: Equations) -> None:
    found = given_values(equations, {"age": [1, 2, 3]})
    assert found["age"].tolist() == [1.0, 2.0, 3.0]
    assert found["age"].dtype == np.float64
    for given, words in (
        ([1.0], "maps names to values"),
        ({"aeg": [1.0]}, "did you mean 'age'"),
        ({"age": [1.0, np.inf]}, "finite numbers"),
        ({"age": [[1.0]]}, "shape"),
    ):
        with pytest.raises(DataError, match=words):
            given_values(equations, given)  # type: ignore[arg-type]


def test_the_law_of_noise_and_its_shape_are_its_family_s(equations: Equations) -> None:
    numbers = {n: np.asarray(v, float)[None] for n, v in GOOD.items()}
    evidence = Evidence(MappingProxyType({}), LABELS)
    state = State(equations.model, "unit", evidence, numbers, (1, 1), seed=1)
    law, shape = noise_law(state, "x", None)
    noise = law.sample(np.random.default_rng(1), shape)
    assert noise.shape == (400,)
    assert stats.kstest(noise, "norm").pvalue > 1e-3
    assert noise_law(state, "v", None)[1] == (400, 2)


def test_values_are_computed_and_indices_are_looked_at() -> None:
    table, index = pt.vector("table"), pt.vector("index", dtype="int64")
    run = computing([table[index] + 1.0], [table, index], 3)
    [value] = run(np.array([10.0, 20.0]), np.array([1, 0, 1]))
    assert value.tolist() == [21.0, 11.0, 21.0]
    with pytest.raises(DataError, match="2"):
        run(np.array([10.0, 20.0]), np.array([0, 2, 1]))


def test_counts_that_no_integer_holds_are_told(equations: Equations) -> None:
    """NumPy's casts of more than 2**63 come out below zero."""
    values = {"x": np.zeros(400), "k": np.zeros(400, int), "v": np.zeros((400, 2))}
    known = check_parameters(equations, GOOD)
    check_simulated(equations, values, known | {"age": np.zeros(400)})
    values["k"] = np.full(400, np.iinfo(np.int64).min)
    with pytest.raises(DataError, match=r"'k' comes to more than 2\*\*63.*Poisson"):
        check_simulated(equations, values, known | {"age": np.zeros(400)})


def test_arrays_get_the_model_s_dims_and_labels(equations: Equations) -> None:
    values = {"x": np.zeros(400), "v": np.ones((400, 2))}
    found = dataset(equations.model, values, equations)
    assert found["x"].dims == ("unit",)
    assert found["v"].dims == ("unit", "group")
    assert found["group"].to_numpy().tolist() == ["a", "b"]
    noise = dataset(equations.model, {"v": np.ones((400, 2))}, equations, noise=True)
    assert noise["v"].dims == ("unit", "v_noise_dim_0"), "whitened: no group's own"
    np.testing.assert_array_equal(noise["unit"], LABELS)
