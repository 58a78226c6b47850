"""Families that shift and stretch a law with a shape, against scipy."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference import ITE, World
from ifonly.inference.families.form import structural_form

from .one_family import (
    bounds_of,
    has_ranks_of,
    noise_of,
    predicted,
)

POINTS, DENSITY = np.array([0.0, 1.0, 2.0, 4.0, 5.0]), np.array([0.0, 2.0, 1.0, 1.0, 0.0])


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


CASES = {
    "SkewNormal": (pm.SkewNormal.dist(alpha=3.0, mu=1.0, sigma=2.0), stats.skewnorm(3.0, 1.0, 2.0)),
    "ExGaussian": (pm.ExGaussian.dist(mu=1.0, sigma=2.0, nu=1.5), stats.exponnorm(0.75, 1.0, 2.0)),
    "Wald": (pm.Wald.dist(mu=2.0, lam=3.0, alpha=0.5), stats.invgauss(2.0 / 3.0, 0.5, 3.0)),
    "Rice": (pm.Rice.dist(nu=3.0, sigma=2.0), stats.rice(1.5, 0.0, 2.0)),
    "AsymmetricLaplace": (
        pm.AsymmetricLaplace.dist(kappa=1.5, mu=1.0, b=2.0),
        stats.laplace_asymmetric(1.5, 1.0, 0.5),
    ),
    "Moyal": (pm.Moyal.dist(1.0, 2.0), stats.moyal(1.0, 2.0)),
    "SkewStudentT": (
        pm.SkewStudentT.dist(a=2.0, b=3.5, mu=1.0, sigma=2.0),
        stats.jf_skew_t(2.0, 3.5, 1.0, 2.0),
    ),
    "VonMises": (pm.VonMises.dist(0.0, 1.5), stats.vonmises(1.5)),
}


@pytest.mark.parametrize("family", CASES)
def test_the_noise_has_the_rank_of_the_value(family):
    rv, law = CASES[family]
    has_ranks_of(rv, law, law.ppf([0.001, 0.1, 0.5, 0.7, 0.99]))


def test_the_size_of_student_s_t():
    law, value = stats.t(3.5), np.array([0.01, 1.0, 5.0, 40.0])
    rv = pm.HalfStudentT.dist(nu=3.5, sigma=2.0)
    rank = np.log(2 * law.cdf(value) - 1) - np.log(2 * law.sf(value))
    np.testing.assert_allclose(noise_of(rv, 2.0 * value), rank, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(predicted(rv, rank), 2.0 * value, rtol=1e-8)


def test_bounds():
    assert bounds_of(CASES["Wald"][0]) == [0.5, None]
    assert bounds_of(CASES["Rice"][0]) == [0.0, None]
    assert bounds_of(CASES["SkewNormal"][0]) == [None, None]
    assert bounds_of(CASES["VonMises"][0]) == [-np.pi, np.pi]
