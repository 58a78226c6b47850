"""A fit of one's own: matched by name, dims and labels; what does not fit is said, or refused."""

import logging
import types

import arviz as az
import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import ATE, ITE, DataError, ModelError, Posterior, set_to, shift

RNG = np.random.default_rng(4)
DATA = pd.DataFrame(
    {"t": RNG.normal(size=12), "y": RNG.normal(size=12)}, index=[f"u{k}" for k in range(12)]
)
GROUP = np.arange(12) % 2


def regression(observed=True, **more):
    """y = slope[group] t + noise; a function, as an author writes it."""
    coords = {"group": ["a", "b"], "row": list(DATA.index)}
    seen = {n: DATA[n].to_numpy() if observed else None for n in DATA}
    with pm.Model(coords=coords) as model:
        slope = pm.Normal("slope", 0.0, 2.0, dims="group")
        sigma = pm.HalfNormal("sigma", 1.0)
        t = pm.Normal("t", 0.0, 1.0, dims="row", observed=seen["t"])
        mean = pm.Deterministic("mean", slope[GROUP] * t, dims="row")
        pm.Normal("y", mean, sigma, dims="row", observed=seen["y"])
    return model


def draws(**changed):
    rng = np.random.default_rng(1)
    slope = xr.DataArray(
        rng.normal(size=(2, 5, 2)), dims=("chain", "draw", "group"), coords={"group": ["a", "b"]}
    )
    sigma = xr.DataArray(rng.uniform(0.5, 1.0, (2, 5)), dims=("chain", "draw"))
    return xr.Dataset({"slope": slope, "sigma": sigma} | changed)


def answered(posterior):
    return posterior.ask(ITE("y", do={"t": shift(1.0)}), backend="numba")


pytestmark = pytest.mark.filterwarnings("ignore:this answer comes from")


@pytest.mark.parametrize("ending", [None, "nc", "zarr"])
def test_a_fit_answers_from_wherever_it_lies(quick_compile, tmp_path, ending):
    fit = xr.DataTree.from_dict({"posterior": draws()})
    where = fit
    if ending is not None:
        where = tmp_path / f"fit.{ending}"
        write = {"nc": fit.to_netcdf, "zarr": lambda w: fit.to_zarr(w, consolidated=False)}
        write[ending](where)
    answer = answered(Posterior.from_idata(regression(), where, seed=1))
    assert answer.dims == ("chain", "draw", "row")
    assert answer["row"].to_numpy().tolist() == list(DATA.index)
    expected = draws()["slope"].to_numpy()[..., GROUP]
    np.testing.assert_allclose(answer.to_numpy(), expected, rtol=1e-12)
    assert answer.attrs["method"] == "own fit"


def test_draws_go_by_label_and_by_name_of_dimension(quick_compile):
    turned = draws()["slope"].transpose("group", "draw", "chain").sel(group=["b", "a"])
    answer = answered(Posterior.from_idata(regression(), draws(slope=turned), seed=1))
    np.testing.assert_allclose(answer.to_numpy(), draws()["slope"].to_numpy()[..., GROUP])


def test_the_same_fit_with_the_data_given_beside_it(quick_compile):
    posterior = Posterior.from_idata(regression(observed=False), draws(), DATA, seed=1, unit="row")
    np.testing.assert_allclose(
        answered(posterior).to_numpy(), draws()["slope"].to_numpy()[..., GROUP]
    )


def test_the_fit_itself_is_left_as_it_was():
    tree = xr.DataTree.from_dict({"posterior": draws()})
    before = tree.copy(deep=True)
    posterior = Posterior.from_idata(regression(), tree, seed=1)
    assert "evidence" in posterior.idata.children
    assert list(tree.children) == ["posterior"]
    xr.testing.assert_identical(tree, before)


