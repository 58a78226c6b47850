"""Rules: their scores by formula, their probabilities by counting, and what they forget."""

import numpy as np
import pytest
import xarray as xr
from scipy.special import beta as beta_function
from scipy.stats import norm

from ifonly.inference import DataError
from ifonly.inference.experiments.bandits import (
    UCB1,
    Binary,
    Linear,
    LinUCB,
    NormalThompson,
    Record,
    Thompson,
    play,
)
from ifonly.inference.experiments.bandits.play import _after, _start

RNG = np.random.default_rng(1)


def probability_second_is_greater(a: int, b: int, c: int, d: int) -> float:
    """P(Beta(c, d) > Beta(a, b)) for whole numbers, as a finite sum (Evan Miller, 2014)."""
    terms = [
        beta_function(a + i, b + d) / ((d + i) * beta_function(1 + i, d) * beta_function(a, b))
        for i in range(c)
    ]
    return float(sum(terms))


@pytest.mark.parametrize(
    "counts", [(1, 0, 1, 1), (5, 3, 7, 2), (300, 240, 20, 19), (50, 0, 40, 40)]
)
def test_probabilities_of_thompson_are_the_finite_sum(counts: tuple[int, int, int, int]) -> None:
    n0, s0, n1, s1 = counts
    record = Record(np.array([[n0, n1]], float), np.array([[s0, s1]], float))
    found = Thompson().propensities(record)
    expected = probability_second_is_greater(1 + s0, 1 + n0 - s0, 1 + s1, 1 + n1 - s1)
    np.testing.assert_allclose(found, [[1 - expected, expected]], atol=1e-9)


def test_probabilities_of_three_arms_are_shares_of_draws() -> None:
    record = Record(np.array([[5.0, 9.0, 2.0]]), np.array([[3.0, 5.0, 1.0]]))
    best = (
        Thompson()
        .scores(
            Record(np.repeat(record.pulls, 200_000, 0), np.repeat(record.total, 200_000, 0)),
            None,
            RNG,
        )
        .argmax(axis=1)
    )
    counted = np.bincount(best) / 200_000
    error = np.sqrt(counted * (1 - counted) / 200_000)
    assert (np.abs(Thompson().propensities(record)[0] - counted) < 4 * error).all()


def test_probabilities_of_normal_thompson_are_a_normal_tail() -> None:
    rule = NormalThompson(sd=2.0, prior_mean=1.0, prior_sd=3.0)
    record = Record(np.array([[4.0, 9.0]]), np.array([[8.0, 9.0]]))
    precision = 1 / 9 + record.pulls[0] / 4
    mean = (1 / 9 + record.total[0] / 4) / precision
    expected = norm.cdf((mean[0] - mean[1]) / np.sqrt((1 / precision).sum()))
    np.testing.assert_allclose(rule.propensities(record)[0, 0], expected, atol=1e-9)


def test_the_bound_of_ucb1() -> None:
    record = Record(np.array([[4.0, 6.0, 0.0]]), np.array([[2.0, 6.0, 0.0]]))
    found = UCB1().scores(record, None, RNG)[0]
    expected = [0.5 + np.sqrt(2 * np.log(10) / 4), 1.0 + np.sqrt(2 * np.log(10) / 6)]
    np.testing.assert_allclose(found[:2], expected)
    assert found[2] == np.inf


def test_the_bound_of_linucb_is_that_of_a_ridge_regression() -> None:
    """Against the regression of the arm's own rows, by solving its equations."""
    x, y = RNG.normal(size=(7, 3)), RNG.normal(size=7)
    matrix = 0.5 * np.eye(3) + x.T @ x
    record = Record(
        np.full((1, 1), 7.0),
        np.full((1, 1), y.sum()),
        np.linalg.inv(matrix)[None, None],
        (x.T @ y)[None, None],
    )
    now = RNG.normal(size=(1, 3))
    found = LinUCB(width=0.7, ridge=0.5).scores(record, now, RNG).item()
    spread = np.sqrt(now @ np.linalg.solve(matrix, now.T)).item()
    assert found == pytest.approx((now @ np.linalg.solve(matrix, x.T @ y)).item() + 0.7 * spread)


