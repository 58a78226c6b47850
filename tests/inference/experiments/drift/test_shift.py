"""Covariate shift: exact weights of normals, and agreement with the intervention that shifts."""

import numpy as np
import pymc as pm
import pytest
from scipy.stats import norm

from ifonly.inference import DataError, PotentialOutcome, World, shift
from ifonly.inference.experiments.drift import effective_fraction, importance_weights, reweighted

D = 0.6  # of the mean of x, in its standard deviations


@pytest.fixture(scope="module")
def world() -> World:
    """An outcome that is not linear in what shifts."""
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope", 0.0, 1.0)
        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        pm.Normal("y", slope * x + x**2, 1.0, dims="unit")
    return World.simulate(model, {"slope": 0.5}, units=4_000, seed=1)


def test_a_mean_that_shifts_leaves_exp_of_minus_d_squared() -> None:
    """By quadrature over the source, where it is exact; and by draws."""
    x = np.linspace(-9.0, 9.0, 20_001)
    weight = norm.pdf(x, D) / norm.pdf(x)
    share = norm.pdf(x) / norm.pdf(x).sum()
    exact = (share * weight).sum() ** 2 / (share * weight**2).sum()
    assert exact == pytest.approx(np.exp(-(D**2)), rel=1e-6)
    drawn = np.random.default_rng(1).normal(size=40_000)
    # The standard error of the mean of squared weights, by the moments of a lognormal.
    found = effective_fraction(np.exp(D * drawn - D**2 / 2))
    assert found == pytest.approx(np.exp(-(D**2)), rel=4 * np.sqrt(np.exp(4 * D**2) / 40_000))


def test_learnt_weights_are_the_ratio_of_densities() -> None:
    rng = np.random.default_rng(2)
    source, target = rng.normal(size=20_000), rng.normal(D, 0.8, size=20_000)
    weight = importance_weights({"x": source}, {"x": target}, ["x"])
    middle = np.abs(source) < 2
    exact = norm.pdf(source, D, 0.8) / norm.pdf(source)
    np.testing.assert_allclose(weight[middle], exact[middle], rtol=0.12)
    assert weight.mean() == pytest.approx(1.0, abs=0.03)


def test_weights_say_what_the_intervention_says(world: World) -> None:
    """The mean outcome where x is shifted: by the source's units alone, and by the query."""
    x, y = world.data["x"].to_numpy(), world.data["y"].to_numpy()
    truth = float(world.ask(PotentialOutcome("y", do={"x": shift(D)})).mean())
    assert abs(truth - (0.5 * D + 1 + D**2)) < 4 * 2 / np.sqrt(4_000)
    target = np.random.default_rng(5).normal(D, 1.0, 4_000)
    weight = importance_weights({"x": x}, {"x": target}, ["x"], squares=False)
    found = reweighted(y, weight)
    assert abs(found["value"] - truth) < 3 * found["se"]
    assert abs(y.mean() - truth) > 5 * found["se"]
    assert found["effective"] / 4_000 == pytest.approx(np.exp(-(D**2)), abs=0.05)


def test_the_error_of_a_weighted_mean_is_that_of_repeated_samples() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(500, 400))
    rows = [reweighted(v + rng.normal(size=400), np.exp(D * v)) for v in x]
    values = np.array([r["value"] for r in rows])
    assert np.mean([r["se"] for r in rows]) == pytest.approx(values.std(), rel=0.12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: effective_fraction([0.0, 0.0]), "all weights are 0"),
        (lambda: effective_fraction([-1.0, 1.0]), "0 or more"),
        (lambda: reweighted([1.0], [1.0, 1.0]), "each of 2 units"),
        (lambda: importance_weights({"x": [0.0, 1.0]}, {"x": [5.0, 6.0]}, ["x"]), "do not overlap"),
        (lambda: importance_weights({"x": [1.0, 1.0]}, {"x": [1.0]}, ["x"]), "leave it out"),
        (lambda: importance_weights({"x": ["a", "b"]}, {"x": ["a"]}, ["x"]), "holds no numbers"),
        (lambda: importance_weights({"x": [1.0]}, {"x": [2.0]}, ["z"]), "does not exist"),
    ],
)
def test_what_cannot_be_weighed_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
