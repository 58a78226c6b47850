"""Off-policy estimates: without bias over all logs, and in agreement with the query on a world."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import DataError, PotentialOutcome, QueryError, World, policy, set_to, shift
from ifonly.inference import replace_by as drawn_from
from ifonly.inference.experiments import chosen_by, off_policy
from ifonly.models.logged_bandit import TILT, logged_bandit

TRUTH = {
    "alpha": [1.0, 1.2, 0.8],
    "beta": [-0.5, 0.0, 0.8],
    "gamma": [3.0, 2.5, 2.6],
    "delta": 0.5,
    "sigma_r": 1.0,
    "sigma_k": 1.0,
}
BY_FEATURE = policy(lambda v: 2 * (v["x"] > 0))
UNITS = 2_000


@pytest.fixture(scope="module")
def world() -> World:
    return World.simulate(logged_bandit(), TRUTH, units=UNITS, seed=1)


def probabilities(x: np.ndarray) -> np.ndarray:
    odds = np.exp(x[:, None] * np.array(TILT))
    return odds / odds.sum(axis=1, keepdims=True)


def means(x: np.ndarray, off: float = 0.0) -> np.ndarray:
    """The mean revenue of each unit under each arm, by the algebra."""
    return off + np.array(TRUTH["alpha"]) + np.array(TRUTH["beta"]) * x[:, None]


def test_estimates_agree_with_the_query_of_the_same_policy(world: World) -> None:
    x = world.data["x"].to_numpy()
    found = off_policy(
        world.data,
        BY_FEATURE,
        arm="arm",
        outcome="revenue",
        propensity=probabilities(x),
        predicted=means(x),
    )
    value = world.ask(PotentialOutcome("revenue", do={"arm": BY_FEATURE}))
    # The same by the algebra: the noise of each unit is what it was.
    y, arm = world.data["revenue"].to_numpy(), world.data["arm"].to_numpy()
    every = np.arange(UNITS)
    algebra = y - means(x)[every, arm] + means(x)[every, np.where(x > 0, 2, 0)]
    np.testing.assert_allclose(value, algebra, atol=1e-12)
    assert list(found.index) == ["ips", "snips", "dr"]
    for name, row in found.iterrows():
        assert abs(row["value"] - float(value.mean())) < 3 * row["se"], name
    assert found.loc[["dr", "snips"], "se"].max() < 0.8 * found.loc["ips", "se"]
    assert (found["effective"] < 0.6 * UNITS).all()


def test_ips_and_dr_have_no_bias_over_all_logs() -> None:
    """Two units, three arms: every log with its probability, and a wrong model of outcomes."""
    outcomes = np.array([[1.0, 5.0, -2.0], [0.5, 2.0, 4.0]])
    e = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]])
    wanted = np.array([[0.2, 0.8, 0.0], [0.0, 0.5, 0.5]])
    wrong = np.array([[1.0, 1.0, 1.0], [3.0, -1.0, 2.0]])
    total = pd.Series(0.0, index=["ips", "dr"])
    for arms in product(range(3), repeat=2):
        if not wanted[[0, 1], arms].any():
            continue  # refused; all its weights are zero, so that IPS is 0 there
        log = pd.DataFrame({"arm": arms, "y": outcomes[[0, 1], arms]})
        found = off_policy(log, wanted, arm="arm", outcome="y", propensity=e, predicted=wrong)
        total += e[[0, 1], arms].prod() * found["value"].loc[["ips", "dr"]]
    missing = e[0, 2] * e[1, 0] * (wanted * wrong).sum(axis=1).mean()
    truth = (wanted * outcomes).sum(axis=1).mean()
    np.testing.assert_allclose(total + np.array([0.0, missing]), truth)


def test_the_errors_are_those_of_repeated_logs() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(300, 400))
    rows = []
    for one in x:
        e = probabilities(one)
        arm = (rng.random((400, 1)) > e.cumsum(axis=1)).sum(axis=1)
        y = means(one)[np.arange(400), arm] + rng.normal(size=400)
        log = pd.DataFrame({"x": one, "arm": arm, "y": y})
        found = off_policy(
            log, set_to(2), arm="arm", outcome="y", propensity=e, predicted=means(one, off=0.3)
        )
        rows.append(found[["value", "se"]].stack())
    table = pd.DataFrame(rows)
    for name in ("ips", "snips", "dr"):
        values = table[name, "value"]
        # 0.8 is the mean of arm 2; SNIPS has a bias of the order of 1 / n.
        assert abs(values.mean() - 0.8) < 4 * values.std() / np.sqrt(300)
        assert table[name, "se"].mean() == pytest.approx(values.std(), rel=0.15)


def test_policies_are_computed_from_the_columns() -> None:
    data = pd.DataFrame({"x": [1.0, -1.0, 3.0], "word": ["a", "b", "c"], "a": [0, 1, 1]})
    assert chosen_by(BY_FEATURE, data, "x").tolist() == [2, 0, 2]
    assert chosen_by(set_to(1, where=np.array([True, False, False])), data, "a").tolist() == [
        1,
        1,
        1,
    ]
    some = policy(lambda v: v["a"] + 1, where=lambda v: v["x"] > 0)
    assert chosen_by(some, data, "a").tolist() == [1, 1, 2]
    assert chosen_by(shift(1), data, "a").tolist() == [1, 2, 2]


LOG = pd.DataFrame({"x": [0.0, 1.0, 2.0], "a": [0, 1, 0], "y": [1.0, 2.0, 3.0]})
EVEN = np.full((3, 2), 0.5)
NEVER = np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"propensity": NEVER}, DataError, "arm 1 to 1 of 3 units that could not get it"),
        ({"propensity": 1 - NEVER, "policy": 1 - NEVER}, DataError, "1 of 3 units got an arm of"),
        ({"propensity": EVEN / 2}, DataError, "add up to 1"),
        ({"propensity": [0.5, 0.5, 0.5]}, DataError, "likely each arm is for each unit"),
        ({"policy": set_to(2)}, DataError, "the policy gives 2.0, and the arms are 0 to 1"),
        ({"policy": np.ones((3, 1))}, DataError, "2 arms"),
        ({"policy": policy(lambda v: v["z"])}, QueryError, "KeyError"),
        ({"policy": drawn_from(pm.Bernoulli.dist(0.5))}, QueryError, "draws at random"),
        ({"policy": policy(lambda v: v["x"][:2])}, QueryError, "for each of 3 units"),
        ({"policy": policy(lambda v: 1 - v["a"])}, DataError, "never does what the policy"),
        ({"arm": "b"}, DataError, "does not exist"),
        ({"predicted": [1.0]}, DataError, "predicted is a finite number"),
    ],
)
def test_what_a_log_cannot_say_is_refused(
    change: dict, error: type[Exception], message: str
) -> None:
    options = {"policy": set_to(1), "arm": "a", "outcome": "y", "propensity": EVEN} | change
    given: Callable = options.pop("policy")
    with pytest.raises(error, match=message):
        off_policy(LOG, given, **options)
