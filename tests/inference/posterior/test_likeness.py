"""Equal digests for equal models, and others where an answer could differ."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference.posterior.likeness import labels_digest, likeness, value_digest
from ifonly.inference.scm.equations import Equations


def make(
    slope: float = 2.0,
    table: Any = (0.5, 1.5),
    given: float = 0.0,
    units: int = 1,
    square: Callable[[Any], Any] = lambda x: x**2,
    prior: Any = pm.Exponential,
) -> pm.Model:
    def density(value: Any, mean: Any) -> Any:
        return -square(value - mean)

    with pm.Model(coords={"unit": range(units)}) as model:
        z = pm.Data("z", np.full(units, given), dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        mean = slope * z + np.array(table)[0] + pm.math.switch(t, *table)
        pm.CustomDist("y", mean + prior("s", 1.0), logp=density, dims="unit")
    return model


def digest(**options: Any) -> str:
    return likeness(Equations(make(**options)))


def test_a_model_made_twice_is_the_same() -> None:
    assert digest() == digest()
    assert len(digest()) == 64


@pytest.mark.parametrize("change", [{"given": 3.0}, {"units": 4}], ids=str)
def test_data_and_lengths_are_no_part_of_it(change: dict[str, Any]) -> None:
    assert digest(**change) == digest()


CHANGES: dict[str, dict[str, Any]] = {
    "a number": {"slope": 2.0 + 1e-12},
    "a number in an array": {"table": (0.5, 1.5 + 1e-12)},
    "a user's function": {"square": lambda x: x**4},
    "a family": {"prior": pm.HalfNormal},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_an_answer_reads_is_part_of_it(change: dict[str, Any]) -> None:
    assert digest(**change) != digest()


def test_a_number_that_a_function_holds_is_part_of_it() -> None:
    def power(k: int) -> Callable[[Any], Any]:
        return lambda x: x**k

    assert digest(square=power(2)) == digest(square=power(2)) != digest(square=power(3))


def test_values_and_labels() -> None:
    assert value_digest([1.0, 2.0]) == value_digest(np.array([1.0, 2.0]))
    assert value_digest([1.0, 2.0]) != value_digest([2.0, 1.0])
    assert value_digest([1.0]) != value_digest([1.0 + 1e-15])
    assert labels_digest(["a", "b"]) == labels_digest(pd.Index(["a", "b"]))
    assert labels_digest(["a", "b"]) != labels_digest(["b", "a"])
    assert labels_digest(["ab", "c"]) != labels_digest(["a", "bc"])
