"""A Potential on a mechanism: obeyed by what is seen, unknown to what is drawn or predicted."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import (
    ATE,
    ITE,
    Counterfactual,
    ModelError,
    Posterior,
    PotentialOutcome,
    QueryError,
    World,
    rehearse,
    shift,
)

pytestmark = pytest.mark.usefixtures("quick_compile")


def kept_positive() -> pm.Model:
    """x -> z -> y, and x -> w; a Potential keeps z positive."""
    with pm.Model(coords={"unit": range(1)}) as model:
        b = pm.Normal("b")
        x = pm.Normal("x", dims="unit")
        z = pm.Normal("z", x, 1.0, dims="unit")
        twice = pm.Deterministic("twice", 2.0 * z, dims="unit")
        pm.Potential("positive", pt.switch(twice > 0, 0.0, -np.inf))
        pm.Normal("y", b * z, 1.0, dims="unit")
        pm.Normal("w", x, 1.0, dims="unit")
    return model


DATA = {"x": [0.5, -1.0], "z": [0.2, 1.0], "y": [1.0, 2.0], "w": [0.0, 0.5]}


@pytest.fixture
def posterior(posterior_by_hand: Callable[..., Posterior]) -> Posterior:
    return posterior_by_hand(kept_positive(), DATA, {"b": [[2.0, 3.0]]})


IGNORED: dict[str, Any] = {
    "new units": PotentialOutcome("z", do={}, units="new"),
    "what it selects by": PotentialOutcome("x", do={}, units="new"),
    "a cause moved": ITE("z", do={"x": shift(-1.0)}),
    "on the way": ATE("y", do={"x": shift(-1.0)}),
    "its mean": ATE("z", do={"x": shift(-1.0)}, expectation=True),
}


@pytest.mark.parametrize("name", IGNORED)
def test_an_answer_that_would_ignore_it_is_refused(posterior: Posterior, name: str) -> None:
    with pytest.raises(QueryError, match="'positive' restricts z"):
        posterior.ask(IGNORED[name])
    with pytest.raises(QueryError, match="'positive' restricts z"):
        rehearse(kept_positive(), DATA, IGNORED[name])


def test_units_with_noise_of_their_own_are_answered(posterior: Posterior) -> None:
    b = np.array([2.0, 3.0])
    moved = posterior.ask(ITE("y", do={"z": shift(1.0)}))
    np.testing.assert_allclose(moved[0], np.stack([b, b], axis=1))
    beside = posterior.ask(Counterfactual("w", do={"x": 0.0}))
    np.testing.assert_allclose(beside[0], [[-0.5, 1.5]] * 2)
    new = ATE("y", do={"z": 1.0}, versus={"z": 0.0}, units="new", size=3)
    np.testing.assert_allclose(posterior.ask(new)[0], b)


def test_worlds(posterior: Posterior) -> None:
    with pytest.raises(ModelError, match="'positive' restricts z"):
        World.simulate(kept_positive(), {"b": 2.0}, units=3, seed=1)
    known = World.from_evidence(kept_positive(), {"b": 2.0}, DATA, seed=1)
    with pytest.raises(QueryError, match="'positive' restricts z"):
        known.ask(ITE("y", do={"x": 0.0}))


def test_one_on_parameters_alone_restricts_no_unit() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        b = pm.Normal("b")
        pm.Potential("small", -(b**4))
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", b * x, 1.0, dims="unit")
    world = World.simulate(model, {"b": 0.5}, units=4, seed=1)
    np.testing.assert_allclose(world.ask(ITE("y", do={"x": shift(2.0)})), 1.0)
