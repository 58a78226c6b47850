"""Categories under each coupling, against algebra."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference.families.form import structural_form

from .one_family import (
    couple,
    moved,
)

N = 40_000


@pytest.mark.parametrize("coupling", ["monotone", "gumbel_max"])
def test_two_categories_agree_whatever_the_coupling(coupling):
    # P(Y' = 1 | Y = 0) = (p' - p) / (1 - p) when p' > p.
    moved = couple(
        pm.Categorical.dist([0.7, 0.3]), coupling, np.zeros(N, int), ([0.7, 0.3],), [([0.4, 0.6],)]
    )[0]
    expected = (0.6 - 0.3) / 0.7
    assert abs(moved.mean() - expected) < 4.5 * np.sqrt(expected * (1 - expected) / N)


def test_three_categories_part():
    old, new = [0.2, 0.3, 0.5], [0.5, 0.3, 0.2]
    value = np.full(N, 2)
    rv = pm.Categorical.dist(old)
    gumbel = couple(rv, "gumbel_max", value, (old,), [(new,)])[0]
    monotone = couple(rv, "monotone", value, (old,), [(new,)])[0]
    # Monotone: u in (.5, 1]; category 0 has no part of it but its edge, 1 has .3 of .5.
    assert abs(np.mean(monotone == 1) - 0.6) < 0.012
    assert np.mean(monotone == 0) < 1e-3
    assert np.mean(gumbel == 0) > 0.3


@pytest.mark.parametrize("coupling", ["gumbel_max", "monotone", "independent"])
@pytest.mark.parametrize("p", [[0.0, 0.4, 0.6], [0.5, 1e-20, 0.5], [1.0, 0.0, 0.0]])
def test_unlikely_and_impossible_categories_round_trip(p, coupling):
    value = np.repeat([k for k in range(3) if p[k] > 0], 500)
    back = couple(pm.Categorical.dist(p), coupling, value, (p,), [(p,)])[0]
    np.testing.assert_array_equal(back, value)


def test_ordered_probit_is_a_threshold_model_by_default():
    """The share that rises is that of one latent number and its cut points."""
    cuts, noise = np.array([-1.0, 0.0, 1.0]), np.random.default_rng(3).normal(size=N)
    seen, expected = (np.searchsorted(cuts, eta + noise) for eta in (0.0, 1.5))
    old, new = (pm.OrderedProbit.dist(np.full(N, eta), cuts) for eta in (0.0, 1.5))
    there = moved(old, new, seen)
    assert (there >= seen).all()
    assert abs(np.mean(there > seen) - np.mean(expected > seen)) < 4.5 / np.sqrt(N)


def test_defaults_and_recognition():
    assert structural_form.of(pm.Categorical.dist([0.5, 0.5])).coupling == "gumbel_max"
    ordered = pm.OrderedLogistic.dist(eta=pt.vector(), cutpoints=np.array([-1.0, 1.0]))
    assert structural_form.of(ordered).coupling == "monotone"
    probit = pm.OrderedProbit.dist(eta=pt.vector(), cutpoints=pt.vector(), sigma=2.0)
    assert structural_form.of(probit).coupling == "monotone"
    assert structural_form.of(pm.ZeroInflatedPoisson.dist(0.5, 2.0)).coupling == "process"
    assert structural_form.of(pm.Binomial.dist(3, 0.2)).coupling == "monotone"
