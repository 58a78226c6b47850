"""The censored normal: what an end hides is drawn from beyond it. Truth from scipy.

Other families censored: test_censored_others.py, and test_form_composed.py for what all share.
"""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import structural_form
from ifonly.inference.families.special import jax_mode

N = 20_000
# lower, upper, mu and sigma in one world and in another.
OLD, NEW = (-0.5, 3.0, 1.0, 2.0), (-0.5, 3.0, 1.7, 1.5)


@pytest.fixture(scope="module")
def compiled():
    """noise, moved and moved under equal parameters, from a value and draws; predict."""
    form = structural_form.of(pm.Censored.dist(pm.Normal.dist(0.0, 1.0), -1.0, 1.0))
    old, new = (tuple(pt.dscalars(*(f"{n}{k}" for k in range(4)))) for n in ("old", "new"))
    value, draws = pt.dvectors("value", "draws")
    noise = form.abduct(value, *old, draws=draws)
    moved = form.transport(value, old, new, draws)
    first = pytensor.function([value, *old, *new, draws], [noise, moved], on_unused_input="ignore")
    return first, pytensor.function([draws, *new], form.predict(draws, *new))


@pytest.fixture(scope="module")
def value():
    return np.clip(np.random.default_rng(1).normal(OLD[2], OLD[3], N), OLD[0], OLD[1])


@pytest.fixture(scope="module")
def draws():
    return np.random.default_rng(2).normal(size=N)


def test_the_noise_behind_a_censored_normal_is_standard_normal(compiled, value, draws):
    first, predict = compiled
    noise, _ = first(value, *OLD, *NEW, draws)
    assert stats.kstest(noise, stats.norm.cdf).pvalue > 1e-3
    np.testing.assert_allclose(predict(noise, *OLD), value, rtol=1e-12, atol=1e-12)
    inside = (value > OLD[0]) & (value < OLD[1])
    np.testing.assert_allclose(noise[inside], (value[inside] - 1.0) / 2.0, rtol=1e-12)
    # Beyond an end the noise has the law of the tail there.
    below = noise[value == OLD[0]]
    assert stats.kstest(below, stats.truncnorm(-np.inf, -0.75).cdf).pvalue > 1e-3
    above = noise[value == OLD[1]]
    assert stats.kstest(above, stats.truncnorm(1.0, np.inf).cdf).pvalue > 1e-3


def test_what_is_moved_is_the_new_normal_censored(compiled, value, draws):
    first, _ = compiled
    noise, moved = first(value, *OLD, *NEW, draws)
    np.testing.assert_allclose(moved, np.clip(1.7 + 1.5 * noise, -0.5, 3.0), rtol=1e-12, atol=1e-12)
    for end, share in ((-0.5, stats.norm.cdf(-2.2 / 1.5)), (3.0, stats.norm.sf(1.3 / 1.5))):
        assert abs((moved == end).mean() - share) < 4.5 * np.sqrt(share * (1 - share) / N)


def test_equal_parameters_give_the_value_exactly(compiled, value, draws):
    first, _ = compiled
    np.testing.assert_array_equal(first(value, *OLD, *OLD, draws)[1], value)


def test_jax_agrees(compiled, value, draws):
    form = structural_form.of(pm.Censored.dist(pm.Normal.dist(0.0, 1.0), -1.0, 1.0))
    old, new = (tuple(pt.dscalars(*(f"{n}{k}" for k in range(4)))) for n in ("old", "new"))
    v, d = pt.dvectors("value", "draws")
    graph = form.transport(v, old, new, d)
    jax = pytensor.function([v, *old, *new, d], graph, mode=jax_mode())
    ours, theirs = compiled[0](value, *OLD, *NEW, draws)[1], jax(value, *OLD, *NEW, draws)
    np.testing.assert_allclose(np.asarray(theirs), ours, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(np.asarray(jax(value, *OLD, *OLD, draws)), value)


def test_an_end_that_was_all_but_impossible_still_has_finite_noise(compiled):
    first, predict = compiled
    far = (0.0, 60.0, 30.0, 1.0)
    noise, _ = first(np.zeros(3), *far, *far, np.array([-8.0, 0.0, 8.0]))
    assert np.isfinite(noise).all()
    assert (noise <= -30.0 + 1e-9).all()
    np.testing.assert_allclose(predict(noise, *far), 0.0, atol=1e-9)


def test_bounds_are_those_of_the_interval():
    rv = pm.Censored.dist(pm.Normal.dist(0.0, 1.0), -1.0, 2.0)
    form = structural_form.of(rv)
    assert [b.eval() for b in form.bounds(*form.parameters(rv))] == [-1.0, 2.0]


def test_what_has_no_form_has_none_censored():
    rv = pm.Censored.dist(pm.CustomDist.dist(1.0, logp=lambda v, m: -((v - m) ** 2)), 0.0, 1.0)
    with pytest.raises(ModelError, match=r"Censored.*CustomDist, of which it is made, has none"):
        structural_form.of(rv)
