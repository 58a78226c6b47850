"""A scenario from data to answers: what is asked of whom, with what, and how long it took."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ifonly.inference import Posterior
from ifonly.scenarios import Scenario, get
from ifonly.scenarios.run import Clock, run

from .standin import OFF, Standin

WHOLE = get("linear_walkthrough")
AVERAGE = "average effect of b = 0"
SCENARIO = replace(
    WHOLE, queries={AVERAGE: WHOLE.queries[AVERAGE]}, units=30, seed=11, method="nuts", draws=70
)


def ran(scenario: Scenario = SCENARIO, **options: Any) -> tuple[Any, dict[str, Any], list[str]]:
    """The run, how it was conditioned, and what it said."""
    given: dict[str, Any] = {}
    said: list[str] = []

    def conditioned(model: Any, data: Any, **how: Any) -> Posterior:
        given.update(how, model=model, data=data)
        world = scenario.simulate(options.get("units"), options.get("seed"))
        return Standin(world)  # type: ignore[return-value]

    found = run(scenario, say=said.append, conditioned=conditioned, **options)
    return found, given, said


def test_a_run_asks_both_and_compares() -> None:
    found, given, said = ran()
    assert (found.seed, found.world.state.units) == (11, 30)
    assert given["model"] is SCENARIO.model
    assert given["data"] is found.world.data
    [(label, comparison)] = found.comparisons.items()
    assert label == AVERAGE
    # Without b, y is less by 0.7 b.
    expected = -0.7 * float(found.world.data["b"].mean())
    assert float(comparison.truth) == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(comparison.answer, expected + OFF, atol=1e-12)
    assert said[0] == "Simulating 30 units with seed 11"
    assert said[-1] == f"Asking: {AVERAGE}"
    steps = {"simulate", "condition", "ask the posterior", "ask the true world"}
    assert set(found.clock.seconds) == steps
    assert found.backend in ("numba", "jax")


def test_the_scenario_says_how_it_is_conditioned_unless_told_otherwise() -> None:
    assert {n: v for n, v in ran()[1].items() if n not in ("model", "data")} == {
        "method": "nuts", "draws": 70, "seed": 11,
    }  # fmt: skip
    other = ran(method="laplace", units=20, seed=5)
    assert {n: v for n, v in other[1].items() if n not in ("model", "data")} == {
        "method": "laplace", "seed": 5,
    }, "its own number of draws is for its own method"  # fmt: skip
    assert other[0].world.state.units == 20
    assert ran(draws=8, chains=2)[1]["draws"] == 8


def test_a_clock_adds_up_what_belongs_together(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, 5.0, 7.0, 10.0, 14.0])
    monkeypatch.setattr("ifonly.scenarios.run.perf_counter", lambda: next(times))
    clock = Clock()
    for step in ("a", "b"):
        with clock(step):
            pass
    with pytest.raises(ValueError, match="fails"), clock("a"):
        raise ValueError("fails")
    assert clock.seconds == {"a": 5.0, "b": 2.0}
