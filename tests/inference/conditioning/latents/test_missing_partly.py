"""Vectors and panels of which a part is missing: that part is inferred, and nothing else moves."""

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import Counterfactual, DataError, ModelError, Posterior, condition
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import Evidence, read_evidence

QUICK = {"draws": 1000, "tune": 500, "chains": 4, "seed": 1, "progress": False, "cores": 1}
GAP = np.nan
PANEL = np.array(
    [[1.0, 2.0, 0.5], [GAP, 1.4, GAP], [0.3, GAP, -0.4], [2.2, 1.9, 1.1], [GAP, GAP, GAP]]
)
COVARIANCE = np.array([[1.0, 0.8], [0.8, 2.0]])


def panel() -> pm.Model:
    """Return a model of repeated measures about each unit's own level."""
    with pm.Model(coords={"unit": range(1), "time": range(3)}) as model:
        a = pm.Normal("a")
        u = pm.Normal("u", dims="unit")
        pm.Normal("y", a + u[:, None], 1.0, dims=("unit", "time"))
    return model


def close(draws: xr.DataArray, mean: float, variance: float) -> None:
    """Hold mean and spread of draws within five standard errors."""
    import arviz as az

    values = draws.transpose("chain", "draw").to_numpy()
    for found, expected, spread in (
        (values, mean, np.sqrt(variance)),
        ((values - mean) ** 2, variance, np.sqrt(2) * variance),
    ):
        assert abs(found.mean() - expected) < 5 * spread / np.sqrt(float(az.ess(found)))


@pytest.mark.parametrize("method", ["nuts", "marginal", "laplace"])
def test_a_panel_with_gaps(method: str, tmp_path) -> None:
    """Each unit's mean of the n values that it has is N(a, 1 + 1/n)."""
    posterior = condition(panel(), {"y": PANEL}, method=method, **QUICK)
    count = np.isfinite(PANEL).sum(axis=1)[:4]
    weight = 1 / (1 + 1 / count)
    precision = 1 + weight.sum()
    mean = (weight * np.nanmean(PANEL[:4], axis=1)).sum() / precision
    close(posterior.idata["posterior"]["a"], mean, 1 / precision)
    y = posterior.latents["y"]
    assert y.dims == ("chain", "draw", "unit", "time")
    seen = np.isfinite(PANEL)
    assert (y.to_numpy()[..., seen] == PANEL[seen]).all()
    # A missing value is about the unit's level, with the noise of its mechanism.
    level = posterior.latents["u"].isel(unit=1) + posterior.idata["posterior"]["a"]
    close(y.isel(unit=1, time=0) - level, 0.0, 1.0)
    close(y.isel(unit=4, time=2) - posterior.latents["u"].isel(unit=4)
          - posterior.idata["posterior"]["a"], 0.0, 1.0)  # fmt: skip
    if method == "laplace":
        posterior.save(tmp_path / "panel.nc")
        again = Posterior.load(tmp_path / "panel.nc", panel())
        np.testing.assert_array_equal(again.state.evidence.gaps["y"], ~seen)
        np.testing.assert_array_equal(again.latents["y"], y)


def pair() -> pm.Model:
    with pm.Model(coords={"unit": range(1), "item": ["m", "b"]}) as model:
        pm.MvNormal("v", np.array([1.0, -1.0]), COVARIANCE, dims=("unit", "item"))
    return model


def test_a_part_of_a_normal_vector() -> None:
    """Given one of two, the other is normal about the regression on it."""
    data = {"v": np.array([[0.5, 0.2], [2.0, GAP], [GAP, 1.0]])}
    posterior = condition(pair(), data, **QUICK)
    v = posterior.latents["v"]
    close(v.isel(unit=1, item=1), -1.0 + 0.8 * (2.0 - 1.0), 2.0 - 0.8**2)
    close(v.isel(unit=2, item=0), 1.0 + 0.4 * (1.0 + 1.0), 1.0 - 0.8**2 / 2)
    assert (v.isel(unit=0) == [0.5, 0.2]).all()
    assert (v.isel(unit=1, item=0) == 2.0).all()
    answer = posterior.ask(Counterfactual("v", do={}))
    np.testing.assert_array_equal(answer, v)


def test_the_integral_leaves_a_part_of_a_vector_to_nuts() -> None:
    with pm.Model(coords={"unit": range(1), "item": ["m", "b"]}) as model:
        mean = pm.Normal("mean")
        pm.MvNormal("v", mean + np.zeros(2), COVARIANCE, dims=("unit", "item"))
    data = {"v": np.array([[0.5, 0.2], [2.0, GAP]])}
    with pytest.raises(ModelError, match=r"'v' is missing in part.*method='nuts'"):
        condition(model, data, method="marginal", **QUICK)


def test_parts_that_hang_together_are_refused() -> None:
    with pm.Model(coords={"unit": range(1), "part": range(3)}) as model:
        pm.Dirichlet("share", np.ones(3), dims=("unit", "part"))
    data = {"share": np.array([[0.2, 0.3, 0.5], [0.1, GAP, GAP]])}
    with pytest.raises(DataError, match=r"'share'.*only in part.*Dirichlet.*all of them, or none"):
        condition(model, data, **QUICK)


def test_gaps_are_kept_value_by_value() -> None:
    evidence = read_evidence(Equations(panel()), {"y": PANEL}, allow_missing=True)
    assert evidence.missing["y"].tolist() == [False, True, True, False, True]
    again = Evidence.of_dataset(evidence.dataset("unit"), "unit")
    np.testing.assert_array_equal(again.gaps["y"], np.isnan(PANEL))
    assert np.isfinite(again.columns["y"]).all()
