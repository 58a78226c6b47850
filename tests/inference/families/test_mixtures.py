"""The component behind a value, and what changes it, against algebra."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import structural_form
from ifonly.inference.families.mixtures import is_inflated

from .one_family import (
    bounds_of,
    moved,
    noise_of,
    predicted,
    share_is,
)

N = 20_000


@pytest.mark.parametrize("coupling", ["gumbel_max", "monotone", "independent"])
def test_the_component_behind_a_value(coupling):
    """Normal(0, 1) and Normal(2, 1) in the parts .3 and .7: of 1 as likely, hence .3 of it."""
    old, new = (pm.NormalMixture.dist([0.3, 0.7], [mu, 2.0], 1.0) for mu in (0.0, 10.0))
    there = moved(old, new, np.full(N, 1.0), coupling)
    assert set(np.unique(there)) == {1.0, 11.0}
    assert share_is(there == 11.0, 0.3)


@pytest.mark.parametrize("coupling", ["gumbel_max", "monotone"])
def test_weights_move_a_unit_as_the_coupling_says(coupling):
    """From .7 to .4 for the second: 3 of 7 of its units go over, to the law of the first."""
    old, new = (pm.NormalMixture.dist([1 - w, w], [0.0, 50.0], 1.0) for w in (0.7, 0.4))
    there = moved(old, new, np.full(N, 50.5), coupling)
    stays = there == 50.5
    assert share_is(stays, 4 / 7)
    assert stats.kstest(there[~stays], stats.norm.cdf).pvalue > 1e-3


def test_a_point_is_one_value_whatever_the_noise():
    rv = pm.DiracDelta.dist(3)
    np.testing.assert_array_equal(predicted(rv, [0.1, 0.9]), [3, 3])
    np.testing.assert_array_equal(noise_of(rv, [3, 3], [0.2, 0.7]), [0.2, 0.7])
    assert bounds_of(rv) == [3.0, 3.0]


def test_bounds_are_those_of_all_components_together():
    uniforms = [pm.Uniform.dist(0.0, 1.0), pm.Uniform.dist(-2.0, 0.5)]
    assert bounds_of(pm.Mixture.dist([0.5, 0.5], uniforms)) == [-2.0, 1.0]
    half_open = [pm.Exponential.dist(1.0), pm.Gamma.dist(2.0, 1.0)]
    assert bounds_of(pm.Mixture.dist([0.5, 0.5], half_open)) == [0.0, None]
    assert bounds_of(pm.NormalMixture.dist([0.5, 0.5], [0.0, 1.0], 1.0)) == [None, None]


def test_components_without_a_form_are_named():
    bare = pm.CustomDist.dist(1.0, logp=lambda v, m: -((v - m) ** 2), class_name="Bare")
    with pytest.raises(ModelError, match="Bare, of which it is made, has none"):
        structural_form.of(pm.Mixture.dist([0.5, 0.5], [pm.Normal.dist(0.0, 1.0), bare]))


def test_a_point_at_zero_makes_a_mixture_inflated():
    def mixed(where, family):
        return pm.Mixture.dist([0.5, 0.5], [pm.DiracDelta.dist(where), family])

    assert is_inflated(mixed(0.0, pm.Gamma.dist(2.0, 1.0)))
    assert not is_inflated(mixed(1.0, pm.Gamma.dist(2.0, 1.0)))
    assert not is_inflated(mixed(0.0, pm.Normal.dist(0.0, 1.0)))
    assert not is_inflated(pm.NormalMixture.dist([0.5, 0.5], [0.0, 1.0], 1.0))


def test_a_mixture_written_out_has_the_forms_of_the_hurdle():
    """PyMC casts the point of a mixture; it is known to be zero all the same."""
    written = pm.Mixture.dist([0.6, 0.4], [pm.DiracDelta.dist(0.0), pm.Gamma.dist(2.0, 1.0)])
    named = pm.HurdleGamma.dist(0.4, 2.0, 1.0)
    assert list(structural_form.couplings(written)) == list(structural_form.couplings(named))
    value, draws = np.array([0.0, 0.3, 4.0]), np.array([0.1, -1.0, 2.0])
    noise = noise_of(named, value, draws, "monotone")
    np.testing.assert_allclose(noise_of(written, value, draws, "monotone"), noise, rtol=1e-12)


def test_the_number_of_components_follows_from_a_dimension():
    with pm.Model(coords={"kind": range(2)}) as model:
        w = pm.math.softmax(pm.Normal("utility", dims="kind"))
        mu = pm.Normal("mu", dims="kind")
        sigma = pm.HalfNormal("sigma", dims="kind")
        pm.NormalMixture("y", w, mu, sigma, shape=3)
    assert structural_form.of(model["y"]).count == 2
    unknown = pm.NormalMixture.dist(pt.vector("w"), pt.vector("mu"), 1.0)
    with pytest.raises(ModelError, match="the number of its components is not known"):
        structural_form.of(unknown)
