import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference.families.lengths import fixed_length


def test_a_length_follows_from_the_dimensions_of_the_model() -> None:
    with pm.Model(coords={"kind": range(3), "item": range(4)}) as model:
        utility = pm.Normal("utility", dims="kind")
        item = pm.Data("x", np.ones(4), dims="item")
        table = pm.Deterministic("table", pt.outer(item, pt.exp(utility)), dims=("item", "kind"))
    assert model["utility"].type.shape == (None,)
    assert fixed_length(pm.math.softmax(utility)) == 3
    assert fixed_length(table / table.sum(axis=1, keepdims=True)) == 3
    assert fixed_length(table, axis=0) == 4
    assert fixed_length(pt.concatenate([utility, item])) == 7


@pytest.mark.parametrize("of", [lambda n: pt.zeros(n), lambda n: pt.arange(n)])
def test_a_length_that_depends_on_values_is_unknown(of) -> None:
    assert fixed_length(of(pt.lscalar("n"))) is None
    assert fixed_length(of(pm.Poisson.dist(3.0))) is None
