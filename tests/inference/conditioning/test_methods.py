"""The three methods behind `condition`: they agree, say how good they are, and refuse."""

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import (
    ATE,
    ITE,
    Counterfactual,
    ModelError,
    Posterior,
    QueryError,
    World,
    condition,
    shift,
)

QUICK = {"draws": 1000, "tune": 500, "chains": 4, "seed": 5, "progress": False}
NODES = 9
TRUTH = {"a": 0.5, "load": 0.9, "b": 1.2, "c": 0.7}


def confounded():
    """Return a model whose u confounds t and y, and shows in x; all its laws are normal."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a, b, c = (pm.Normal(n, 0, 2) for n in "abc")
        load = pm.HalfNormal("load", 2)
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Normal("x", load * u, 0.5, dims="unit")
        t = pm.Normal("t", a * u, 1.0, dims="unit")
        pm.Normal("y", b * t + c * u, 1.0, dims="unit")
    return model


@pytest.fixture(scope="module")
def world():
    return World.simulate(confounded(), TRUTH, units=500, seed=4, hidden=("u",))


@pytest.fixture(scope="module")
def found(world):
    """The integral over u in closed form, and by quadrature."""
    methods = {"marginal": None, "laplace": NODES}
    return {
        m: condition(confounded(), world.data, method=m, nodes=nodes, **QUICK)
        for m, nodes in methods.items()
    }


@pytest.fixture(scope="module")
def together(world):
    """Parameters and latents sampled together, which mixes slowly."""
    return condition(
        confounded(), world.data, method="nuts", **QUICK | {"draws": 2000, "tune": 1000}
    )


def same_law(one, two):
    """Hold means and sds within five standard errors of their difference."""
    ess = min(one.diagnostics.ess_bulk, two.diagnostics.ess_bulk)
    assert ess > 200
    for name in TRUTH:
        a, b = (p.idata["posterior"][name].to_numpy() for p in (one, two))
        assert abs(a.mean() - b.mean()) < 5 * b.std() * np.sqrt(2 / ess), name
        assert abs(np.log(a.std() / b.std())) < 5 * np.sqrt(1 / ess), name


def test_the_methods_agree_on_the_parameters(found):
    same_law(found["laplace"], found["marginal"])


@pytest.mark.slow
def test_sampling_the_latents_agrees(found, together):
    same_law(together, found["marginal"])
    means = [p.latents["u"].mean(("chain", "draw")) for p in (together, found["marginal"])]
    sd = float(found["marginal"].latents["u"].std(("chain", "draw")).max())
    assert float(abs(means[0] - means[1]).max()) < 5 * sd * np.sqrt(2 / 200)


def test_the_methods_agree_on_the_latents(found, world):
    """Unit by unit; and the truth lies inside as often as it should."""
    truth = world.everything["u"].to_numpy()
    for posterior in found.values():
        u = posterior.latents["u"]
        assert u.dims == ("chain", "draw", "unit")
        mean, sd = u.mean(("chain", "draw")), u.std(("chain", "draw"))
        other = found["marginal"].latents["u"].mean(("chain", "draw"))
        assert abs(mean - other).max() < 5 * sd.max() * np.sqrt(2 / 200)
        low, high = (u.quantile(q, ("chain", "draw")).to_numpy() for q in (0.05, 0.95))
        inside = ((low <= truth) & (truth <= high)).mean()
        assert abs(inside - 0.9) < 5 * np.sqrt(0.9 * 0.1 / len(truth))


def test_answers_keep_each_unit_s_noise(found, world):
    query = Counterfactual("y", do={"t": shift(1.0)})
    effect = ITE("y", do={"t": shift(0.0)})
    for posterior in found.values():
        answer = posterior.ask(query)
        b = posterior.idata["posterior"]["b"]
        expected = world.data["y"] + b
        xr.testing.assert_allclose(
            answer.drop_attrs(), expected.transpose(*answer.dims).rename("y"), rtol=1e-10
        )
        assert (posterior.ask(effect) == 0).all()


def test_what_a_method_says_of_itself_travels_with_answers(found):
    attrs = found["laplace"].ask(ATE("y", do={"t": 1.0}, versus={"t": 0.0})).attrs
    assert attrs["method"] == "laplace"
    assert attrs["khat"] < 0.7
    assert 0 < attrs["efficiency"] <= 1
    assert abs(attrs["quadrature_error"]) < 0.1
    assert "quadrature_error" not in found["marginal"].facts  # there is none


def test_latents_are_saved(found, tmp_path):
    path = tmp_path / "posterior.nc"
    found["laplace"].save(path)
    again = Posterior.load(path, confounded())
    np.testing.assert_array_equal(again.latents["u"], found["laplace"].latents["u"])
    assert again.facts == found["laplace"].facts


def test_the_same_seed_gives_the_same_posterior(found, world):
    again = condition(confounded(), world.data, method="laplace", nodes=NODES, **QUICK)
    for name in TRUTH:
        np.testing.assert_array_equal(
            again.idata["posterior"][name], found["laplace"].idata["posterior"][name]
        )
    np.testing.assert_array_equal(again.latents["u"], found["laplace"].latents["u"])


@pytest.mark.parametrize("method", ["marginal", "laplace"])
def test_latents_alone_are_left_to_nuts(method):
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Poisson("y", pm.Gamma("u", 2.0, 1.5, dims="unit"), dims="unit")
    with pytest.raises(ModelError, match=r"no parameter.*method='nuts'"):
        condition(model, {"y": [1, 2, 3]}, method=method, **QUICK)


@pytest.mark.parametrize("method", [pytest.param("nuts", marks=pytest.mark.slow), "marginal"])
def test_missing_values_are_inferred(world, method):
    """A third of t and of y, at random: estimates stay right, and what is seen stays as it is."""
    frame = world.data.to_dataframe()
    rng = np.random.default_rng(9)
    for name in ("t", "y"):
        frame.loc[rng.random(len(frame)) < 1 / 3, name] = np.nan
    draws = 2_000 if method == "nuts" else 500  # sampled together they mix slowly
    posterior = condition(confounded(), frame, method=method, **QUICK | {"draws": draws})
    assert posterior.diagnostics.ess_bulk > 200
    for name, truth in TRUTH.items():
        found = posterior.idata["posterior"][name].to_numpy()
        assert abs(found.mean() - truth) < 4 * found.std()
    latents = posterior.latents
    for name in ("t", "y"):
        seen = frame[name].notna().to_numpy()
        expected = np.broadcast_to(frame[name][seen], (4, draws, seen.sum()))
        np.testing.assert_array_equal(latents[name].to_numpy()[..., seen], expected)
        true = world.everything[name].to_numpy()[~seen]
        low, high = np.quantile(latents[name].to_numpy()[..., ~seen], [0.05, 0.95], axis=(0, 1))
        inside = ((low <= true) & (true <= high)).mean()
        assert abs(inside - 0.9) < 5 * np.sqrt(0.9 * 0.1 / len(true))
    effect = posterior.ask(ATE("y", do={"t": shift(1.0)}))
    np.testing.assert_allclose(effect, posterior.idata["posterior"]["b"], rtol=1e-9)


def test_an_unknown_method(world):
    with pytest.raises(QueryError, match="auto or nuts or marginal or laplace"):
        condition(confounded(), world.data, method="advi", **QUICK)


@pytest.mark.slow
def test_many_units_start_from_some():
    """The climb with a sample is a start only: the mode is that of all units."""
    world = World.simulate(confounded(), TRUTH, units=9_000, seed=6, hidden=("u",))
    found = condition(confounded(), world.data, method="laplace", **QUICK)
    assert found.facts["efficiency"] > 0.9
    for name, truth in TRUTH.items():
        draws = found.idata["posterior"][name].to_numpy()
        assert abs(draws.mean() - truth) < 4 * draws.std(), name
        assert draws.std() < 0.05
