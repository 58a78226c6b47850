"""New units of which something is given: the population that a question is asked of."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from scipy.special import expit

from ifonly.inference import ATE, DataError, Posterior, PotentialOutcome, QueryError, World

pytestmark = pytest.mark.usefixtures("quick_compile")

HERE = {"age": [0.0, 1.0, 2.0], "plan": [0, 1, 1], "t": [0, 1, 1], "y": [0, 1, 0]}
DRAWS = {"b": [[[0.3, 1.0], [0.1, -0.5]]]}
ELSEWHERE = pd.DataFrame({"age": [3.0, 4.0, 5.0, 6.0], "plan": [1, 0, 1, 0]}, index=list("pqrs"))


def model() -> pm.Model:
    with pm.Model(coords={"unit": range(3)}) as found:
        age = pm.Data("age", np.zeros(3), dims="unit")
        b = pm.Normal("b", shape=2)
        plan = pm.Bernoulli("plan", 0.5, dims="unit")
        t = pm.Bernoulli("t", logit_p=plan - 0.5, dims="unit")
        chance = pm.math.invlogit(b[0] * age + b[1] * t * (1 + plan))
        pm.Deterministic("chance", chance, dims="unit")
        pm.Bernoulli("y", chance, dims="unit")
    return found


def chances(t: int) -> np.ndarray:
    b = np.array(DRAWS["b"])[0]
    age, plan = ELSEWHERE["age"].to_numpy(), ELSEWHERE["plan"].to_numpy()
    return expit(b[:, :1] * age + b[:, 1:] * t * (1 + plan))


def test_effects_in_another_population(posterior_by_hand: Callable[..., Posterior]) -> None:
    posterior = posterior_by_hand(model(), HERE, DRAWS)
    query = ATE("chance", do={"t": 1}, versus={"t": 0}, units="new", given=ELSEWHERE)
    answer = posterior.ask(query)
    np.testing.assert_allclose(answer[0], (chances(1) - chances(0)).mean(axis=1))
    assert answer.attrs["n_units"] == 4
    each = posterior.ask(PotentialOutcome("chance", do={"t": 1}, units="new", given=ELSEWHERE))
    assert each["unit"].to_numpy().tolist() == list("pqrs")
    np.testing.assert_allclose(each[0], chances(1))


def test_a_world_takes_them_too() -> None:
    world = World.from_evidence(model(), {"b": [0.3, 1.0]}, HERE, seed=1)
    query = PotentialOutcome("chance", do={"t": 1}, units="new", given=ELSEWHERE)
    np.testing.assert_allclose(world.ask(query), chances(1)[0])


def test_what_does_not_fit_is_refused(posterior_by_hand: Callable[..., Posterior]) -> None:
    posterior = posterior_by_hand(model(), HERE, DRAWS)
    with pytest.raises(QueryError, match="give units='new' with it"):
        ATE("y", do={"t": 1}, given=ELSEWHERE)
    with pytest.raises(QueryError, match="no size"):
        ATE("y", do={"t": 1}, units="new", size=3, given=ELSEWHERE)
    for table, message in (
        ({"plan": [0, 1, 1]}, "'age'.* have no column"),  # as many units as were seen
        ({"age": [1.0], "t": [1]}, "'t' is of the new units, and not plan"),
        ({"age": [1.0], "plan": [7]}, "plan"),
        ({"age": [1.0], "b": [1.0]}, "parameter"),
    ):
        with pytest.raises(DataError, match=message):
            posterior.ask(ATE("y", do={"t": 1}, units="new", given=table))
