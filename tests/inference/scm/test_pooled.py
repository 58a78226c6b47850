"""Which variables an equation reads of all units at once, however that is written."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.pooled import pooled

UNITS = 6
ONES = np.ones(UNITS)


def read(write) -> set[str]:
    with pm.Model(coords={"unit": range(1), "item": range(2)}) as model:
        x = pm.Normal("x", dims="unit")
        w = pm.Normal("w", dims=("unit", "item"))
        pm.Deterministic("y", write(x, w), dims="unit")
    equations = Equations(model)
    return set(pooled(equations, equations["y"], UNITS))


@pytest.mark.parametrize(
    "write",
    [
        lambda x, w: x - x.mean(),
        lambda x, w: x - pt.sum(x) / x.shape[0],
        lambda x, w: x - pt.dot(x, ONES) / UNITS,
        lambda x, w: x - (ONES @ x) / UNITS,
        lambda x, w: x - pt.tensordot(x, ONES, axes=1) / UNITS,
        lambda x, w: x - pt.einsum("i,i->", x, pt.ones_like(x)) / UNITS,
        lambda x, w: x - pt.median(x),
        lambda x, w: x - pt.sort(x)[2],
        lambda x, w: x - pt.cumsum(x)[-1] / UNITS,
        lambda x, w: x - x.reshape((2, 3)).mean(axis=1).mean(),
        lambda x, w: x - pt.concatenate([x, x]).mean(),
        lambda x, w: x - x[:3].mean(),
        lambda x, w: x - x[0],
        lambda x, w: (x - x.mean()) / x.std() + w[:, 0],
    ],
)
def test_a_summary_of_all_units(write) -> None:
    assert read(write) == {"x"}


@pytest.mark.parametrize(
    "write",
    [
        lambda x, w: x + w.sum(axis=1) + (w * x[:, None]).sum(-1),
        lambda x, w: x + w.T.sum(axis=0) + w @ np.ones(2),
        lambda x, w: x / x.shape[0],
        lambda x, w: np.eye(UNITS) @ x,  # what units do to each other
        lambda x, w: x[np.arange(UNITS)[::-1]],
        lambda x, w: pt.set_subtensor(w[:, 0], x)[:, 0],
    ],
)
def test_what_is_read_unit_by_unit(write) -> None:
    assert read(write) == set()


def test_each_is_named() -> None:
    assert read(lambda x, w: x - w.mean()) == {"w"}
    assert read(lambda x, w: w[:, 0] - (x + w[:, 1]).mean()) == {"x", "w"}
