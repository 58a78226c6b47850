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
    ATE,
    ITE,
    AssumptionWarning,
    PotentialOutcome,
    QueryError,
    World,
    policy,
    replace_by,
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


@pytest.mark.usefixtures("quick_compile")
def test_a_name_may_hold_any_text():
    """Inputs of the graph go by keys, not by texts that a variable's name could spell."""
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Normal("t", dims="unit")
        other = pm.Normal("t:where", dims="unit")
        comma = pm.Normal("a, b", dims="unit")  # a list of dtypes to NumPy
        pm.Deterministic("y", t + 10.0 * other + comma, dims="unit")
    data = {"t": [1.0, 2.0], "t:where": [0.0, 0.0], "a, b": [0.0, 0.0]}
    world = World.from_evidence(model, {}, data)
    do = {"t": set_to(7.0, where=np.array([True, False])), "t:where": np.array([3.0, 4.0])}
    np.testing.assert_allclose(world.ask(PotentialOutcome("y", do=do)), [37.0, 42.0])
