"""Every intervention, on every kind of target and choice of units, takes effect, and rightly so.

Each is held against a NumPy simulator with the same noise, downstream Deterministics included, in
a world and in a posterior, on observed units (rung 3) and on new ones (rung 2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import (
    ITE,
    Counterfactual,
    PotentialOutcome,
    QueryError,
    World,
    affine,
    policy,
    scale,
    set_to,
    shift,
)
from ifonly.inference.scm.interventions import as_intervention

UNITS = 40
AMOUNTS = np.linspace(-1.0, 2.0, UNITS)
MASK = np.arange(UNITS) % 3 == 0
EXACT = {"rtol": 1e-12, "atol": 1e-12}


@dataclass(frozen=True)
class Case:
    """An intervention of ours, and the same in NumPy."""

    name: str
    ours: Any
    numpy: Callable[[dict[str, Any], Any], Any]
    target: str = "x"


def only(mask: Callable[[dict[str, Any]], Any], new: Callable[..., Any]) -> Callable[..., Any]:
    return lambda v, natural: np.where(mask(v), new(v, natural), natural)


def on_units(kind: str, make: Callable[..., Any], new: Callable[..., Any]) -> list[Case]:
    """One intervention on a mechanism: on all units, on an array of them, on a computed set."""
    return [
        Case(f"{kind}-all", make(), new),
        Case(f"{kind}-array", make(where=MASK), only(lambda v: MASK, new)),
        Case(
            f"{kind}-callable",
            make(where=lambda v: v["z"] > 0.5),
            only(lambda v: v["z"] > 0.5, new),
        ),
        Case(
            f"{kind}-own-value",
            make(where=lambda v: v["x"] > 0.2),
            lambda v, natural: np.where(natural > 0.2, new(v, natural), natural),
        ),
    ]


MECHANISM = [
    *on_units("number", lambda **w: set_to(1.25, **w), lambda v, n: np.full_like(n, 1.25)),
    *on_units("set_to-per-unit", lambda **w: set_to(AMOUNTS, **w), lambda v, n: AMOUNTS),
    *on_units("shift", lambda **w: shift(0.5, **w), lambda v, n: n + 0.5),
    *on_units("shift-per-unit", lambda **w: shift(AMOUNTS, **w), lambda v, n: n + AMOUNTS),
    *on_units("scale", lambda **w: scale(-2.0, **w), lambda v, n: n * -2.0),
    *on_units("scale-per-unit", lambda **w: scale(AMOUNTS, **w), lambda v, n: n * AMOUNTS),
    *on_units(
        "policy", lambda **w: policy(lambda v: v["z"] + 100.0, **w), lambda v, n: v["z"] + 100.0
    ),
    *on_units(
        "policy-own-value",
        lambda **w: policy(lambda v: pt.maximum(v["x"], v["alpha"]) * v["z"], **w),
        lambda v, n: np.maximum(n, v["alpha"]) * v["z"],
    ),
    Case("policy-constant", policy(lambda v: 3), lambda v, n: np.full_like(n, 3.0)),
]
PARAMETER = [
    Case("parameter-number", 0.5, lambda v, n: np.full_like(n, 0.5), "beta"),
    Case("parameter-set_to", set_to(0.5), lambda v, n: np.full_like(n, 0.5), "beta"),
    Case("parameter-shift", shift(-0.25), lambda v, n: n - 0.25, "beta"),
    Case("parameter-scale", scale(3), lambda v, n: n * 3.0, "beta"),
    Case("parameter-scale-of-sd", scale(2), lambda v, n: n * 2.0, "sigma"),
    Case(
        "parameter-policy",
        policy(lambda v: v["beta"] + v["alpha"] ** 2),
        lambda v, n: n + v["alpha"] ** 2,
        "beta",
    ),
]
CASES = [*MECHANISM, *PARAMETER]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)


def columns(world: World) -> dict[str, np.ndarray]:
    return {n: world.everything[n].to_numpy() for n in ("z", "x", "y")}


def per_draw(draws: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Parameters with a unit axis behind chain and draw, as NumPy broadcasts them."""
    return {n: a[..., None] for n, a in draws.items()}


def downstream(case: Case) -> tuple[str, ...]:
    """What the intervention must move: the target, where a query can ask of it, and the last."""
    return ("x", "x_square", "total") if case.target == "x" else ("total",)


