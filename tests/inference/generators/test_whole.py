"""The whole generator as one model: the same mechanisms, and it answers queries."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from scipy.special import expit

from ifonly.inference import ATE, ITE, QueryError, World, condition
from ifonly.inference.generators import Generator, Prior, learn
from ifonly.inference.generators.whole import parameters_of, whole_model

UNITS = 200


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    x = rng.normal(size=UNITS)
    t = (rng.random(UNITS) < expit(x)).astype(int)
    sex = rng.choice(["f", "m"], UNITS)
    return pd.DataFrame({"x": x, "sex": sex, "t": t, "y": x + t * (1 + x) + rng.normal(size=UNITS)})


@pytest.fixture(scope="module")
def generator(table: pd.DataFrame) -> Generator:
    return learn(table, "t", "y", seed=1, draws=4, prior=Prior(components=3))


def test_the_model_has_the_generators_mechanisms(generator: Generator, table: pd.DataFrame) -> None:
    model = whole_model(generator, table)
    draws = {n: v[2] for n, v in parameters_of(generator).items()}
    assert set(draws) == {v.name for v in model.free_RVs} - {"row", "t", "y"}
    known = pm.do(model, {n: np.asarray(v) for n, v in draws.items()})
    for arm in (0, 1):
        world = pm.do(known, {"row": np.arange(UNITS), "t": np.full(UNITS, arm)})
        mean, _ = world["y"].owner.op.dist_params(world["y"].owner)
        found = mean.eval(mode="FAST_COMPILE")
        np.testing.assert_allclose(found, generator.outcome(table, arm, draw=2), atol=1e-9)
    at = pm.do(known, {"row": np.arange(UNITS)})
    chance = at["t"].owner.op.dist_params(at["t"].owner)[0].eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(chance, generator.propensity(table, draw=2), atol=1e-9)


def test_a_query_of_its_world_is_the_generators_effect(
    generator: Generator, table: pd.DataFrame
) -> None:
    draws = {n: v[1] for n, v in parameters_of(generator).items()}
    data = {"row": np.arange(UNITS), "t": table["t"].to_numpy(), "y": table["y"].to_numpy()}
    world = World.from_evidence(whole_model(generator, table), draws, data)
    found = float(world.ask(ATE("y", do={"t": 1}, versus={"t": 0}), backend="python"))
    effect = generator.outcome(table, 1, draw=1) - generator.outcome(table, 0, draw=1)
    assert found == pytest.approx(effect.mean(), abs=1e-9)


@pytest.mark.filterwarnings("ignore:this answer comes from")
def test_conditioned_on_the_table_it_knows_each_units_effect(table: pd.DataFrame) -> None:
    """Draws of `learn` and of `condition` are of one posterior; the true effect is 1 + x."""
    own = learn(table, "t", "y", seed=1, draws=40, prior=Prior(components=3))
    data = {"row": np.arange(UNITS), "t": table["t"].to_numpy(), "y": table["y"].to_numpy()}
    posterior = condition(
        whole_model(own, table), data, draws=200, tune=200, chains=2, cores=1, seed=1,
        progress=False,
    )  # fmt: skip
    do: dict[str, dict[str, int]] = {"do": {"t": 1}, "versus": {"t": 0}}
    average = posterior.ask(ATE("y", **do), backend="python")
    effects = [own.outcome(table, 1, draw=k) - own.outcome(table, 0, draw=k) for k in range(40)]
    theirs = np.mean(effects, axis=1)
    # Thinned draws of `learn` are near independent.
    error = theirs.std() / np.sqrt(40) + float(average.std()) / np.sqrt(100)
    assert float(average.mean()) == pytest.approx(theirs.mean(), abs=4 * error)
    units = posterior.ask(ITE("y", **do), backend="python")
    low, high = (units.quantile(q, ("chain", "draw")).to_numpy() for q in (0.05, 0.95))
    held = ((low <= 1 + table["x"]) & (1 + table["x"] <= high)).mean()
    # Nine tenths in the mean; the units share the error of a few weights.
    assert held > 0.7
    assert np.corrcoef(units.mean(("chain", "draw")), 1 + table["x"])[0, 1] > 0.9


def test_it_needs_both_roles(table: pd.DataFrame) -> None:
    bare = learn(table[["x", "sex"]], seed=1, draws=2, prior=Prior(components=3))
    with pytest.raises(QueryError, match="treatment= and outcome="):
        whole_model(bare, table)