def test_linucb_that_forgets_is_a_weighted_regression() -> None:
    """Record by record against the sums of the pulls themselves, weighted by their age."""
    rule = LinUCB(width=0.7, ridge=0.5, discount=0.9)
    arms = Linear([[0.0, 1.0], [0.2, -1.0]])
    rng = np.random.default_rng(3)
    record, past = _start(rule, arms, 1), []
    for t in range(12):
        offer = arms.offer(t, 1, rng)
        assert offer.context is not None
        arm = np.array([t % 3 % 2])
        reward = offer.reward[0, arm]
        past.append((int(arm[0]), offer.context[0], float(reward[0])))
        record = _after(record, rule, arm, reward, offer)
    now = rng.normal(size=2)
    found = rule.scores(record, now[None], rng)[0]
    for k in (0, 1):
        own = [(0.9 ** (11 - t), x, y) for t, (a, x, y) in enumerate(past) if a == k]
        matrix = 0.5 * np.eye(2) + sum(w * np.outer(x, x) for w, x, _ in own)
        square = 0.5 * np.eye(2) + sum(w**2 * np.outer(x, x) for w, x, _ in own)
        reach = np.linalg.solve(matrix, now)
        moment = np.sum([w * x * y for w, x, y in own], axis=0)
        assert found[k] == pytest.approx(reach @ moment + 0.7 * np.sqrt(reach @ square @ reach))


def test_linucb_that_forgets_follows_coefficients_that_turn() -> None:
    """Half way the arms change their parts: the regret after that, in standard errors."""
    turned = np.array([[[0.0, 1.0], [0.0, -1.0]]] * 300 + [[[0.0, -1.0], [0.0, 1.0]]] * 300)
    lost = {
        name: play(rule, Linear(turned, sd=0.5), 600, seed=5, replications=40, at=(300, 600))
        for name, rule in {"firm": LinUCB(), "forgetful": LinUCB(discount=0.97)}.items()
    }
    after = {n: r["regret"].diff("pulls").squeeze("pulls") for n, r in lost.items()}
    assert apart(after["firm"], after["forgetful"]) > 8


@pytest.mark.parametrize(
    ("firm", "forgetful"),
    [(Thompson(), Thompson(discount=0.99)), (UCB1(0.5), UCB1(0.5, discount=0.995))],
    ids=["thompson", "ucb1"],
)
def test_what_forgets_follows_arms_that_change(
    firm: Thompson | UCB1, forgetful: Thompson | UCB1
) -> None:
    """The poor arm becomes the best half way: the regret after that, and its price before."""
    turned = Binary([[0.5, 0.1]] * 1_000 + [[0.5, 0.9]] * 1_000)
    before, after = {}, {}
    for name, rule in (("firm", firm), ("forgetful", forgetful)):
        lost = play(rule, turned, 2_000, seed=4, replications=100, at=(1_000, 2_000))["regret"]
        before[name], after[name] = lost.isel(pulls=0), lost.diff("pulls").squeeze("pulls")
    assert apart(after["firm"], after["forgetful"]) > 8
    assert apart(before["forgetful"], before["firm"]) > 8


def apart(one: xr.DataArray, other: xr.DataArray) -> float:
    """The difference of two means, in its standard errors."""
    error = np.sqrt(float(one.var()) / one.size + float(other.var()) / other.size)
    return float(one.mean() - other.mean()) / error


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Thompson(discount=0.0), "discount"),
        (lambda: Thompson(prior=(0.0, 1.0)), "number of the prior"),
        (lambda: NormalThompson(sd=0.0), "above 0"),
        (lambda: UCB1(width=-1.0), "at least 0"),
        (lambda: LinUCB(ridge=0.0), "ridge"),
        (lambda: LinUCB(discount=1.5), "discount"),
    ],
)
def test_what_is_no_rule_is_refused(make: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make()  # type: ignore[operator]


def test_the_finite_sum_is_right() -> None:
    """Beta(1, 2) above Beta(1, 1): 1/3 by integration."""
    assert probability_second_is_greater(1, 1, 1, 2) == pytest.approx(1 / 3)
