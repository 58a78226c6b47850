"""PyMC's ways to a silently wrong counterfactual: each shown or stated, then ours held right.

The numbers are those of the list of pitfalls in the design. Those that are shown elsewhere:
14 (compile once) in queries/test_answer.py.
"""

import os
import subprocess
import sys

import arviz as az
import numpy as np
import pymc as pm
import pytest
from pymc.model.fgraph import fgraph_from_model

from ifonly.inference import (
    ATE,
    ITE,
    AssumptionWarning,
    Counterfactual,
    PotentialOutcome,
    QueryError,
    World,
    condition,
    policy,
    set_to,
    shift,
    structural,
    structural_form,
)
from ifonly.inference.conditioning.samplers import SAMPLERS
from ifonly.inference.scm.equations import with_units

UNITS = 40
SHIFT = {"x": shift(100.0)}

pytestmark = pytest.mark.usefixtures("quick_compile")


def stored(chain_draws, chain_world, names=("z", "x", "y")):
    """A trace that holds parameters and, as an old predictive draw would, unit variables."""
    draws = dict(chain_draws)
    for name in names:
        values = chain_world.everything[name].to_numpy()
        draws[name] = np.broadcast_to(values, (2, 3, UNITS))
    return az.from_dict(
        {"posterior": draws},
        coords={"unit": np.arange(UNITS)},
        dims={n: ["unit"] for n in names},
    )


def predict(trace, model, name):
    found = pm.sample_posterior_predictive(
        trace, model=model, var_names=[name], progressbar=False, random_seed=1
    )
    return found["posterior_predictive"][name].to_numpy()


def test_01_and_04_a_shift_is_not_lost_to_stored_draws(
    make_chain, chain_draws, chain_world, chain_posterior
):
    """PyMC takes the stored x, or the stored Deterministic, for the new one: y does not move."""
    model = with_units(make_chain(), np.arange(UNITS))
    shifted = pm.do(model, {"x": model["z"] * 0.0 + 100.0})
    trace = stored(chain_draws, chain_world, ("z", "x", "x_square"))
    theirs = predict(trace, shifted, "x_square")
    assert abs(theirs.mean()) < 50, "PyMC's behaviour changed: the pitfall may be gone"
    ours = chain_posterior.ask(PotentialOutcome("x_square", do={"x": 100.0}))
    np.testing.assert_allclose(ours, 1e4)


def test_02_asking_does_not_change_what_is_asked(chain_posterior):
    before = chain_posterior.idata.copy(deep=True)
    query = Counterfactual("total", do=SHIFT)
    one, two = chain_posterior.ask(query), chain_posterior.ask(query)
    np.testing.assert_array_equal(one, two)
    assert chain_posterior.idata.identical(before)
    assert (one > 100).all()


@pytest.mark.parametrize("stale", ["x_square", "total"])
def test_03_stored_deterministics_are_computed_anew(
    stale, make_chain, chain_draws, chain_world, posterior_by_hand
):
    draws = chain_draws | {stale: np.full((2, 3, UNITS), -999.0)}
    posterior = posterior_by_hand(make_chain(), chain_world.data, draws)
    answer = posterior.ask(PotentialOutcome(stale, do=SHIFT))
    assert (answer > 0).all()


def test_05_and_08_factual_ancestors_stay_as_observed(chain_posterior, chain_world):
    """PyMC draws observed variables anew, also those above the intervention."""
    for name in ("z", "x"):
        answer = chain_posterior.ask(Counterfactual(name, do={"y": 1.0}))
        seen = np.broadcast_to(chain_world.data[name], answer.shape)
        np.testing.assert_array_equal(answer, seen)


def test_06_the_original_model_is_what_is_conditioned(make_chain, chain_world, chain_posterior):
    form = structural(with_units(make_chain(), np.arange(UNITS)))
    theirs = pm.observe(form, {"y": chain_world.data["y"].to_numpy()})
    with pytest.raises(RuntimeError, match="could not be derived"):
        theirs.compile_logp()
    assert {v.name for v in chain_posterior.model.observed_RVs} == {"z", "x", "y"}


@pytest.fixture(scope="module")
def latent_posterior(posterior_by_hand):
    """t -> latent -> y, where the latent has draws and no column."""
    with pm.Model(coords={"unit": range(1)}) as model:
        gain = pm.Normal("gain", 0.0, 1.0)
        t = pm.Normal("t", 0.0, 1.0, dims="unit")
        latent = pm.Normal("latent", 2.0 * t, 1.0, dims="unit")
        pm.Normal("y", gain * latent, 1.0, dims="unit")
    rng = np.random.default_rng(0)
    draws = {"gain": rng.normal(size=(2, 4)), "latent": rng.normal(size=(2, 4, 5))}
    data = {"t": np.arange(5.0), "y": np.arange(5.0)}
    return posterior_by_hand(model, data, draws), draws


def test_07_latents_below_an_intervention_move(latent_posterior):
    """PyMC freezes them at their stored draws, with a warning."""
    posterior, draws = latent_posterior
    answer = posterior.ask(Counterfactual("latent", do={"t": shift(1.0)}))
    np.testing.assert_allclose(answer, draws["latent"] + 2.0, rtol=1e-12)
    effect = posterior.ask(ITE("y", do={"t": shift(1.0)}))
    expected = np.broadcast_to(2.0 * draws["gain"][..., None], (2, 4, 5))
    np.testing.assert_allclose(effect, expected, rtol=1e-10)
    still = posterior.ask(Counterfactual("latent", do={"gain": 0.0}))
    np.testing.assert_array_equal(still, draws["latent"])


