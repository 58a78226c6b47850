"""What looks like noise: a variable less its own mean, however the sum is written."""

import pymc as pm
import pytest

from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.residuals import residuals


def found(write, law=pm.Normal) -> set[str]:
    """What is found in an equation of z, and of t with the (log) mean 1 + 2 z."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("z", dims="unit")
        mean = pm.Deterministic("mean", 1 + 2 * z, dims="unit")
        t = law("t", mean, 0.5, dims="unit")
        pm.Deterministic("left", write(t, z, mean), dims="unit")
    equations = Equations(model)
    return residuals(equations, equations["left"], ["t"])


@pytest.mark.parametrize(
    "write",
    [
        lambda t, z, mean: t - mean,
        lambda t, z, mean: (t - mean) / 0.5,
        lambda t, z, mean: -mean + t,
        lambda t, z, mean: mean - t,
        lambda t, z, mean: t - 1 - 2 * z,
        lambda t, z, mean: t - (2 * z + 1.0),
        lambda t, z, mean: 0.8 * t + 0.6 * (z + t - mean),
        lambda t, z, mean: -(2 * z) + t - 1,
    ],
)
def test_a_sum_in_any_order(write) -> None:
    assert found(write) == {"t"}


@pytest.mark.parametrize(
    "write",
    [
        lambda t, z, mean: t + mean,
        lambda t, z, mean: t - 2 * z,
        lambda t, z, mean: t - 1,
        lambda t, z, mean: t * mean - z,
        lambda t, z, mean: t - 1 + 2 * z,
    ],
)
def test_what_is_no_residual(write) -> None:
    assert found(write) == set()


def test_of_a_log_normal_it_is_the_logarithm() -> None:
    assert found(lambda t, z, mean: pm.math.log(t) - mean, pm.LogNormal) == {"t"}
    assert found(lambda t, z, mean: t - mean, pm.LogNormal) == set()
