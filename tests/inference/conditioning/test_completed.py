"""A saved posterior that lacks blocks: computed later, they are what they would have been."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, DataError, Posterior, QueryError, completed, condition

RNG = np.random.default_rng(2)
X = RNG.normal(size=30)
DATA = {
    "x": X,
    "k": RNG.integers(0, 2, 30),
    "m": X + RNG.normal(size=30),
    "y": 2 * X + RNG.normal(size=30),
}
# Of known length, and short: what is compared are the draws themselves.
SHORT: dict[str, Any] = {"seed": 3, "draws": 40, "tune": 60, "chains": 2, "progress": False}
ASKED = ATE("y", do={"m": 1.0}, versus={"m": 0.0})


@pytest.fixture(scope="module")
def model() -> pm.Model:
    """Conjugate, linear, and a horseshoe, whose chains depend on how long they are tuned."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Bernoulli("k", pm.Beta("p", 1.0, 1.0), dims="unit")
        own = pm.HalfCauchy("own", 1.0, shape=2)
        b = pm.Normal("b", 0.0, own * pm.HalfCauchy("all", 1.0), shape=2)
        m = pm.Normal("m", b[0] * x + b[1] * x**2, pm.HalfNormal("sm", 1.0), dims="unit")
        pm.Normal("y", pm.Normal("c") * x + pm.Normal("d") * m, 1.0, dims="unit")
    return model


def test_draws_are_those_of_all_at_once(model: pm.Model, tmp_path: Path) -> None:
    whole = condition(model, DATA, **SHORT)
    condition(model, DATA, asked=[ASKED], **SHORT).save(tmp_path / "some.nc")
    some = Posterior.load(tmp_path / "some.nc", model)
    with pytest.raises(QueryError, match=r"without 'p'.*completed\(posterior\)"):
        some.state.drawn["p"]
    full = completed(some)
    for name in ("p", "b", "own", "all", "sm", "c", "d"):
        np.testing.assert_array_equal(full.state.drawn[name], whole.state.drawn[name], name)
    assert {p.unknowns for p in full.blocks.having(list(full.state.drawn))} == {
        p.unknowns for p in whole.blocks.now
    }


def test_chains_of_nuts_run_later_are_those_of_all_at_once(tmp_path: Path) -> None:
    """A heavy tail has no closed form: its block is sampled, with a random stream of its own."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", pm.Normal("a"), 1.0, dims="unit")
        pm.StudentT("y", nu=4, mu=pm.Normal("b") * x, sigma=pm.HalfNormal("s"), dims="unit")
    data = {n: DATA[n] for n in "xy"}
    whole = condition(model, data, **SHORT)
    assert {p.method for p in whole.blocks.now if "b" in p.unknowns} == {"nutpie"}
    asked = ATE("x", do={"a": 1.0}, versus={"a": 0.0})
    condition(model, data, asked=[asked], **SHORT).save(tmp_path / "some.nc")
    some = Posterior.load(tmp_path / "some.nc", model)
    with pytest.raises(QueryError, match="without 'b'"):
        some.state.drawn["b"]
    full = completed(some)
    for name in ("b", "s", "a"):
        np.testing.assert_array_equal(full.state.drawn[name], whole.state.drawn[name], name)


def test_what_was_computed_later_is_saved_too(model: pm.Model, tmp_path: Path) -> None:
    condition(model, DATA, asked=[ASKED], **SHORT).save(tmp_path / "some.nc")
    full = completed(Posterior.load(tmp_path / "some.nc", model))
    p = full.state.drawn["p"]
    full.save(tmp_path / "more.nc")
    again = Posterior.load(tmp_path / "more.nc", model)
    np.testing.assert_array_equal(again.state.drawn["p"], p)
    with pytest.raises(QueryError, match="without 'b'"):
        again.state.drawn["b"]


def test_one_that_lacks_nothing_stays_the_very_same(model: pm.Model, tmp_path: Path) -> None:
    data = {"x": DATA["x"], "k": DATA["k"], "m": DATA["m"], "y": DATA["y"]}
    draws = condition(model, data, **SHORT).idata["posterior"].to_dataset()
    own = Posterior.from_idata(model, draws, data, seed=1)
    assert completed(own) is own


@pytest.mark.parametrize("given", [None, "p.nc", 3])
def test_what_is_no_posterior_is_refused(given: Any) -> None:
    with pytest.raises(QueryError, match="completed takes a Posterior, not"):
        completed(given)


@pytest.mark.parametrize(
    "changed",
    [{"tune": "many"}, {"sampler": "mine"}, {"target_accept": 7}, {"nodes": -1}, None],
    ids=str,
)
def test_options_that_were_sealed_anew_are_looked_at(
    model: pm.Model, changed: dict[str, Any] | None
) -> None:
    some = condition(model, DATA, asked=[ASKED], **SHORT)
    kept = {"tune": 60, "sampler": None, "target_accept": 0.8, "nodes": None}
    some.idata.attrs["options"] = json.dumps({} if changed is None else kept | changed)
    with pytest.raises(DataError, match="does not say how it was conditioned"):
        completed(some)