def test_diagnostics_are_those_of_the_fit():
    rng = np.random.default_rng(0)
    good = rng.normal(size=(4, 500, 2))
    stats = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((4, 500), bool))})
    fit = draws(
        slope=xr.DataArray(good, dims=("chain", "draw", "group")),
        sigma=xr.DataArray(rng.uniform(1, 2, (4, 500)), dims=("chain", "draw")),
    )
    tree = {"posterior": fit, "sample_stats": stats}
    assert Posterior.from_idata(regression(), tree, seed=1).diagnostics.converged
    stats["diverging"][0, 3] = True
    fit["slope"] = fit["slope"] + 5.0 * xr.DataArray([0, 0, 0, 1], dims="chain")
    found = Posterior.from_idata(regression(), tree, seed=1).diagnostics
    assert found.divergences == 1
    assert found.r_hat == pytest.approx(
        max(float(az.rhat(fit)["slope"].max()), float(az.rhat(fit)["sigma"])), rel=1e-12
    )
    assert found.r_hat > 1.5


def other_mean():
    return xr.DataArray(np.ones((2, 5, 12)), dims=("chain", "draw", "row"))


REFUSED = {
    "a parameter is missing": (
        lambda: draws().rename(sigma="sigmas"),
        "no draws of the model's parameter 'sigma'.*did you mean 'sigmas'",
    ),
    "another shape": (
        lambda: draws(sigma=draws()["slope"]),
        r"'sigma' has.*'group'",
    ),
    "other labels": (
        lambda: draws(slope=draws()["slope"].assign_coords(group=["a", "c"])),
        "lacks the group 'b' and has 'c'",
    ),
    "another length": (
        lambda: draws(slope=xr.DataArray(np.ones((2, 5, 3)), dims=("chain", "draw", "k"))),
        r"'slope' has shape \(3,\).*the model's has shape \(2\)",
    ),
    "outside the support": (
        lambda: draws(sigma=draws()["sigma"] - 0.9),
        r"'sigma' is impossible \(HalfNormal \(.*\)\) under \d of the fit's 10 draws",
    ),
    "not finite": (
        lambda: draws(sigma=draws()["sigma"] * np.nan),
        "is NaN, infinite or .* for 10 draws",
    ),
    "beyond all numbers": (
        lambda: draws(slope=draws()["slope"] * 1e200),
        r"'slope' is NaN, infinite or beyond 1e\+150 for 20 draws",
    ),
    "another model's Deterministic": (
        lambda: draws(mean=other_mean()),
        "'mean' is not what this model computes",
    ),
    "no chains": (lambda: draws().isel(chain=0, drop=True), "no dimension 'chain'"),
    "no draws": (lambda: draws().isel(draw=slice(0)), "has no draw; sample it again"),
    "no group": (lambda: {"posterior": 3}, "a group of the fit is no Dataset"),
    "no posterior": (lambda: {"prior": draws()}, "no group 'posterior'"),
    "no fit": (lambda: 3, "not int"),
    "no file": (lambda: "nowhere.nc", "there is no file nowhere.nc"),
    "other data": (
        lambda: {
            "posterior": draws(),
            "observed_data": xr.Dataset({"y": ("row", DATA["y"].to_numpy() + 1)}),
        },
        "observed other values of 'y'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(case):
    make, words = REFUSED[case]
    with pytest.raises(DataError, match=words) as caught:
        Posterior.from_idata(regression(), make(), seed=1)
    assert "\n" not in str(caught.value)


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "fit.nc").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"fit\.nc cannot be read: .* no ArviZ file"):
        Posterior.from_idata(regression(), tmp_path / "fit.nc", seed=1)


def test_what_is_extra_and_what_latents_are_missing_is_said(caplog):
    with pm.Model(coords={"unit": range(3)}) as model:
        h = pm.Normal("h", pm.Normal("m"), 1.0, dims="unit")
        pm.Normal("y", h, 1.0, dims="unit", observed=np.zeros(3))
    fit = xr.Dataset({n: (("chain", "draw"), np.ones((1, 4))) for n in ("m", "elsewhere")})
    with caplog.at_level(logging.WARNING, "ifonly"):
        Posterior.from_idata(model, fit, seed=1)
    assert "the fit's elsewhere: no variables of the model" in caplog.text
    assert "no draws of the latents h" in caplog.text


