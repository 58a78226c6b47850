"""Worlds: simulated ones keep their noise; those made from evidence recover it."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import (
    ATE,
    ITE,
    Counterfactual,
    PotentialOutcome,
    QueryError,
    World,
    shift,
)

EXACT = {"rtol": 1e-12, "atol": 1e-12}


@pytest.mark.usefixtures("quick_compile")
def test_everything_follows_from_parameters_and_noise(chain, chain_truth, chain_world):
    noise = {n: chain_world.noise[n].to_numpy() for n in ("z", "x", "y")}
    for name, value in chain.values(noise, chain_truth).items():
        if name in chain.names:
            assert chain_world.everything[name].dims == ("unit",)
            np.testing.assert_allclose(chain_world.everything[name], value, **EXACT)
    assert set(chain_world.data) == {"z", "x", "y"}
    assert dict(chain_world.parameters) == chain_truth


@pytest.mark.usefixtures("quick_compile")
def test_noise_is_abducted_exactly(make_chain, chain_truth, chain_world):
    known = World.from_evidence(make_chain(), chain_truth, chain_world.data)
    for name in ("z", "x", "y"):
        np.testing.assert_allclose(known.noise[name], chain_world.noise[name], atol=1e-12)
    for name in chain_world.everything:
        np.testing.assert_allclose(known.everything[name], chain_world.everything[name], **EXACT)
    query = Counterfactual("total", do={"x": shift(0.5)})
    np.testing.assert_allclose(known.ask(query), chain_world.ask(query), **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_simulated_laws(make_chain, chain_truth):
    world = World.simulate(make_chain(), chain_truth, units=2000, seed=5)
    for name in ("z", "x", "y"):
        assert stats.kstest(world.noise[name], "norm").pvalue > 1e-4
    assert stats.kstest(world.data["z"], stats.norm(0.5, 1.0).cdf).pvalue > 1e-4
    correlation = np.corrcoef([world.noise[n] for n in "zxy"])
    assert (abs(correlation - np.eye(3)) < 5 / np.sqrt(2000)).all()


@pytest.mark.usefixtures("quick_compile")
def test_the_same_seed_gives_the_same_world(make_chain, chain_truth, chain_world):
    again = World.simulate(make_chain(), chain_truth, units=40, seed=11)
    other = World.simulate(make_chain(), chain_truth, units=40, seed=12)
    for name in again.everything:
        np.testing.assert_allclose(again.everything[name], chain_world.everything[name], **EXACT)
        assert (other.everything[name] != again.everything[name]).all()
    query = ATE("y", do={"x": 1.0}, units="new")
    assert again.ask(query) == pytest.approx(float(chain_world.ask(query)), rel=1e-12)


@pytest.mark.usefixtures("quick_compile")
def test_new_units_are_not_the_simulated_ones(chain_world):
    fresh = chain_world.ask(PotentialOutcome("z", do={}, units="new"))
    assert (abs(fresh.to_numpy() - chain_world.everything["z"].to_numpy()) > 1e-9).all()


@pytest.mark.usefixtures("quick_compile")
def test_what_is_hidden_is_not_in_the_data_yet_answers_are_true(make_chain, chain_truth):
    world = World.simulate(make_chain(), chain_truth, units=20, seed=1, hidden=("z",))
    whole = World.simulate(make_chain(), chain_truth, units=20, seed=1)
    assert set(world.data) == {"x", "y"}
    assert "z" in world.everything
    query = Counterfactual("y", do={"z": shift(1.0)})
    np.testing.assert_array_equal(world.ask(query), whole.ask(query))


@pytest.mark.usefixtures("quick_compile")
def test_the_model_is_left_as_it_was(make_chain, chain_truth):
    model = make_chain()
    before = set(model.named_vars), int(model.dim_lengths["unit"].eval())
    World.simulate(model, chain_truth, units=7, seed=1)
    assert (set(model.named_vars), int(model.dim_lengths["unit"].eval())) == before


@pytest.mark.usefixtures("quick_compile")
def test_given_covariates():
    with pm.Model(coords={"unit": range(2)}) as model:
        age = pm.Data("age", [1.0, 2.0], dims="unit")
        pm.Normal("y", 2.0 * age, 1.0, dims="unit")
    ages = np.linspace(20, 30, 5)
    world = World.simulate(model, {}, units=5, seed=1, given={"age": ages})
    np.testing.assert_array_equal(world.data["age"], ages)
    np.testing.assert_allclose(world.data["y"], 2.0 * ages + world.noise["y"], **EXACT)
    assert model["age"].get_value().tolist() == [1.0, 2.0]
    known = World.from_evidence(model, {}, world.data)
    np.testing.assert_allclose(known.noise["y"], world.noise["y"], rtol=1e-9, atol=1e-9)
    answer = known.ask(Counterfactual("y", do={"age": shift(1.0)}))
    np.testing.assert_allclose(answer, world.data["y"] + 2.0, **EXACT)


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize(
    "make",
    [
        lambda x: pm.Bernoulli("k", logit_p=x, dims="unit"),
        lambda x: pm.Poisson("k", pm.math.exp(x), dims="unit"),
        lambda x: pm.Categorical(
            "k",
            p=pm.math.softmax(pm.math.stack([x, 0 * x, -x], axis=-1), axis=-1),
            dims="unit",
        ),
    ],
    ids=["Bernoulli", "Poisson", "Categorical"],
)
def test_noise_drawn_behind_discrete_evidence_gives_it_back(make):
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        k = make(x)
        pm.Normal("y", k, 1.0, dims="unit")
    world = World.simulate(model, {}, units=300, seed=3)
    k = world.data["k"].to_numpy()
    assert len(np.unique(k)) > 1
    one, same, other = (World.from_evidence(model, {}, world.data, seed=s) for s in (1, 1, 2))
    for known in (one, other):
        np.testing.assert_array_equal(known.everything["k"], k)
        np.testing.assert_array_equal(known.ask(Counterfactual("k", do={})), k)
        np.testing.assert_array_equal(known.ask(Counterfactual("k", do={"x": shift(0.0)})), k)
    query = Counterfactual("k", do={"x": shift(1.0)})
    np.testing.assert_array_equal(one.ask(query), same.ask(query))
    assert (one.ask(query) != other.ask(query)).any()
    assert (one.ask(query) != k).any()
    np.testing.assert_array_equal(one.noise["k"], same.noise["k"])
    effect = one.ask(Counterfactual("y", do={"x": shift(1.0)})) - world.data["y"].to_numpy()
    np.testing.assert_allclose(effect, one.ask(query) - k, atol=1e-12)


def test_a_world_averages_over_many_new_units(chain_world):
    first, *_, last = map(str, chain_world.data)
    answer = chain_world.ask(ATE(last, {first: shift(1.0)}, units="new"))
    assert answer.attrs["n_units"] == 100_000


def test_a_seed_is_asked_for_only_where_noise_drawn_given_the_evidence_is_read(
    quick_compile: None,
) -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", 0.5, dims="unit")
        count = pm.Poisson("count", 1.0 + t, dims="unit")
        pm.Normal("y", 2.0 * t + count, 1.0, dims="unit")
    data = {"t": [0, 1, 1], "count": [2, 0, 3], "y": [2.5, 2.0, 6.0]}
    world = World.from_evidence(model, {}, data)
    assert list(world.noise) == ["y"]
    np.testing.assert_allclose(world.noise["y"], [0.5, 0.0, 1.0])
    with pytest.raises(QueryError, match=r"noise behind count.*give a seed"):
        world.ask(ITE("y", do={"t": 1}))
    held = world.ask(ITE("y", do={"t": 1, "count": 2}, versus={"t": 0, "count": 2}))
    np.testing.assert_allclose(held, 2.0)
    seeded = World.from_evidence(model, {}, data, seed=1)
    assert set(seeded.noise) == {"t", "count", "y"}
    query = ITE("y", do={"t": 1}, seed=1)
    np.testing.assert_array_equal(seeded.ask(query), world.ask(query))