def test_09_missing_values_are_inferred(make_chain):
    with pm.Model(coords={"unit": range(2)}) as model:
        pm.Normal("v", pm.Normal("m"), 1.0, dims="unit")
    theirs = pm.observe(model, {"v": np.array([1.0, np.nan])})
    assert np.isnan(theirs.compile_logp()({"m": 0.0}))
    options = {"draws": 20, "tune": 20, "chains": 2, "seed": 1, "progress": False}
    found = condition(model, {"v": [1.0, np.nan]}, sampler="pymc", cores=1, **options).latents["v"]
    assert (found.isel(unit=0) == 1.0).all()
    assert np.isfinite(found.isel(unit=1)).all()


def test_10_numbers_are_broadcast_checked_and_laddered(chain_world):
    with pm.Model(coords={"unit": range(2)}) as model:
        pm.Bernoulli("t", 0.5, dims="unit")
    with pytest.raises(ValueError, match="does not match shape"):
        pm.do(model, {"t": 1})
    answer = chain_world.ask(PotentialOutcome("x", do={"x": [1.0, 2.0]}))
    assert answer.dims == ("dose", "unit")
    np.testing.assert_array_equal(answer, np.repeat([[1.0], [2.0]], UNITS, axis=1))
    world = World.simulate(model, {}, units=3, seed=1)
    with pytest.raises(QueryError, match="integer"):
        world.ask(PotentialOutcome("t", do={"t": set_to(0.5)}))


def test_11_initial_values_are_taken():
    """PyMC's own representation refuses them; ours keeps them apart."""
    with pm.Model(coords={"unit": range(2)}) as started:
        pm.Normal("v", 0.0, 1.0, dims="unit", initval=[1.0, 1.0])
    with pytest.raises(NotImplementedError):
        fgraph_from_model(started)
    world = World.simulate(started, {}, units=2, seed=1)
    np.testing.assert_allclose(world.ask(ITE("v", do={"v": shift(1.0)})), 1.0)
    assert list(started.rvs_to_initial_values[started["v"]]) == [1.0, 1.0]


def test_11_nested_models_work_under_their_full_names():
    with pm.Model(coords={"unit": range(2)}) as outer:
        a = pm.Normal("a", 0.0, 1.0, dims="unit")
        with pm.Model(name="inner"):
            pm.Normal("b", 2.0 * a, 1.0, dims="unit")
    world = World.simulate(outer, {}, units=3, seed=1)
    np.testing.assert_allclose(world.ask(ITE("inner::b", do={"a": shift(1.0)})), 2.0)


def test_12_worlds_of_one_seed_share_their_noise(chain_posterior):
    """PyMC gives each `do` model noise of its own for one and the same seed."""
    ask = chain_posterior.ask
    one = ask(PotentialOutcome("z", do={"x": 1.0}, units="new"))
    two = ask(PotentialOutcome("z", do={"y": 0.0, "sigma": 2.0}, units="new"))
    np.testing.assert_array_equal(one, two)
    assert (ask(ATE("total", do={"x": 1.0}, versus={"x": 1.0}, units="new")) == 0).all()
    # the sequence of worlds, or another outcome, changes no draw
    query = ATE("z", do={"x": policy(lambda v: v["z"])}, versus={"y": 1.0}, units="new")
    with pytest.warns(AssumptionWarning, match="does not act on 'z'"):
        pair = ask(query)
    assert (pair == 0).all()


def test_13_draws_do_not_depend_on_the_backend(chain_posterior):
    query = PotentialOutcome("z", do={}, units="new")
    one, two = (chain_posterior.ask(query, backend=b) for b in ("numba", "jax"))
    np.testing.assert_allclose(one, two, rtol=1e-15)


def test_15_importing_numpyro_s_sampler_leaves_xla_alone():
    """PyMC asks XLA for a hundred host devices when its JAX samplers are imported."""
    code = (
        "import os, numpy as np, pytensor.tensor as pt\n"
        "from ifonly.inference.conditioning.compiled.jax_chains import jaxified\n"
        "x = pt.vector('x')\n"
        "assert float(jaxified([x], 2.0 * x)(np.ones(1))[0][0]) == 2.0\n"
        "import sys; assert 'pymc.sampling.jax' in sys.modules\n"
        "print(os.environ.get('XLA_FLAGS'))"
    )
    clean = {n: v for n, v in os.environ.items() if n != "XLA_FLAGS"}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=clean, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "None"


def test_16_families_without_a_quantile_function_have_a_form():
    for rv in (
        pm.Poisson.dist(2.0),
        pm.Binomial.dist(5, 0.3),
        pm.NegativeBinomial.dist(2.0, 1.5),
        pm.Categorical.dist([0.2, 0.8]),
    ):
        with pytest.raises(NotImplementedError):
            pm.icdf(rv, 0.5)
        assert "monotone" in structural_form.couplings(rv)


def test_17_blackjax_is_not_offered(make_chain):
    with pytest.raises(QueryError, match="nutpie or pymc or numpyro"):
        condition(make_chain(), {"z": [0.5], "x": [1.0]}, sampler="blackjax", progress=False)


def test_18_nothing_forks_once_jax_is_there(make_chain, monkeypatch):
    asked = {}
    monkeypatch.setattr(pm, "sample", lambda **options: asked.update(options))
    monkeypatch.setitem(sys.modules, "jaxlib", sys.modules.get("jaxlib", sys))
    SAMPLERS["pymc"]({"cores": 4, "model": make_chain()}, None)
    assert asked["cores"] == 1