@every_case
@pytest.mark.usefixtures("quick_compile")
def test_in_a_world_of_known_noise(case, chain, chain_truth, chain_world):
    noise = {n: chain_world.noise[n].to_numpy() for n in ("z", "x", "y")}
    before = chain.values(noise, chain_truth)
    after = chain.values(noise, chain_truth, {case.target: case.numpy})
    assert not np.allclose(after["total"], before["total"])
    for name in downstream(case):
        answer = chain_world.ask(PotentialOutcome(name, do={case.target: case.ours}))
        assert answer.dims == ("unit",)
        np.testing.assert_allclose(answer, after[name], **EXACT)
        effect = chain_world.ask(ITE(name, do={case.target: case.ours}))
        np.testing.assert_allclose(effect, after[name] - before[name], **EXACT)


@every_case
@pytest.mark.usefixtures("quick_compile")
def test_in_a_posterior_on_observed_units(case, chain, chain_draws, chain_world, chain_posterior):
    p, seen = per_draw(chain_draws), columns(chain_world)
    noise = chain.noise(seen, p)
    after = chain.values(noise, p, {case.target: case.numpy})
    for name in downstream(case):
        answer = chain_posterior.ask(PotentialOutcome(name, do={case.target: case.ours}))
        assert answer.dims == ("chain", "draw", "unit")
        np.testing.assert_allclose(
            answer, np.broadcast_to(after[name], answer.shape), rtol=1e-10, atol=1e-10
        )


@every_case
@pytest.mark.usefixtures("quick_compile")
def test_on_new_units(case, chain, chain_draws, chain_posterior):
    """The new units are those that the same seed gives without an intervention."""
    p = per_draw(chain_draws)
    fresh = {
        n: chain_posterior.ask(PotentialOutcome(n, do={}, units="new")).to_numpy() for n in "zxy"
    }
    after = chain.values(chain.noise(fresh, p), p, {case.target: case.numpy})
    query = PotentialOutcome("total", do={case.target: case.ours}, units="new")
    answer = chain_posterior.ask(query)
    assert answer.dims == ("chain", "draw", "unit")
    np.testing.assert_allclose(answer, after["total"], rtol=1e-10, atol=1e-10)


def test_values_are_frozen_and_say_what_they_are():
    given = np.array([1.0, 2.0])
    action = set_to(given)
    given[0] = 99.0
    assert action.amount.tolist() == [1.0, 2.0]
    assert repr(shift(-0.25)) == "shift(-0.25)"
    assert repr(scale(2)) == "scale(2)"
    assert "2" in repr(action)
    assert repr(policy(lambda v: v["z"])) == "policy(...)"
    assert as_intervention("x", 2).kind == "set_to"
    assert as_intervention("x", action) is action


def test_an_affine_intervention_is_offset_plus_factor_times_the_natural_value():
    with pm.Model(coords={"unit": range(3)}) as model:
        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        pm.Normal("y", x**2, 1.0, dims="unit")
    x, y = np.array([0.5, -1.0, 2.0]), np.array([0.0, 1.0, 5.0])
    world = World.from_evidence(model, {}, {"x": x, "y": y})
    answer = world.ask(Counterfactual("y", do={"x": [affine(2.0, -0.5), affine(1.0, 3.0)]}))
    expected = [y - x**2 + (2.0 - 0.5 * x) ** 2, y - x**2 + (1.0 + 3.0 * x) ** 2]
    np.testing.assert_allclose(answer.transpose("dose", "unit"), expected, rtol=1e-12)


def test_an_affine_intervention_on_whole_numbers_stays_whole():
    with pm.Model(coords={"unit": range(3)}) as model:
        k = pm.Poisson("k", 3.0, dims="unit")
        pm.Normal("y", 2.0 * k, 1.0, dims="unit")
    world = World.from_evidence(model, {}, {"k": [1, 2, 5], "y": [2.0, 4.0, 10.0]})
    answer = world.ask(Counterfactual("y", do={"k": affine(1, 2)}))
    np.testing.assert_allclose(answer, [6.0, 10.0, 22.0])
    with pytest.raises(QueryError, match="whole"):
        world.ask(Counterfactual("y", do={"k": affine(1, 0.5)}))


@pytest.mark.parametrize("numbers", [(np.nan, 1.0), (0.0, "a"), ([1.0, 2.0], 1.0)], ids=repr)
def test_an_affine_intervention_takes_two_finite_numbers(numbers):
    with pytest.raises(QueryError, match="affine is a finite number"):
        affine(*numbers)
