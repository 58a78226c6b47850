"""The grid of nodes: moments by algebra, and latents that no grid can hold."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import ModelError, condition
from ifonly.inference.conditioning.latents.grid import Axis, Grid, lower_root, standard_nodes

UNITS = 6


def latent(make):
    """Return a model in which `make` gives the latent that an outcome is read from."""
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        a = pm.Normal("a")
        pm.Normal("y", a + make(a), 1.0, dims="unit")
    return model


REFUSED = {
    "a count without end": (lambda a: pm.Poisson("u", 2.0, dims="unit"), "fixed, finite set"),
    "bounds that move": (
        lambda a: pm.Uniform("u", 0, pm.math.exp(a), dims="unit"),
        "depends on other variables",
    ),
    "three at once": (
        lambda a: sum(pm.Laplace(f"u{k}", 0, 1, dims="unit") for k in range(3)),
        "at most 2 continuous",
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_cannot_be_integrated_is_refused_by_name(case):
    make, words = REFUSED[case]
    with pytest.raises(ModelError, match=words) as error:
        condition(latent(make), {"y": np.zeros(UNITS)}, method="marginal", seed=1, progress=False)
    assert "method='nuts'" in str(error.value)


AXES = {
    "the line": (Axis("u"), 1.7),
    "above": (Axis("u", lower=2.0), 2.5),
    "below": (Axis("u", upper=-1.0), -4.0),
    "between": (Axis("u", lower=-1.0, upper=3.0), 2.2),
}


@pytest.mark.parametrize(("axis", "value"), AXES.values(), ids=AXES)
def test_a_latent_is_written_on_the_whole_line_and_back(axis: Axis, value: float) -> None:
    there = axis.line(np.array(value))
    assert axis.value(there) == pytest.approx(value, rel=1e-12)
    step = 1e-6
    slope = (axis.value(there + step) - axis.value(there - step)) / (2 * step)
    assert np.exp(axis.log_slope(there)) == pytest.approx(float(slope), rel=1e-7)


@pytest.mark.parametrize("dimensions", [1, 2])
def test_standard_nodes_have_the_moments_of_a_normal(dimensions: int) -> None:
    """E z^2 = 1, E z^4 = 3, E z^6 = 15, for which five nodes are exact."""
    x, log_weights = standard_nodes(5, dimensions)
    share = np.exp(log_weights) * stats.norm.pdf(x).prod(axis=1)
    assert share.sum() == pytest.approx(1.0, rel=1e-12)
    moments = [(share[:, None] * x**k).sum(axis=0) for k in (1, 2, 4, 6)]
    for found, expected in zip(moments, (0.0, 1.0, 3.0, 15.0), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


def test_a_grid_moves_to_the_moments_of_a_density() -> None:
    """Its mass is that of the density; its variance is a hundredth of the old one wider."""
    grid = Grid.standard((Axis("u"),), 2)
    values, weights = grid.quadrature(60)
    law = stats.norm([0.5, -1.0], [0.6, 0.8])
    moved, mass = grid.moved(60, np.log(3.0) + law.logpdf(values["u"]) + weights)
    np.testing.assert_allclose(moved.mean[0, :, 0], [0.5, -1.0], atol=1e-6)
    np.testing.assert_allclose(moved.root[0, :, 0, 0] ** 2, [0.37, 0.65], rtol=1e-5)
    np.testing.assert_allclose(mass, np.log(3.0), atol=1e-6)


def test_each_value_of_a_discrete_latent_has_its_own_place_and_mass() -> None:
    grid = Grid.standard((Axis("k", values=np.arange(2)), Axis("u")), 1)
    values, weights = grid.quadrature(60)
    k, u = values["k"], values["u"]
    joint = np.log(np.where(k == 0, 0.25, 0.75)) + stats.norm.logpdf(u, k - 0.5, 0.7)
    moved, mass = grid.moved(60, joint + weights)
    np.testing.assert_allclose(moved.mean[:, 0, 0], [-0.5, 0.5], atol=1e-6)
    np.testing.assert_allclose(np.exp(mass[:, 0]), [0.25, 0.75], rtol=1e-6)


def test_a_mixture_of_grids_has_its_mean_and_total_variance() -> None:
    grids = [
        Grid((Axis("u"),), np.full((1, 1, 1), m), np.full((1, 1, 1, 1), s))
        for m, s in ((0.0, 1.0), (4.0, 3.0))
    ]
    mixed = Grid.mixed(grids)
    assert mixed.mean.item() == 2.0
    assert mixed.root.item() ** 2 == pytest.approx((1.0 + 9.0) / 2 + 4.0)


def test_roots_are_those_of_cholesky() -> None:
    a = np.random.default_rng(1).normal(size=(4, 5, 3, 3))
    matrices = a @ a.swapaxes(-1, -2) + np.eye(3)
    np.testing.assert_allclose(lower_root(matrices), np.linalg.cholesky(matrices), rtol=1e-10)


def test_where_nothing_has_a_density_the_grid_stays() -> None:
    grid = Grid.standard((Axis("u"),), 1)
    moved, mass = grid.moved(5, np.full((5, 1), -np.inf))
    assert mass == -np.inf
    assert moved.mean.item() == 0.0
    assert moved.root.item() ** 2 == pytest.approx(1.01)
