"""The funnel's truth, held against a NumPy simulator that shares no code with it."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import ATE, World, set_to, shift
from ifonly.scenarios import get
from ifonly.scenarios.recommendation_funnel.truth import (
    BOTH,
    EACH_LEVER_NEW,
    LADDER,
    LEVERS,
    QUALITY,
    QUERIES,
    VALUE,
    WATCH,
    published,
)

SCENARIO = get("recommendation_funnel")
MEAN = QUERIES["mean row-level effect of quality +0.5"]
ROWS = QUERIES["effect of quality +0.5 on each row"]
BY_LADDER = QUERIES["ladder of shifts of quality"]
Columns = Mapping[str, np.ndarray]


def simulator(noise: Columns, do: Mapping[str, Callable[[np.ndarray], np.ndarray]]) -> Columns:
    """The true equations in NumPy, where `do` maps a variable's natural value to another."""
    v: dict[str, np.ndarray] = {}

    def put(name: str, natural: np.ndarray) -> np.ndarray:
        v[name] = do[name](natural) if name in do else natural
        return v[name]

    i = put("user_intent", noise["user_intent"])
    c = put("catalog_match", noise["catalog_match"])
    t = put("tutorial_prompt", noise["tutorial_prompt"])
    q = put(QUALITY, 0.55 * i + 0.35 * c + 0.18 * i * c + 0.35 * noise[QUALITY])
    w = put(WATCH, 1.10 + 0.75 * q + 0.25 * t + 0.35 * i + 0.18 * q * i + 0.45 * noise[WATCH])
    put(VALUE, 0.35 * q + 0.60 * w + 0.20 * i - 0.10 * t + 0.08 * w * i + 0.50 * noise[VALUE])
    return v


def row_effect(intent: np.ndarray, amount: float = 0.5) -> np.ndarray:
    """The algebra: what a shift of quality does to a row's value; only intent matters."""
    straight = 0.35 + 0.60 * 0.75 + intent * (0.60 * 0.18 + 0.08 * 0.75)
    return amount * (straight + 0.08 * 0.18 * intent**2)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return published()


@pytest.fixture(scope="module")
def world(data: pd.DataFrame) -> World:
    """The true world in which the published rows live."""
    return World.from_evidence(SCENARIO.model, SCENARIO.parameters, data)


@pytest.fixture(scope="module")
def noise(world: World) -> Columns:
    return {str(n): v.to_numpy() for n, v in world.noise.items()}


def test_the_published_data_come_from_their_stream(data: pd.DataFrame) -> None:
    rng = np.random.default_rng(2026)
    drawn = {n: rng.normal(size=4_000) for n in data}
    expected = simulator(drawn, {})
    assert list(data) == list(expected)
    np.testing.assert_allclose(data, np.stack(list(expected.values()), axis=1), rtol=0, atol=1e-12)
    first = [-0.7931, 1.4960, -0.1195, 0.3934, 0.4390, 0.6109]
    assert data.iloc[0].round(4).to_list() == first


def test_the_noise_is_recovered(data: pd.DataFrame, noise: Columns) -> None:
    rng = np.random.default_rng(2026)
    for name in data:
        np.testing.assert_allclose(noise[name], rng.normal(size=4_000), rtol=0, atol=1e-12)


def test_true_row_effects_are_the_algebra(world: World, data: pd.DataFrame) -> None:
    expected = row_effect(data["user_intent"].to_numpy())
    np.testing.assert_allclose(world.ask(ROWS), expected, rtol=0, atol=1e-12)
    assert float(world.ask(MEAN)) == pytest.approx(expected.mean(), abs=1e-12)
    assert round(float(world.ask(MEAN)), 4) == 0.4060


def test_the_true_ladder_is_the_algebra(world: World, data: pd.DataFrame) -> None:
    intent = data["user_intent"].to_numpy()
    found = world.ask(BY_LADDER)
    expected = [row_effect(intent, amount).mean() for amount in LADDER]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    assert found["shift"].to_numpy().tolist() == list(LADDER)
    assert float(found.sel(shift=0.0)) == 0.0


def test_true_effects_of_each_kind_of_intervention(world: World, noise: Columns) -> None:
    kinds: list[Mapping[str, Callable[[np.ndarray], np.ndarray]]] = [
        {QUALITY: lambda q: q + 0.5},
        {QUALITY: lambda q: np.full_like(q, 1.0)},
        {},
        {QUALITY: lambda q: q + 0.5, "tutorial_prompt": lambda t: t - 0.25},
    ]
    before = simulator(noise, {})[VALUE].mean()
    expected = [simulator(noise, do)[VALUE].mean() - before for do in kinds]
    found = world.ask(QUERIES["soft, hard, identity, and two at once"])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_true_effects_of_each_lever(world: World, noise: Columns) -> None:
    before = simulator(noise, {})[VALUE].mean()
    expected = [simulator(noise, {n: lambda v: v + 0.5})[VALUE].mean() - before for n in LEVERS]
    found = world.ask(QUERIES["effect of each lever, +0.5"])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_true_effects_of_groups(world: World, data: pd.DataFrame) -> None:
    groups = [pd.qcut(data[n], 4, labels=False) for n in ("user_intent", QUALITY)]
    effects = pd.Series(row_effect(data["user_intent"].to_numpy()))
    expected = effects.groupby(groups).mean().unstack()
    found = world.ask(QUERIES["who benefits, by intent and quality"])
    np.testing.assert_allclose(found.transpose("user_intent", QUALITY), expected, atol=1e-12)


def test_true_effects_of_the_levers_on_the_population(world: World) -> None:
    query = EACH_LEVER_NEW
    found = world.ask(query)
    # Means over intent ~ N(0, 1): E[intent] = 0, E[intent^2] = 1.
    expected = [0.5 * (0.35 + 0.45 + 0.0144), 0.5 * 0.60, 0.5 * (0.60 * 0.25 - 0.10)]
    error = 5.0 * found.attrs["monte_carlo_error"]
    assert 0.0 < error < 0.02
    np.testing.assert_allclose(found, expected, rtol=0, atol=error)
    assert len(expected) == len(LEVERS)


def test_interventions_on_several_nodes_are_stated(world: World) -> None:
    query = ATE(VALUE, do=BOTH, versus={QUALITY: set_to(0.0), "tutorial_prompt": shift(0.0)})
    assert "tutorial_prompt = tutorial_prompt - 0.25" in world.ask(query).attrs["estimand"]
