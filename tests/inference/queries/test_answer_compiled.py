"""What is compiled for an answer serves the next one, and its batches do not show."""

import numpy as np
import pytest

from ifonly.inference import (
    ATE,
    ATT,
    ATU,
    ITE,
    PotentialOutcome,
    policy,
    scale,
    set_to,
    shift,
)
from ifonly.inference.engine import compute

from .varied import CLOSE, UNITS, make_model


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("size", [1, 3 * UNITS, 7 * UNITS])
def test_batches_do_not_matter(posterior, monkeypatch, size):
    questions = [
        ITE("y", do={"kind": shift(0), "t": 1.0}),
        ATE("y", do={"z": 1.0}, units="new"),
        PotentialOutcome("kind", do={"t": 1.0}, units="new"),
        ITE("y", do={"t": 1.0}, summary=True),
        ATE("y", do={"t": 1.0}, units="new"),
        ATE("y", do={"t": 1.0}),  # of monomials: draws and units never meet
    ]
    whole = [posterior.ask(q) for q in questions]
    monkeypatch.setitem(compute.BATCH, "numba", size)
    for query, before in zip(questions, whole, strict=True):
        after = posterior.ask(query)
        np.testing.assert_allclose(after, before, rtol=1e-13, atol=1e-13)
        assert after.attrs.get("monte_carlo_error", 0) == pytest.approx(
            before.attrs.get("monte_carlo_error", 0), rel=1e-12
        )


@pytest.mark.usefixtures("quick_compile")
def test_a_second_ask_compiles_nothing_nor_do_other_amounts(world, posterior_by_hand, draws):
    posterior = posterior_by_hand(make_model(), world.data, draws)
    computer = posterior.state.computer
    per_unit, mask = np.arange(UNITS) * 0.1, np.arange(UNITS) % 2 == 0
    pairs = [
        (ATE("y", do={"t": 1.0}), ATE("y", do={"t": 2.0})),
        (ITE("y", do={"t": shift(0.5)}), ITE("y", do={"t": shift(-3)})),
        (ITE("y", do={"t": scale(per_unit)}), ITE("y", do={"t": scale(-per_unit)})),
        (
            ITE("y", do={"t": set_to(1.0, where=mask)}),
            ITE("y", do={"t": set_to(1.0, where=~mask)}),
        ),
        (ATT("y", {"t": 1.0}, {"t": 0.0}), ATT("y", {"t": 1.0}, {"t": 0.5})),
        (ATU("y", {"t": 2.0}), ATU("y", {"t": 1.0})),
        (ATE("y", do={"t": 1.0}, where=mask), ATE("y", do={"t": 1.0}, where=~mask)),
        (ATE("y", do={"t": [0.0, 1.0]}), ATE("y", do={"t": [0.0, 1.0, 2.0, 3.0]})),
        (ATE("y", do={"t": 1.0}, units="new"), ATE("y", do={"t": 3.0}, units="new", seed=8)),
    ]
    for first, second in pairs:
        posterior.ask(first)
        before = computer.compilations
        posterior.ask(first)
        posterior.ask(second)
        assert computer.compilations == before, (first, second)


@pytest.mark.usefixtures("quick_compile")
def test_a_policy_whose_closure_changed_is_not_stale(world):
    knob = {"add": 1.0}
    query = ITE("t", do={"t": policy(lambda v: v["t"] + knob["add"])})
    np.testing.assert_allclose(world.ask(query), 1.0, **CLOSE)
    knob["add"] = 2.5
    np.testing.assert_allclose(world.ask(query), 2.5, **CLOSE)
    table = np.arange(UNITS) * 1.0
    query = ITE("t", do={"t": policy(lambda v: v["t"] + table)})
    np.testing.assert_allclose(world.ask(query), np.arange(UNITS), **CLOSE)
    table[:] = 7.0
    np.testing.assert_allclose(world.ask(query), 7.0, **CLOSE)