def test_it_is_saved_and_loaded(quick_compile, tmp_path):
    posterior = Posterior.from_idata(regression(), draws(), seed=1)
    posterior.save(tmp_path / "p.nc")
    again = Posterior.load(tmp_path / "p.nc", regression())
    np.testing.assert_array_equal(answered(again), answered(posterior))


def test_latents_carry_chain_and_draw(quick_compile):
    with pm.Model(coords={"unit": ["p", "q"]}) as model:
        h = pm.Normal("h", pm.Normal("m"), 1.0, dims="unit")
        pm.Normal("y", h, 1.0, dims="unit", observed=np.zeros(2))
    values = np.arange(16.0).reshape(2, 4, 2)
    fit = xr.Dataset(
        {
            "m": (("chain", "draw"), np.ones((2, 4))),
            "h": (("chain", "draw", "unit"), values),
        },
        coords={"unit": ["p", "q"]},
    )
    latents = Posterior.from_idata(model, fit, seed=1).latents
    assert latents["h"].dims == ("chain", "draw", "unit")
    assert latents["h"].sel(chain=1, draw=2, unit="q").item() == 13.0
    assert {"chain", "draw", "unit"} <= set(latents.coords)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_bambis_own_model_sampled_by_hand():
    """What stands in it as numbers can only be set by its coefficient; offsets are solved for."""
    import bambi

    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(1.0, 1.0, 40), "g": rng.choice(list("abc"), 40)})
    frame["y"] = 1 + 2 * frame["x"] + rng.normal(size=40)
    built = bambi.Model("y ~ x + (1|g)", frame)
    built.build()
    model = built.backend.model
    with model:
        fit = pm.sample(
            30, tune=50, chains=2, cores=1, random_seed=1, progressbar=False, nuts_sampler="nutpie"
        )
    posterior = Posterior.from_idata(model, fit, seed=1)
    # The coefficient of the centred column, at 0: its effect is beta (x - mean).
    answer = posterior.ask(ITE("y", do={"x": set_to(0.0)}), backend="numba")
    expected = (
        -fit["posterior"]["x"].to_numpy()[..., None] * (frame["x"] - frame["x"].mean()).to_numpy()
    )
    np.testing.assert_allclose(answer.to_numpy(), expected, rtol=1e-6, atol=1e-9)
    kept = fit["posterior"].to_dataset().drop_vars(["1|g_offset", "mu"])
    found = Posterior.from_idata(model, kept, seed=1).idata["posterior"]["1|g_offset"]
    np.testing.assert_allclose(found, fit["posterior"]["1|g_offset"], rtol=1e-6)
    kept.attrs["modeling_interface"] = "bambi"
    with pytest.raises(DataError, match="give the bambi model itself"):
        Posterior.from_idata(model, kept, seed=1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sampler", ["pymc", "nutpie", "numpyro"])
def test_a_model_that_any_sampler_sampled(sampler):
    rng = np.random.default_rng(5)
    t = rng.normal(size=50)
    y = 1.5 * t + rng.normal(size=50)
    with pm.Model() as model:
        b = pm.Normal("b", 0.0, 10.0)
        x = pm.Normal("x", 0.0, 1.0, observed=t)
        pm.Normal("y", b * x, 1.0, observed=y)
        fit = pm.sample(
            500, tune=500, chains=2, cores=1, random_seed=2, progressbar=False, nuts_sampler=sampler
        )
    posterior = Posterior.from_idata(model, fit, seed=1)
    answer = posterior.ask(ATE("y", do={"x": shift(1.0)}))
    precision = np.sum(t**2) + 0.01
    mean, sd = np.sum(t * y) / precision, precision**-0.5
    ess = posterior.diagnostics.ess_bulk
    assert ess > 200
    assert abs(float(answer.mean()) - mean) < 4 * sd / np.sqrt(ess)
    assert posterior.idata.attrs["sampler"] == sampler


def test_a_wrapped_model_is_told_where_its_own_is():
    wrapped = types.SimpleNamespace(backend=None)
    draws = xr.Dataset({"b": (("chain", "draw"), np.ones((1, 4)))})
    with pytest.raises(ModelError, match=r"give its own, model\.backend\.model"):
        Posterior.from_idata(wrapped, draws, {"y": [1.0]})
