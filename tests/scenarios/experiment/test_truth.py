"""The experiment's truth: published rows and figures, and the effects of its true world."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import ATE, World
from ifonly.scenarios.experiment.truth import PARAMETERS, QUERIES, ROLES

from .simulator import Users, controls, fitted, sigmoid, slope
from .worlds import SCENARIO, SD_OF_EFFECT, UNITS, near


def test_the_published_data_come_from_their_stream(data: pd.DataFrame) -> None:
    n = 50_000
    rng = np.random.default_rng(123)
    month = rng.integers(1, 7, size=n)
    segment = rng.choice(["casual", "regular", "vip"], size=n, p=[0.5, 0.4, 0.1])
    age = np.clip(rng.normal(35, 10, size=n), 18, 75)
    activity = rng.gamma(shape=2.0, scale=2.0, size=n)
    u = rng.normal(0, 1, size=n)
    pre = 5 + 0.25 * activity + 0.02 * (age - 35) + 0.8 * u + rng.normal(0, 1, size=n)
    z = rng.binomial(1, 0.5, size=n)
    s = (activity - activity.mean()) / activity.std()
    e = rng.binomial(1, sigmoid(-0.5 + 0.3 * s))
    t = rng.binomial(1, sigmoid(-0.4 + 1.2 * z + 0.6 * u + 0.5 * e + 0.15 * (activity > 2.5)))
    exposure = rng.poisson(np.clip(0.3 + 1.2 * t + 0.35 * activity + 0.8 * e, 0.05, None))
    c = rng.binomial(1, sigmoid(-0.2 + 1.0 * t + 0.8 * u))
    level = pd.Series(segment).map({"casual": 0.0, "regular": 0.4, "vip": 1.0}).to_numpy()
    y = 2 + 1.2 * t + 0.15 * exposure + 0.02 * (age - 35) + 0.3 * activity + level + u
    y = y + rng.normal(0, 1, size=n)
    codes = pd.Categorical(segment).codes
    expected = [month, codes, age, activity, pre, z, e, t, exposure, c, y]
    assert list(data) == [n for n in ROLES if n != "u"]
    np.testing.assert_allclose(data, np.stack(expected, axis=1), rtol=0, atol=1e-12)


def test_the_first_published_row(data: pd.DataFrame) -> None:
    first = [1, 0, 22.711829, 1.669579, 5.376245, 1, 1, 0, 5, 0, 3.008113]
    assert data.iloc[0].round(6).to_list() == first


def test_published_correlations_and_first_stage(data: pd.DataFrame) -> None:
    correlation = data.corr()
    pairs = {
        ("Z", "T"): 0.263,
        ("T", "Y"): 0.479,
        ("exposure", "Y"): 0.496,
        ("E", "exposure"): 0.281,
        ("Z", "Y"): 0.093,
    }
    for (one, other), value in pairs.items():
        assert round(correlation.loc[one, other], 3) == value
    t, others = data["T"].to_numpy(), controls(data)
    short = ((t - fitted(t, *others)) ** 2).sum()
    whole = ((t - fitted(t, data["Z"].to_numpy(), *others)) ** 2).sum()
    f = (short - whole) / (whole / (len(t) - 7))
    assert round(f, -1) == 3_780


def test_published_regressions(data: pd.DataFrame) -> None:
    t, y, z, c = (data[n].to_numpy() for n in "TYZC")
    others, pre = controls(data), data["pre_metric"].to_numpy()
    assert round(slope(y, t), 3) == 1.967
    assert round(slope(y, t, *others), 3) == 1.898
    assert round(slope(y, fitted(t, z, *others), *others), 3) == 1.455
    assert round(slope(y, t, pre, *others), 3) == 1.708
    assert round(slope(y, t, c, *others), 3) == 1.697
    assert round(t[data["E"] == 0].mean(), 2) == 0.57


def test_the_simulator_knows_the_algebra() -> None:
    users = Users(400_000, seed=3)
    effect = users.effect
    near(effect.mean(), 1.38, SD_OF_EFFECT, 400_000)
    treated = users.treatment() == 1
    near(effect[treated].mean(), 1.38, SD_OF_EFFECT, treated.sum())
    complier = users.treatment(z=1) > users.treatment(z=0)
    near(effect[complier].mean(), 1.38, SD_OF_EFFECT, complier.sum())
    held = users.base
    np.testing.assert_allclose(users.outcome(1, held) - users.outcome(0, held), 1.2, atol=1e-12)


def test_a_world_is_spread_as_the_simulator_is(world: World) -> None:
    users = Users(UNITS, seed=5)
    t = users.treatment()
    exposure = users.base + t * users.extra
    other = {
        "segment": users.segment,
        "age": users.age,
        "activity": users.activity,
        "u": users.u,
        "pre_metric": users.pre,
        "Z": users.natural_z,
        "E": users.E,
        "T": t,
        "exposure": exposure,
        "C": users.collider(t),
        "Y": users.outcome(t, exposure),
    }
    found = world.everything.to_dataframe()[list(other)]
    mine = pd.DataFrame(other)
    error = np.sqrt((found.var() + mine.var()) / UNITS)
    assert ((found.mean() - mine.mean()).abs() < 4.5 * error).all()
    # Fisher's transformation: a correlation's standard error is 1 / sqrt(n).
    apart = np.arctanh(found.corr() - np.eye(11)) - np.arctanh(mine.corr() - np.eye(11))
    assert float(apart.abs().to_numpy().max()) < 4.5 * np.sqrt(2.0 / UNITS)
    np.testing.assert_allclose(np.log(found.std() / mine.std()), 0.0, atol=0.04)


def test_what_the_analyst_sees(world: World) -> None:
    assert set(map(str, world.data)) == set(ROLES) - {"u"}
    assert set(map(str, world.everything)) == set(ROLES)
    assert set(PARAMETERS) == set(world.parameters)
    assert SCENARIO.units == 50_000


def test_the_true_total_effect(world: World) -> None:
    near(world.ask(QUERIES["total effect of T"]), 1.38, SD_OF_EFFECT)


@pytest.mark.slow
def test_the_true_effect_on_the_treated_and_in_groups(world: World) -> None:
    treated = float(world.data["T"].sum())
    near(world.ask(QUERIES["effect on the treated"]), 1.38, SD_OF_EFFECT, treated)
    for label, column in (("effect by segment", "segment"), ("effect by activity", "activity")):
        found = world.ask(QUERIES[label])
        least = UNITS * (0.1 if column == "segment" else 0.25)
        assert found.size == (3 if column == "segment" else 4)
        assert (np.abs(found - 1.38) < 4.5 * SD_OF_EFFECT / np.sqrt(least)).all()


@pytest.mark.slow
def test_the_true_direct_and_mediated_effects(world: World) -> None:
    held = ATE("Y", do={"T": 1, "exposure": 3}, versus={"T": 0, "exposure": 3})
    assert float(world.ask(held)) == pytest.approx(1.2, abs=1e-12)
    more = float(world.ask(ATE("exposure", do={"T": 1}, versus={"T": 0})))
    near(more, 1.2, np.sqrt(1.2))
    total = float(world.ask(QUERIES["total effect of T"]))
    assert total == pytest.approx(1.2 + 0.15 * more, abs=1e-12)
