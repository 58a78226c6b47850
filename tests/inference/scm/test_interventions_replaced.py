"""Variables replaced by draws of a distribution."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    ITE,
    PotentialOutcome,
    World,
    replace_by,
)

UNITS = 40
AMOUNTS = np.linspace(-1.0, 2.0, UNITS)
MASK = np.arange(UNITS) % 3 == 0
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def per_draw(draws: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Parameters with a unit axis behind chain and draw, as NumPy broadcasts them."""
    return {n: a[..., None] for n, a in draws.items()}


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("units", ["observed", "new"])
def test_replaced_draws_are_new_shared_and_felt_downstream(
    units, chain, chain_draws, chain_posterior
):
    """Replaced values have the law asked for, owe nothing to the old ones, and are the cause."""
    p = per_draw(chain_draws)
    do = {"x": replace_by(pm.Normal.dist(3.0, 0.1))}
    ask = chain_posterior.ask
    natural = {n: ask(PotentialOutcome(n, do={}, units=units)).to_numpy() for n in "zxy"}
    replaced = ask(PotentialOutcome("x", do=do, units=units)).to_numpy()
    total = ask(PotentialOutcome("total", do=do, units=units)).to_numpy()
    natural = {n: np.broadcast_to(v, replaced.shape) for n, v in natural.items()}
    noise = chain.noise(natural, p)
    expected = chain.values(noise, p, {"x": lambda v, n: replaced})
    np.testing.assert_allclose(total, expected["total"], rtol=1e-10, atol=1e-10)
    error = 0.1 / np.sqrt(replaced.size)
    assert abs(replaced.mean() - 3.0) < 5 * error
    assert abs(replaced.std() - 0.1) < 5 * error
    assert len(np.unique(replaced)) == replaced.size
    assert abs(np.corrcoef(replaced.ravel(), noise["x"].ravel())[0, 1]) < 5 / np.sqrt(240)
    same = ATE("total", do=do, versus=do, units=units)
    assert (chain_posterior.ask(same) == 0).all()


@pytest.mark.usefixtures("quick_compile")
def test_replaced_on_some_units_only(chain_world):
    do = {"x": replace_by(pm.Normal.dist(3.0, 0.1), where=MASK)}
    answer = chain_world.ask(PotentialOutcome("x", do=do)).to_numpy()
    np.testing.assert_allclose(answer[~MASK], chain_world.everything["x"][~MASK], **EXACT)
    assert (abs(answer[MASK] - 3.0) < 0.6).all()


@pytest.mark.usefixtures("quick_compile")
def test_a_parameter_replaced_by_a_distribution_is_drawn_per_draw(chain_posterior):
    do = {"beta": replace_by(pm.Normal.dist(0.0, 1.0))}
    effect = chain_posterior.ask(ITE("y", do=do, versus={"beta": 0.0}))
    x = chain_posterior.state.evidence.columns["x"]
    drawn = effect.to_numpy() / x
    np.testing.assert_allclose(drawn, np.broadcast_to(drawn[..., :1], drawn.shape), rtol=1e-9)
    assert len(np.unique(np.round(drawn[..., 0], 9))) == 6


@pytest.mark.usefixtures("quick_compile")
def test_the_distribution_may_depend_on_nothing_but_arrays_per_unit_do(chain_world):
    do = {"x": replace_by(pm.Normal.dist(AMOUNTS, 1e-6))}
    answer = chain_world.ask(PotentialOutcome("x", do=do))
    np.testing.assert_allclose(answer, AMOUNTS, atol=1e-5)


def test_replacements_of_different_laws_do_not_share_noise():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", x, 1, dims="unit")
    world = World.simulate(model, {}, units=10_000, seed=1)
    effect = world.ask(
        ITE(
            "y",
            do={"x": replace_by(pm.Normal.dist(10, 1))},
            versus={"x": replace_by(pm.Exponential.dist(1.0))},
        )
    )
    # Independent draws: mean 10 - 1, variance 1 + 1; five standard errors.
    assert abs(float(effect.mean()) - 9) < 5 * np.sqrt(2 / 10_000)
    assert abs(float(effect.var()) - 2) < 0.25
