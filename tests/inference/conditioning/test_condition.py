"""Conditioning agrees with the closed form, whichever sampler; and what it promises besides."""

import os

import arviz as az
import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ITE,
    ConvergenceWarning,
    ModelError,
    Posterior,
    QueryError,
    condition,
    shift,
)
from ifonly.inference.scm.equations import Equations
from ifonly.scenarios import get

UNITS = 8
OPTIONS = {"draws": 500, "tune": 500, "chains": 4, "progress": False}


def make_model() -> pm.Model:
    """mean -> latent -> y, all Gaussian, so that the joint posterior is known."""
    with pm.Model(coords={"unit": range(1)}) as model:
        mean = pm.Normal("mean", 0.0, 2.0)
        latent = pm.Normal("latent", mean, 1.0, dims="unit")
        y = pm.Normal("y", 1.5 * latent, 0.7, dims="unit")
        pm.Deterministic("double", 2.0 * mean)
        pm.Deterministic("fit", 1.5 * latent - y, dims="unit")
    return model


@pytest.fixture(scope="module")
def y():
    return np.random.default_rng(3).normal(1.0, 2.0, UNITS)


@pytest.fixture(scope="module")
def closed_form(y):
    """Mean and covariance of (mean, latent_1, ..., latent_n) given y, by precision matrices."""
    precision = np.zeros((UNITS + 1, UNITS + 1))
    precision[0, 0] = 1 / 2.0**2 + UNITS
    precision[0, 1:] = precision[1:, 0] = -1.0
    precision[1:, 1:] = np.eye(UNITS) * (1.0 + 1.5**2 / 0.7**2)
    covariance = np.linalg.inv(precision)
    return covariance @ np.concatenate([[0.0], 1.5 * y / 0.7**2]), covariance


@pytest.fixture(scope="module")
def posterior(y):
    return condition(make_model(), {"y": y}, sampler="nutpie", seed=1, **OPTIONS)


def check(posterior: Posterior, closed_form) -> None:
    """Means and variances within five standard errors, once there are enough draws to tell."""
    mean, covariance = closed_form
    group = posterior.idata["posterior"]
    flat = np.concatenate([group["mean"].to_numpy()[..., None], group["latent"].to_numpy()], -1)
    for k in range(UNITS + 1):
        draws = flat[..., k]
        for values, truth in (
            (draws, mean[k]),
            ((draws - mean[k]) ** 2, covariance[k, k]),
        ):
            ess = float(az.ess(values))
            assert ess > 400
            assert abs(values.mean() - truth) < 5 * values.std() / np.sqrt(ess)


def test_nutpie_agrees_with_the_closed_form(posterior, closed_form):
    check(posterior, closed_form)
    assert posterior.diagnostics.r_hat < 1.02
    assert posterior.diagnostics.divergences == 0


def test_latents_are_inferred_and_what_is_kept_is_what_cannot_be_computed(posterior):
    group = posterior.idata["posterior"]
    assert group["latent"].dims == ("chain", "draw", "unit")
    assert "double" in group
    assert "fit" not in group
    assert posterior.idata["evidence"].sizes["unit"] == UNITS
    assert posterior.idata.attrs["sampler"] == "nutpie"


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.filterwarnings("ignore::ifonly.inference.ConvergenceWarning")
def test_latents_are_moved_with_their_own_noise(posterior):
    answer = posterior.ask(ITE("y", do={"mean": shift(1.0)}))
    assert answer.dims == ("chain", "draw", "unit")
    np.testing.assert_allclose(answer, 1.5, rtol=1e-9)
    latent = posterior.ask(ITE("latent", do={"latent": 0.0})).to_numpy()
    np.testing.assert_array_equal(latent, -posterior.idata["posterior"]["latent"].to_numpy())


def test_progress_off_is_silent_and_the_model_is_left_alone(y, capfd):
    model = make_model()
    before = set(model.named_vars), len(model.observed_RVs)
    condition(model, {"y": y}, draws=20, tune=20, chains=1, seed=1, progress=False)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert (set(model.named_vars), len(model.observed_RVs)) == before


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["pymc", "numpyro"])
def test_other_samplers_agree_with_the_closed_form(sampler, y, closed_form):
    found = condition(make_model(), {"y": y}, sampler=sampler, seed=1, **OPTIONS)
    check(found, closed_form)
    assert found.idata.attrs["sampler"] == sampler
    assert "host_platform_device_count=100" not in os.environ.get("XLA_FLAGS", "")


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["nutpie", "pymc", "numpyro"])
def test_the_same_seed_gives_the_same_draws(sampler, y):
    def draw(seed):
        made = condition(
            make_model(),
            {"y": y},
            sampler=sampler,
            seed=seed,
            draws=30,
            tune=30,
            chains=2,
            progress=False,
        )
        return made.idata["posterior"]["latent"].to_numpy()

    one, again, other = draw(1), draw(1), draw(2)
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


@pytest.mark.slow
def test_too_few_draws_give_a_warning(y):
    few = {"draws": 20, "tune": 20, "chains": 2, "seed": 1, "progress": False}
    short = condition(make_model(), {"y": y}, method="nuts", **few)
    with pytest.warns(ConvergenceWarning, match="ESS"):
        answer = short.ask(ITE("y", do={"mean": shift(1.0)}))
    assert answer.attrs["converged"] == 0


def test_a_seed_is_taken_and_kept_where_none_is_given(y):
    options = {"draws": 5, "tune": 5, "chains": 1, "progress": False}
    one, two = (condition(make_model(), {"y": y}, **options) for _ in range(2))
    assert one.state.seed != two.state.seed
    assert one.idata.attrs["seed"] == one.state.seed


def test_nutpie_refuses_discrete_latents():
    with pm.Model(coords={"unit": range(1)}) as model:
        count = pm.Poisson("count", pm.Gamma("mean", 2.0, 1.0), dims="unit")
        pm.Normal("y", count, 1.0, dims="unit")
    with pytest.raises(ModelError, match="sampler='pymc'"):
        condition(model, {"y": [0.0, 1.0]}, sampler="nutpie", seed=1, progress=False)


def test_each_model_is_read_into_equations_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    original = Equations.__init__

    def counted(self: Equations, model: pm.Model, *args: object, **options: object) -> None:
        read.append(id(model))
        original(self, model, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Equations, "__init__", counted)
    scenario = get("linear_walkthrough")
    world = scenario.simulate(units=20, seed=1)
    assert len(read) == len(set(read)) == 2  # the scenario's model, and the one of 20 units
    read.clear()
    condition(scenario.model, world.data, draws=10, chains=1, seed=1, progress=False)
    assert len(read) == len(set(read)) == 2  # the scenario's model, and the observed one


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": ["nuts"]}, "method is auto or "),
        ({"sampler": {}}, "sampler is nutpie or "),
        ({"target_accept": None}, "target_accept is a probability"),
        ({"target_accept": "0.8"}, "target_accept is a probability"),
        ({"nodes": -1}, "nodes is a positive whole number"),
        ({"nodes": "many"}, "nodes is a positive whole number"),
        ({"asked": 3}, "asked is a list of queries"),
        ({"asked": ["ATE"]}, "asked is a list of queries"),
        ({"unit": None}, "unit is the name of a dimension"),
        ({"coupling": np.zeros(2)}, "coupling maps names"),
    ],
)
def test_options_of_another_type_are_refused_in_one_line(y, options, words):
    with pytest.raises((QueryError, ModelError), match=words) as caught:
        condition(make_model(), {"y": y}, progress=False, **options)
    assert "\n" not in str(caught.value)
