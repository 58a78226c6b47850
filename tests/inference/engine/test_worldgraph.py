"""What interventions read in their world: each other, natural values, and nothing in a circle."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import (
    ATE,
    ITE,
    AssumptionWarning,
    PotentialOutcome,
    QueryError,
    World,
    policy,
    scale,
    set_to,
    shift,
)

UNITS = 40
AMOUNTS = np.linspace(-1.0, 2.0, UNITS)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def per_draw(draws: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Parameters with a unit axis behind chain and draw, as NumPy broadcasts them."""
    return {n: a[..., None] for n, a in draws.items()}


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("units", ["observed", "new"])
def test_several_at_once_of_which_one_reads_another(units, chain, chain_draws, chain_posterior):
    p = per_draw(chain_draws)
    do = {
        "z": shift(1.0),
        "x": policy(lambda v: v["x"] + 2.0 * v["z"]),
        "y": scale(0.5, where=lambda v: v["x"] > 0),
        "sigma": 0.1,
    }
    theirs = {
        "z": lambda v, n: n + 1.0,
        "x": lambda v, n: n + 2.0 * v["z"],
        "y": lambda v, n: np.where(v["x"] > 0, 0.5 * n, n),
        "sigma": lambda v, n: np.full_like(n, 0.1),
    }
    natural = {
        n: chain_posterior.ask(PotentialOutcome(n, do={}, units=units)).to_numpy() for n in "zxy"
    }
    after = chain.values(chain.noise(natural, p), p, theirs)
    for name in ("x", "total"):
        answer = chain_posterior.ask(PotentialOutcome(name, do=do, units=units))
        expected = np.broadcast_to(after[name], answer.shape)
        np.testing.assert_allclose(answer, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.usefixtures("quick_compile")
def test_a_policy_may_read_a_set_variable_that_its_target_causes(chain_world):
    """x causes y; once y is set, nothing stands in the way of x reading it."""
    do = {"x": policy(lambda v: v["y"] * 2.0), "y": set_to(AMOUNTS)}
    answer = chain_world.ask(PotentialOutcome("x", do=do))
    np.testing.assert_allclose(answer, 2.0 * AMOUNTS, **EXACT)


@pytest.fixture(scope="module")
def dose_world(quickly) -> World:
    """need -> dose -> relief, where the dose is positive."""
    with pm.Model(coords={"unit": range(1)}) as model:
        need = pm.Normal("need", 0.0, 1.0, dims="unit")
        dose = pm.LogNormal("dose", need, 0.5, dims="unit")
        pm.Normal("relief", dose - need, 1.0, dims="unit")
    with quickly():
        return World.simulate(model, {}, units=UNITS, seed=2)


@pytest.mark.usefixtures("quick_compile")
def test_so_it_may_where_the_set_variable_has_a_support(dose_world):
    do = {"need": policy(lambda v: pt.log(v["dose"])), "dose": set_to(2.0)}
    answer = dose_world.ask(PotentialOutcome("need", do=do))
    np.testing.assert_allclose(answer, np.log(2.0), **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_what_is_set_needs_no_evidence_on_its_causes(dose_world):
    """Nothing is known of need; the noise of relief is, once dose and relief are seen with it."""
    known = World.from_evidence(dose_world.model, {}, dose_world.data[["dose"]])
    answer = known.ask(PotentialOutcome("dose", do={"dose": 3.0}))
    np.testing.assert_allclose(answer, 3.0, **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_a_policy_may_read_a_deterministic_and_a_parameter(chain, chain_truth, chain_world):
    do = {"y": policy(lambda v: v["x_square"] + v["beta"] + v["y"])}
    noise = {n: chain_world.noise[n].to_numpy() for n in ("z", "x", "y")}
    after = chain.values(noise, chain_truth, {"y": lambda v, n: v["x_square"] + v["beta"] + n})
    answer = chain_world.ask(PotentialOutcome("total", do=do))
    np.testing.assert_allclose(answer, after["total"], **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_reading_each_other_in_a_circle_is_an_error(chain_world):
    do = {"z": policy(lambda v: v["x"]), "x": policy(lambda v: v["z"])}
    with pytest.raises(QueryError, match=r"z -> x -> z|x -> z -> x"):
        chain_world.ask(ITE("y", do=do))
    with pytest.raises(QueryError, match="circle: y -> x -> y"):
        chain_world.ask(ITE("y", do={"x": policy(lambda v: v["y"])}))


@pytest.mark.usefixtures("quick_compile")
def test_the_natural_value_follows_what_happens_upstream(chain, chain_truth, chain_world):
    """A shift of x is on top of what a shift of z does to x."""
    noise = {n: chain_world.noise[n].to_numpy() for n in ("z", "x", "y")}
    after = chain.values(noise, chain_truth, {"z": lambda v, n: n + 1.0, "x": lambda v, n: n + 1.0})
    answer = chain_world.ask(PotentialOutcome("x", do={"z": shift(1.0), "x": shift(1.0)}))
    np.testing.assert_allclose(answer, after["x"], **EXACT)
    np.testing.assert_allclose(after["x"] - chain_world.everything["x"], 1.8, **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_an_upstream_variable_does_not_move(chain_world):
    for query in (ITE("z", do={"x": shift(5.0)}), ITE("x", do={"beta": 0.0})):
        with pytest.warns(AssumptionWarning, match="does not act on"):
            assert (chain_world.ask(query) == 0).all()


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("dose", [60.0, 1_000.0])
def test_more_than_whole_numbers_hold_is_refused(dose):
    """A mean of exp(60), or of infinity; the same counts up to a bound are the bound."""
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope")
        t = pm.Normal("t", dims="unit")
        mean = pm.math.exp(slope * t)
        pm.Poisson("visits", mean, dims="unit")
        pm.HurdlePoisson("stays", psi=0.7, mu=mean, dims="unit")
        pm.Censored("seen", pm.Poisson.dist(mean), lower=None, upper=9, dims="unit")
    world = World.simulate(model, {"slope": 1.0}, units=5, seed=1)
    for name in ("visits", "stays"):
        with pytest.raises(QueryError, match=f"'{name}' counts more than whole numbers of 64 bits"):
            world.ask(ATE(name, do={"t": dose}, versus={"t": 0.0}))
    assert (world.ask(PotentialOutcome("seen", do={"t": dose})) == 9).all()
