"""Every scenario's every query: Python and JAX give one answer, for the same noise."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import World
from ifonly.scenarios import get, names

UNITS = 40
# Whose graphs JAX compiles in about a second.
QUICK = {"linear_walkthrough", "ab_test"}


def scenarios() -> Iterator[Any]:
    for name in names():
        for variant in (None, *get(name).variants):
            marks = () if name in QUICK and variant is None else pytest.mark.slow
            yield pytest.param(name, variant, id=variant or name, marks=marks)


# Of a placebo outcome one is warned that its effect is exactly zero, which it is meant to be.
@pytest.mark.filterwarnings("ignore:'T' does not act on 'placebo'")
@pytest.mark.parametrize("known", ["noise", "evidence"])
@pytest.mark.parametrize(("name", "variant"), list(scenarios()))
def test_every_query_has_one_answer(name: str, variant: str | None, known: str) -> None:
    """By prediction from the noise of a simulated world, and by transport of what is seen."""
    scenario = get(name) if variant is None else get(name).variant(variant)
    world = scenario.simulate(units=UNITS)
    if known == "evidence":
        own = [n for n in world.state.equations.mechanisms if n in world.everything]
        seen = xr.Dataset({n: world.everything[n] for n in own})
        world = World.from_evidence(scenario.model, scenario.parameters, seen, seed=3)
    assert scenario.queries
    for query in scenario.queries.values():
        one, two = (world.ask(query, backend=b) for b in ("python", "jax"))
        assert two.attrs["backend"] == "jax"
        assert one.dims == two.dims
        np.testing.assert_allclose(one, two, rtol=1e-10, atol=1e-10)
