"""Where the posterior of the parameters is, with a mode and without, and nodes enough for it."""

import arviz as az
import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import ConvergenceWarning, ModelError, condition

QUICK = {"draws": 1000, "tune": 500, "chains": 4, "seed": 5, "progress": False}
STEEP = np.random.default_rng(3).integers(0, 2, size=(200, 4)).cumprod(axis=1)
X, Z = np.array([1.0, 2.0, -1.0, -2.0]), np.array([2.0, 3.0, -2.0, -2.0])


def grouped():
    """Return a model whose density rises without end as its spread goes to nothing."""
    with pm.Model(coords={"unit": range(4), "group": range(2)}) as model:
        of = pm.Data("of", [0, 0, 1, 1], dims="unit")
        spread = pm.HalfNormal("spread", 1.0)
        mean = pm.Normal("mean", 0, spread, dims="group")
        u = pm.Normal("u", mean[of], 1, dims="unit")
        pm.Normal("x", u, 1, dims="unit")
        pm.Normal("y", 2 * u, 1, dims="unit")
    return model


def test_marginal_does_without_a_mode():
    """Each group of two is normal given the spread, which leaves an integral over it alone."""
    found = condition(
        grouped(), {"x": X, "y": Z, "of": [0, 0, 1, 1]}, method="marginal",
        **QUICK | {"target_accept": 0.95},
    )  # fmt: skip
    s = np.linspace(1e-4, 6, 4_000)
    density = stats.halfnorm.pdf(s)
    for rows in (slice(2), slice(2, 4)):
        seen = np.concatenate([X[rows], Z[rows]])
        load = np.kron([1.0, 2.0], np.eye(2)).T  # of the two latents on what is seen
        for k, spread in enumerate(s):
            latent = np.eye(2) + spread**2
            law = stats.multivariate_normal(np.zeros(4), load @ latent @ load.T + np.eye(4))
            density[k] *= law.pdf(seen)
    density /= density.sum()
    draws = found.idata["posterior"]["spread"]
    ess = float(az.ess(draws.to_numpy()))
    assert ess > 400
    mean = (density * s).sum()
    sd = np.sqrt((density * (s - mean) ** 2).sum())
    assert abs(float(draws.mean()) - mean) < 4 * sd / np.sqrt(ess)


def test_laplace_refuses_where_there_is_no_mode():
    with pytest.raises(ModelError, match=r"spread.*rises without end"):
        condition(grouped(), {"x": X, "y": Z, "of": [0, 0, 1, 1]}, method="laplace", **QUICK)


def steep():
    """Return a model in which the latent's own density is far from normal."""
    with pm.Model(coords={"unit": range(1), "item": range(4)}) as model:
        slope = pm.HalfNormal("slope", 5)
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Bernoulli("y", logit_p=slope * u[:, None], dims=("unit", "item"))
    return model


def test_nodes_are_added_until_they_are_enough():
    """Where the latent's own density is far from normal."""
    found = condition(steep(), {"y": STEEP}, method="marginal", **QUICK)
    assert found.facts["quadrature_error"] < 0.1


def test_too_few_nodes_are_told():
    with pytest.warns(ConvergenceWarning, match="give more nodes"):
        condition(steep(), {"y": STEEP}, method="laplace", nodes=5, **QUICK)
    with pytest.raises(ModelError, match=r"of a unit, with 2 nodes .* such as nodes=4"):
        condition(steep(), {"y": STEEP}, method="laplace", nodes=2, **QUICK)


@pytest.mark.parametrize("method", ["marginal", "laplace"])
def test_nodes_serve_all_parameters_that_few_units_leave_open(method):
    """Two units with two latents each: all is normal, and the effect's law an inverse away."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a")
        u = pm.Normal("u", dims="unit")
        v = pm.Normal("v", 0.5 * u, 1, dims="unit")
        pm.Normal("x", u + v + a, 0.5, dims="unit")
        pm.Normal("y", u - v, 0.5, dims="unit")
    x, y = np.array([1.0, -2.0]), np.array([0.5, 1.0])
    # With v = u/2 + e: x - a = 3u/2 + e + noise, y = u/2 - e + noise.
    covariance = np.array([[2.25 + 1 + 0.25, 0.75 - 1], [0.75 - 1, 0.25 + 1 + 0.25]])
    precision = np.linalg.inv(covariance)
    certainty = 1 + 2 * precision[0, 0]
    mean = (precision[0, 0] * x.sum() + precision[0, 1] * y.sum()) / certainty
    found = condition(model, {"x": x, "y": y}, method=method, **QUICK)
    draws = found.idata["posterior"]["a"].to_numpy()
    ess = min(float(az.ess(draws, method=m)) for m in ("mean", "sd"))
    assert ess > 1_000
    assert abs(draws.mean() - mean) < 4 / np.sqrt(certainty * ess)
    assert abs(draws.var() * certainty - 1) < 4 * np.sqrt(2 / ess)
