"""Separated categories are found where the algebra says so, and nowhere else."""

import warnings

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import AssumptionWarning, condition
from ifonly.inference.conditioning.separated_categories import warn_of_separated_categories
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

RNG = np.random.default_rng(1)
X, W = RNG.normal(size=(2, 60))
MIXED = np.tile([0, 1, 2], 20)


def softmax_model(named: bool = False) -> pm.Model:
    with pm.Model(coords={"unit": range(1), "kind": list("pqr")}) as model:
        x, w = (pm.Normal(n, dims="unit") for n in "xw")
        level, on_x, on_w = (pm.Normal(n, dims="kind") for n in ("level", "on_x", "on_w"))
        eta = level + x[:, None] * on_x + w[:, None] * on_w
        if named:
            p = pm.Deterministic("p", pm.math.softmax(eta, axis=-1), dims=("unit", "kind"))
            pm.Categorical("y", p, dims="unit")
        else:
            pm.Categorical("y", logit_p=eta, dims="unit")
    return model


def problems(model: pm.Model, y: np.ndarray) -> list[str]:
    evidence = read_evidence(Equations(model), {"x": X, "w": W, "y": y}, allow_missing=True)
    observed, _ = observe(model, evidence, "unit")
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        warn_of_separated_categories(observed, evidence)
    assert all(w.category is AssumptionWarning for w in given)
    return [str(w.message) for w in given]


@pytest.mark.parametrize("named", [False, True])
def test_a_cause_that_tells_one_category_from_the_others_is_named(named: bool) -> None:
    y = np.where(X > 0.3, 2, RNG.integers(0, 2, 60))
    [problem] = problems(softmax_model(named), y)
    assert problem.startswith("separation: x tells categories of y apart without error in at least")
    assert "of 60 units, so the data set no bound to on_x, and" in problem


def test_two_causes_that_tell_only_together_are_named() -> None:
    y = np.where(X - W > 0.2, 2, RNG.integers(0, 2, 60))
    [problem] = problems(softmax_model(), y)
    assert problem.startswith("separation: x, w tell categories of y apart")
    assert "no bound to on_w, on_x, and" in problem


def test_a_category_that_never_comes_is_told() -> None:
    [problem] = problems(softmax_model(), MIXED % 2)
    assert problem.startswith("y is never 2, so the data set no lower bound to the chance of that")


def test_mixed_categories_are_not_separated() -> None:
    assert problems(softmax_model(), MIXED) == []
    assert problems(softmax_model(), np.roll(MIXED, 1)) == []


def test_conditioning_warns() -> None:
    y = np.where(X > 0.3, 2, RNG.integers(0, 2, 60))
    with pytest.warns(AssumptionWarning, match="separation: x tells categories of y"):
        condition(
            softmax_model(), {"x": X, "w": W, "y": y}, seed=1, draws=50, tune=50, progress=False
        )
