"""What an experimenter may type by mistake: one line, whatever the part, and never a traceback."""

from collections.abc import Callable

import numpy as np
import pymc as pm
import pytest

from ifonly.inference.errors import IfonlyError
from ifonly.inference.experiments import (
    UCB1,
    LinUCB,
    NormalThompson,
    Sprt,
    Thompson,
    assured_units,
    average_run_length,
    cusum,
    guardrail_table,
    harm_bounds,
    non_inferiority,
    play,
    posterior_rule,
    sample_ratio,
    sample_size,
    team_draft,
)
from ifonly.inference.experiments.bandits import Binary, Linear
from ifonly.inference.experiments.interference import naive_size
from ifonly.inference.experiments.switchback import carry_over_share
from ifonly.inference.experiments.switchback_lag import lagged_effect
from ifonly.inference.validation.trials import EachRun, TwoArms, power_curve, simulate_trials

ARMS = Binary([0.5, 0.5])
DESIGN = TwoArms("t", "y", units=40)


def model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as made:
        effect = pm.Normal("effect")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", effect * t, 1, dims="unit")
    return made


MISTAKES: dict[str, Callable[[], object]] = {
    "explained": lambda: sample_size(1.0, 1.0, explained="a"),
    "a prior of texts": lambda: assured_units("ab", 1.0),
    "a prior of three": lambda: assured_units((1.0, 2.0, 3.0), 1.0),
    "the effect of a Sprt": lambda: Sprt(effect="a", sd=1.0),
    "a prior mean": lambda: posterior_rule([0.2, 0.1], prior_mean="a", prior_sd=1.0),
    "a discount": lambda: Thompson(discount="a"),
    "a Beta prior": lambda: Thompson(prior="ab"),
    "a spread": lambda: NormalThompson(sd="a"),
    "a width": lambda: UCB1(width="a"),
    "a ridge": lambda: LinUCB(ridge="a"),
    "the noise of arms": lambda: Linear([[1.0, 2.0], [1.0, 2.0]], sd="a"),
    "a floor": lambda: play(Thompson(), ARMS, 3, seed=1, floor="a"),
    "a rule": lambda: play("ucb", ARMS, 3, seed=1),
    "arms": lambda: play(UCB1(), [0.5, 0.5], 3, seed=1),
    "when": lambda: play(UCB1(), ARMS, 3, seed=1, at=2),
    "a design effect": lambda: naive_size("a"),
    "a carry-over": lambda: carry_over_share("a", 4),
    "an outcome without variance": lambda: lagged_effect(np.zeros(8), [0, 1] * 4, 1, 0),
    "a ranking": lambda: team_draft(1, 2, seed=1),
    "the mean of a chart": lambda: cusum([1.0, 2.0], mean="a", sd=1.0),
    "a shift": lambda: average_run_length("a"),
    "a shift that is no number": lambda: average_run_length(np.nan),
    "planned shares": lambda: sample_ratio([5, 5], "ab"),
    "an estimate": lambda: non_inferiority("a", 0.1, margin=1.0),
    "guardrails": lambda: guardrail_table("a", {}),
    "a guardrail without an error": lambda: guardrail_table({"a": 1.0}, {"a": 0.1}),
    "a probability": lambda: harm_bounds("a", 0.5),
    "a share": lambda: TwoArms("t", "y", units=100, share="a"),
    "a design": lambda: simulate_trials(model(), "design"),
    "a stopping rule": lambda: simulate_trials(model(), DESIGN, rule="pocock"),
    "an executor": lambda: simulate_trials(model(), DESIGN, executor="two"),
    "parameters": lambda: simulate_trials(model(), DESIGN, parameters=[1.0]),
    "an analysis": lambda: simulate_trials(model(), DESIGN, analysis="t-test"),
    "what an analysis gives": lambda: simulate_trials(
        model(),
        DESIGN,
        EachRun(lambda frame: "x", "t"),
        parameters={"effect": 0.0},
        replications=10,
    ),
    "units": lambda: power_curve(model(), DESIGN, ["a"], parameters={"effect": 0.5}),
}  # type: ignore[dict-item]


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_gets_one_line(what: str) -> None:
    with pytest.raises(IfonlyError) as caught:
        MISTAKES[what]()
    assert "\n" not in str(caught.value)
