"""Playing: held against every way that a short game can go, and against a plain loop."""

from itertools import product

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.experiments.bandits import (
    UCB1,
    Binary,
    Linear,
    LinUCB,
    NormalThompson,
    Outcomes,
    Thompson,
    play,
)

from .test_rules import probability_second_is_greater

HARD = Binary([0.9, 0.8])


def every_game(p: tuple[float, float], pulls: int) -> dict[str, float]:
    """Mean regret, and mean and bias of the first arm's sample mean, over all games of Thompson."""
    regret = weight = mean = 0.0
    for arms, paid in product(product((0, 1), repeat=pulls), product((0, 1), repeat=pulls)):
        chance, n, s = 1.0, [0, 0], [0, 0]
        for arm, y in zip(arms, paid, strict=True):
            second = probability_second_is_greater(
                1 + s[0], 1 + n[0] - s[0], 1 + s[1], 1 + n[1] - s[1]
            )
            chance *= (second if arm else 1 - second) * (p[arm] if y else 1 - p[arm])
            n[arm] += 1
            s[arm] += y
        regret += chance * sum(max(p) - p[arm] for arm in arms)
        if n[0]:
            weight += chance
            mean += chance * s[0] / n[0]
    return {"regret": regret, "mean": mean / weight}


def test_thompson_is_all_games_weighed_and_its_sample_mean_is_biased() -> None:
    expected = every_game((0.7, 0.4), 4)
    found = play(Thompson(), Binary([0.7, 0.4]), 4, seed=1, replications=40_000)
    regret = found["regret"]
    assert abs(float(regret.mean()) - expected["regret"]) < 4 * float(regret.std()) / 200
    mean = (found["total"] / found["pulled"]).isel(arm=0).dropna("replication")
    error = float(mean.std()) / np.sqrt(mean.size)
    assert abs(float(mean.mean()) - expected["mean"]) < 4 * error
    assert expected["mean"] < 0.7 - 8 * error


def test_choosing_by_probabilities_is_the_same_rule() -> None:
    expected = every_game((0.7, 0.4), 4)["regret"]
    found = play(Thompson(), Binary([0.7, 0.4]), 4, seed=1, replications=4_000, keep=True)["regret"]
    assert abs(float(found.mean()) - expected) < 4 * float(found.std()) / np.sqrt(4_000)


def test_one_batch_learns_nothing() -> None:
    """All pulls before any reward: each arm half of the time, so half the gap a pull."""
    found = play(Thompson(), HARD, 100, seed=1, replications=2_000, batch=100)["regret"]
    assert abs(float(found.mean()) - 5.0) < 4 * float(found.std()) / np.sqrt(2_000)


def test_batches_cost_regret() -> None:
    one, many = (
        play(Thompson(), Binary([0.9, 0.5]), 400, seed=1, replications=400, batch=b)["regret"]
        for b in (1, 100)
    )
    error = np.sqrt((float(one.var()) + float(many.var())) / 400)
    assert float(many.mean() - one.mean()) > 10 * error


def test_linucb_is_a_plain_loop() -> None:
    """The same choices as regressions that are solved anew at each pull, on the same offers."""
    arms, rule = Linear([[0.0, 1.0], [0.2, -1.0]], sd=0.3), LinUCB(width=0.5, ridge=2.0)
    found = play(rule, arms, 60, seed=5, keep=True)
    rng, rows = np.random.default_rng(5), {0: [], 1: []}
    for t in range(60):
        offer = arms.offer(t, 1, rng)
        x, score = offer.context[0], []
        for arm in (0, 1):
            matrix, moment = 2.0 * np.eye(2), np.zeros(2)
            for z, y in rows[arm]:
                matrix, moment = matrix + np.outer(z, z), moment + z * y
            solved = np.linalg.solve(matrix, np.column_stack([moment, x]))
            score.append(x @ solved[:, 0] + 0.5 * np.sqrt(x @ solved[:, 1]))
        arm = int(np.argmax(score))
        assert found["chosen"].values[0, t] == arm
        rows[arm].append((x, offer.reward[0, arm]))


def test_a_context_pays() -> None:
    """Which arm is best turns with the context; a rule that does not see it loses half the time."""
    arms = Linear([[0.0, 1.0], [0.0, -1.0]], sd=0.5)
    seen = play(LinUCB(), arms, 400, seed=1, replications=100)["regret"]
    blind = play(NormalThompson(), arms, 400, seed=1, replications=100)["regret"]
    assert abs(float(blind.mean()) / 400 - np.sqrt(2 / np.pi)) < 0.02  # the mean of |x|
    assert float(seen.mean()) < 0.1 * float(blind.mean())


def test_potential_outcomes_of_units_are_arms() -> None:
    table = xr.DataArray([[0.0, 0.0, 3.0], [2.0, 2.0, 2.0]], dims=("dose", "unit"))
    found = play(NormalThompson(), Outcomes(table), 50, seed=1, replications=50)
    paid = found["total"] / found["pulled"]
    np.testing.assert_allclose(paid.isel(arm=1).dropna("replication"), 2.0)
    np.testing.assert_allclose(found["regret"].squeeze(), found["pulled"].isel(arm=0))


def test_all_is_kept_and_a_floor_holds() -> None:
    found = play(Thompson(), HARD, 30, seed=1, replications=3, keep=True, floor=0.1, at=(10, 30))
    assert dict(found["propensity"].sizes) == {"replication": 3, "pull": 30, "arm": 2}
    assert float(found["propensity"].min()) >= 0.1 - 1e-12
    np.testing.assert_allclose(found["propensity"].sum("arm"), 1.0)
    np.testing.assert_array_equal((found["chosen"] == 1).sum("pull"), found["pulled"].isel(arm=1))
    np.testing.assert_allclose(found["reward"].sum("pull"), found["total"].sum("arm"))
    again = play(Thompson(), HARD, 30, seed=1, replications=3, keep=True, floor=0.1, at=(10, 30))
    xr.testing.assert_identical(found, again)
    assert "propensity" not in play(UCB1(), HARD, 3, seed=1, keep=True)


@pytest.mark.parametrize(
    ("rule", "arms", "options", "message"),
    [
        (LinUCB(), HARD, {}, "reads a context"),
        (Thompson(), Outcomes([[0.0, 2.0], [1.0, 1.0]]), {}, "take NormalThompson"),
        (UCB1(), Binary([[0.1, 0.2]] * 5), {}, "10 pulls are asked for"),
        (UCB1(), HARD, {"floor": 0.1}, "does not choose at random"),
        (Thompson(), HARD, {"floor": 0.6}, "equal share"),
        (UCB1(), HARD, {"batch": 0}, "batch is a positive whole number"),
        (UCB1(), HARD, {"at": (20,)}, "there are 10"),
        (UCB1(), HARD, {"replications": 0}, "replications"),
    ],
)
def test_what_cannot_be_played_is_refused(
    rule: object, arms: object, options: dict, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        play(rule, arms, 10, seed=1, **options)
