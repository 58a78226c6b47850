"""Nodes moved to where latents are likely, against the closed form of a normal latent."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import stats
from scipy.special import logsumexp

from ifonly.inference.conditioning.latents.integrated import Without, without_latents
from ifonly.inference.conditioning.latents.moved import about_prior, error, refined, widened
from ifonly.inference.conditioning.latents.nodes import Nodes
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

UNITS = 5
X = np.linspace(-2.0, 2.0, UNITS)
# u ~ N(0, 1) and x ~ N(a + 0.8 u, 0.5): given x, u is normal, with these.
VARIANCE = 0.25 / (0.64 + 0.25)
A = {"a": np.array(0.3)}
MEAN = 0.8 * (X - 0.3) / (0.64 + 0.25)


@pytest.fixture(scope="module")
def compiled(quickly: Any) -> Iterator[tuple[Without, pm.Model, Any]]:
    """The model without u; its functions run in Python."""
    with pm.Model(coords={"unit": range(1)}) as model:
        u = pm.Normal("u", dims="unit")
        pm.Normal("x", pm.Normal("a") + 0.8 * u, 0.5, dims="unit")
    evidence = read_evidence(Equations(model), {"x": X})
    quick: AbstractContextManager[None] = quickly()
    with quick:
        sized, _ = observe(model, evidence, "unit")
        yield without_latents(sized, evidence, "unit", 1, exact=False), sized, evidence


def start(compiled: Any, count: int) -> tuple[Without, Nodes]:
    found, model, evidence = compiled
    return found, found.nodes(model, evidence, count, 1)


def moments(nodes: Nodes) -> tuple[np.ndarray, np.ndarray]:
    [grid] = nodes.grids
    return grid.mean[0, :, 0], grid.root[0, :, 0, 0] ** 2


def test_nodes_stand_where_parameters_and_data_have_the_latent(compiled: Any) -> None:
    found, nodes = start(compiled, 15)
    mean, variance = moments(refined(found, nodes, A))
    np.testing.assert_allclose(mean, MEAN, atol=1e-4)
    # Each of three steps leaves a hundredth of what the variance was.
    assert (variance >= VARIANCE).all()
    np.testing.assert_allclose(variance, VARIANCE, rtol=0.04)
    near = about_prior(found, nodes, A)
    np.testing.assert_allclose(moments(near)[0], MEAN, atol=1e-4)


def test_wider_nodes_serve_several_parameters(compiled: Any) -> None:
    """The mean over parameters; their variance is that within and that between."""
    found, nodes = start(compiled, 25)
    nodes = refined(found, nodes, A)
    a = np.array([-0.1, 0.3, 0.7])
    mean, variance = moments(widened(found, nodes, {"a": a}))
    np.testing.assert_allclose(mean, MEAN, atol=1e-3)
    between = (0.8 / 0.89) ** 2 * a.var()
    np.testing.assert_allclose(variance, VARIANCE + between, rtol=0.05)


def test_the_error_is_what_is_missing_of_the_log_likelihood(compiled: Any) -> None:
    found, nodes = start(compiled, 12)
    [grid] = nodes.grids
    values, weights = grid.quadrature(12)
    a = np.array([0.3, 1.0])
    off = error(found, nodes, {"a": a})
    for number, value in enumerate(a):
        u = values["u"]
        joint = stats.norm.logpdf(u) + stats.norm.logpdf(X, value + 0.8 * u, 0.5)
        coarse = logsumexp(joint + weights, axis=0).sum()
        exact = stats.norm.logpdf(X, value, np.sqrt(0.89)).sum()
        assert abs(exact - coarse) > 1e-4
        assert off[number] == pytest.approx(exact - coarse, rel=0.05)
