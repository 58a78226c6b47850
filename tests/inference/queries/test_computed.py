"""Doses that run together answer as each by itself."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ITE, AssumptionWarning, World, affine, set_to, shift
from ifonly.inference.engine import compute

UNITS = 12


@pytest.fixture(scope="module")
def world():
    """z -> t -> y, with a count between that has several noises behind one value."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("z", 0.0, 1.0, dims="unit")
        t = pm.Normal("t", 0.5 * z, 1.0, dims="unit")
        n = pm.Poisson("n", pm.math.exp(0.3 * t), dims="unit")
        pm.Normal("y", 2.0 * t * t + n + z, 0.5, dims="unit")
        pm.Normal("aside", z, 1.0, dims="unit")
    made = World.simulate(model, {}, units=UNITS, seed=1)
    return World.from_evidence(model, {}, made.data, seed=2)


def each(world, kind, outcome, doses, **options):
    return [world.ask(kind(outcome, do=dose, **options)) for dose in doses]


ARRAYS = [{"t": set_to(np.linspace(-1.0, k, UNITS))} for k in (0.0, 1.0, 2.0)]
LADDERS = {
    "numbers": [{"t": -1.0}, {"t": 0.0}, {"t": 2.5}],
    "factors": [{"t": affine(0.0, 1.0)}, {"t": affine(1.0, 0.5)}, {"t": affine(-1.0, 0.0)}],
    "arrays": ARRAYS,
    "several forms": [{"t": 1.0}, {"t": shift(1.0)}, {"t": 2.0}, {"z": 0.0, "t": 1.0}],
    "one of two differs": [{"z": 0.5, "t": 1.0}, {"z": 0.5, "t": 2.0}],
}


@pytest.mark.parametrize("held", [1, 2**19])
@pytest.mark.parametrize("name", LADDERS)
def test_a_ladder_is_its_doses(name, held, world, monkeypatch):
    monkeypatch.setitem(compute.BATCH, "python", held)
    doses = LADDERS[name]
    together = world.ask(ITE("y", do=doses)).to_numpy()
    np.testing.assert_allclose(together, each(world, ITE, "y", doses), rtol=1e-12, atol=1e-12)


def test_so_are_its_means_over_new_units_and_their_error(world):
    doses, options = LADDERS["numbers"], {"units": "new", "size": 50}
    together = world.ask(ATE("y", do=doses, **options))
    alone = each(world, ATE, "y", doses, **options)
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    errors = [a.attrs["monte_carlo_error"] for a in alone]
    assert together.attrs["monte_carlo_error"] == pytest.approx(max(errors))


def test_what_the_outcome_does_not_read_differs_for_nothing(world):
    with pytest.warns(AssumptionWarning, match="does not act on 'aside'"):
        answer = world.ask(ITE("aside", do={"t": [0.0, 1.0, 2.0]}))
    assert answer.shape == (3, UNITS)
    assert (answer == 0.0).all()


def test_a_ladder_runs_one_function(world):
    world.state.computer._compiled.clear()
    world.ask(ATE("y", do={"t": np.linspace(0.0, 1.0, 40).tolist()}))
    assert world.state.computer.compilations == 1
