"""What families on a circle, on given points, and of a fixed shape do besides the common tests."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import integrate, stats

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference import ITE, World
from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import structural_form

POINTS, DENSITY = np.array([0.0, 1.0, 2.0, 4.0, 5.0]), np.array([0.0, 2.0, 1.0, 1.0, 0.0])


@pytest.mark.parametrize("backend", ["NUMBA", "JAX"])
def test_given_points_of_a_density(backend):
    form = structural_form.of(pm.Interpolated.dist(POINTS, DENSITY, shape=3))
    parameters = form.parameters(pm.Interpolated.dist(POINTS, DENSITY, shape=3))
    grid = np.concatenate([np.linspace(0.01, 4.99, 400), [1e-9, 5 - 1e-9, 1.0, 2.0, 4.0]])
    value, noise = pt.vectors("value", "noise")
    there = form.abduct(value, *parameters, draws=value)
    function = pytensor.function(
        [value, noise],
        [there, form.predict(there, *parameters), form.predict(noise, *parameters)],
        mode=backend,
    )
    rng = np.random.default_rng(2)
    found, back, fresh = map(np.asarray, function(grid, rng.logistic(size=405)))
    np.testing.assert_allclose(back, grid, rtol=1e-12, atol=1e-13)
    whole = np.trapezoid(DENSITY, POINTS)
    exact = [
        integrate.quad(np.interp, 0.0, x, (POINTS, DENSITY), points=POINTS[1:-1])[0] / whole
        for x in grid[:400:40]
    ]
    np.testing.assert_allclose(1.0 / (1.0 + np.exp(-found[:400:40])), exact, rtol=1e-9)
    cdf = lambda x: np.interp(x, np.sort(grid), np.sort(1.0 / (1.0 + np.exp(-found))))  # noqa: E731
    assert stats.kstest(fresh, cdf).pvalue > 1e-3


REFUSED = {
    "its cdf has no closed form": lambda: pm.PolyaGamma.dist(1.0, 0.0),
    "no law that sums to one": lambda: pm.Flat.dist(),
    "not a value of each unit": lambda: pm.Wishart.dist(4.0, np.eye(2)),
    "along several axes": lambda: pm.ZeroSumNormal.dist(1.0, n_zerosum_axes=2, shape=(3, 3)),
    "two axes beyond the units": lambda: pm.MatrixNormal.dist(
        np.zeros((2, 2)), rowcov=np.eye(2), colcov=np.eye(2)
    ),
    "write other steps as": lambda: pm.RandomWalk.dist(
        pm.Normal.dist(0.0, 1.0), pm.Laplace.dist(0.0, 1.0), steps=3
    ),
    "write each time as a Normal": lambda: pm.EulerMaruyama.dist(
        0.1, lambda x, a: (-a * x, 1.0), (0.5,), init_dist=pm.Normal.dist(0.0, 1.0), steps=3
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_no_form_says_why(reason):
    with pytest.raises(ModelError, match=f"has no structural form.*{reason}"):
        structural_form.of(REFUSED[reason]())


def test_an_angle_is_turned_and_comes_round():
    form = structural_form.of(pm.VonMises.dist(0.0, 1.0))
    assert form.coupling == "rotation"
    value = pt.constant(np.array([-3.0, -0.5, 2.0, 3.1]))
    kappa, draws = pt.constant(2.0), pt.zeros(4)
    old, new = pt.constant(0.4), pt.constant(1.0)
    moved = form.transport(value, (old, kappa), (new, kappa), draws).eval()
    np.testing.assert_allclose(moved, [-2.4, 0.1, 2.6, 3.7 - 2 * np.pi], rtol=1e-14)
    noise = form.abduct(value, old, kappa, draws=draws)
    back, turned = form.predict(noise, old, kappa).eval(), form.predict(noise, new, kappa).eval()
    np.testing.assert_allclose(back, value.data, rtol=1e-12)
    np.testing.assert_allclose(turned, moved, rtol=1e-12)


def test_common_shapes_are_shifted_without_a_cdf():
    """An intervention on the location of a skew normal, an ex-Gaussian and an angle in a model."""
    with pm.Model(coords={"unit": range(1)}) as model:
        scale = pm.HalfNormal("scale")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.SkewNormal("skew", alpha=3.0, mu=2.0 * t, sigma=scale, dims="unit")
        pm.ExGaussian("time", mu=0.3 * t, sigma=scale, nu=1.0, dims="unit")
        pm.Moyal("loss", mu=1.0 - t, sigma=scale, dims="unit")
        pm.Interpolated("given", POINTS, DENSITY, dims="unit")
    world = World.simulate(model, {"scale": 1.5}, units=30, seed=3)
    for name, effect in (("skew", 2.0), ("time", 0.3), ("loss", -1.0)):
        answer = world.ask(ITE(name, do={"t": 1}, versus={"t": 0}))
        np.testing.assert_allclose(answer, effect, rtol=1e-12)
    assert ((world.everything["given"] > 0) & (world.everything["given"] < 5)).all()
