"""What every answer promises: dims, attributes, seed, and nothing where nothing is done."""

import json

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    CATE,
    ITE,
    QTE,
    Counterfactual,
    World,
    policy,
    scale,
    shift,
)

from .varied import CLOSE, UNITS, make_model


@pytest.mark.usefixtures("quick_compile")
def test_summaries_are_mean_and_sd_over_draws(asked):
    who, lead, y, seen = asked
    answer = who.ask(ITE("y", do={"t": 2.0}, summary=True))
    effect = (y(2.0) - seen["y"]).reshape(-1, UNITS)
    assert answer.dims == ("statistic", "unit")
    np.testing.assert_allclose(answer.sel(statistic="mean"), effect.mean(0), **CLOSE)
    sd = effect.std(0, ddof=1) if lead else np.zeros(UNITS)
    np.testing.assert_allclose(answer.sel(statistic="sd"), sd, **CLOSE)
    ladder = who.ask(Counterfactual("y", do={"t": [0.0, 2.0]}, summary=True))
    assert ladder.dims == ("statistic", "dose", "unit")
    np.testing.assert_allclose(
        ladder.sel(statistic="mean", dose=2.0), y(2.0).reshape(-1, UNITS).mean(0), **CLOSE
    )


def queries(do):
    """One query of each kind that compares."""
    yield ITE("y", do)
    yield ATE("y", do)
    yield CATE("y", do, by="kind")
    yield QTE("y", do)
    for units in ("observed", "new"):
        yield ATE("y", do, units=units, seed=3)


ZERO = [
    {"t": shift(0)},
    {"t": scale(1)},
    {"t": policy(lambda v: v["t"])},
    {"z": shift(0.0), "kind": shift(0)},
    {"btz": shift(0.0)},
]


@pytest.mark.parametrize("do", ZERO, ids=str)
def test_nothing_done_is_exactly_nothing(posterior, do, request):
    """With numba, whose rewrites and fused loops must not spoil it."""
    if "t" not in do:
        request.getfixturevalue("quick_compile")
    for query in list(queries(do))[:: 1 if "quick_compile" in request.fixturenames else 2]:
        assert (posterior.ask(query) == 0).all(), query


@pytest.mark.usefixtures("quick_compile")
def test_attributes_say_which_estimand_it_is(world, posterior):
    answer = posterior.ask(ITE("y", do={"t": shift(0.5)}, versus={"t": 0.0}))
    a = answer.attrs
    assert answer.name == "y"
    assert (a["query"], a["outcome"], a["rung"], a["units"]) == ("ITE", "y", 3, "observed")
    assert (a["of"], a["seed"], a["n_units"], a["n_draws"]) == ("outcome", 5, UNITS, 10)
    for part in ("Y_i(do) - Y_i(versus)", "do(t = t + 0.5)", "against do(t = 0)"):
        assert part in a["estimand"]
    assert set(json.loads(a["versions"])) >= {"pymc", "pytensor", "numpy"}
    assert (a["converged"], a["problems"], a["divergences"]) == (1, "", 0)
    assert {"r_hat", "ess_bulk", "ess_tail", "bfmi"} <= set(a)
    assert json.loads(a["coupling"]) == {}, "no discrete variable is moved"
    assert "converged" not in world.ask(ATE("y", do={"t": 1.0})).attrs
    assert "the world as it was" in world.ask(ATE("y", do={"t": 1.0})).attrs["estimand"]
    assert world.ask(ATE("y", do={"t": 1.0}, seed=99)).attrs["seed"] == 99
    # they can be written to a file
    assert all(isinstance(v, int | float | str) for v in a.values())


@pytest.mark.usefixtures("quick_compile")
def test_the_coupling_of_what_is_moved_is_stated():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        k = pm.Poisson("k", pm.math.exp(x), dims="unit")
        pm.Normal("y", k, 1.0, dims="unit")
    world = World.simulate(model, {}, units=20, seed=1)
    assert set(json.loads(world.ask(ATE("y", do={"x": shift(1.0)})).attrs["coupling"])) == {"k"}
    assert json.loads(world.ask(ATE("y", do={"k": 3})).attrs["coupling"]) == {}


@pytest.mark.usefixtures("quick_compile")
def test_same_seed_same_answer(world, posterior_by_hand, draws):
    query = ATE("y", do={"t": 1.0}, units="new", size=30)
    one, two = (posterior_by_hand(make_model(), world.data, draws) for _ in range(2))
    np.testing.assert_array_equal(one.ask(query), two.ask(query))
    np.testing.assert_array_equal(one.ask(query), one.ask(query))
    other = posterior_by_hand(make_model(), world.data, draws, seed=6)
    assert (one.ask(query) != other.ask(query)).all()


@pytest.mark.usefixtures("quick_compile")
def test_mechanisms_that_nothing_reaches_keep_their_evidence_bit_for_bit(posterior, world):
    for name in ("kind", "z", "t", "y"):
        answer = posterior.ask(Counterfactual(name, do={}))
        seen = np.broadcast_to(world.data[name], answer.shape)
        np.testing.assert_array_equal(answer, seen)
    assert posterior.ask(Counterfactual("kind", do={"t": 1.0})).dtype == np.int64
