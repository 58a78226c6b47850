"""NumPyro's chains: compiled once for data of one shape, and held against a closed form."""

from collections.abc import Iterator
from typing import Any

import arviz as az
import numpy as np
import pymc as pm
import pytest

from ifonly.inference.conditioning.compiled.jax_chains import Chains, chains
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

SHORT: dict[str, Any] = {"draws": 500, "tune": 300, "chains": 2, "target_accept": 0.8}
RNG = np.random.default_rng(3)
ONE, TWO = RNG.normal(1.0, 2.0, size=(2, 40))


def drawn(y: np.ndarray, seed: int = 1) -> Chains:
    """Return draws of a model written anew, its data as `condition` puts them."""
    with pm.Model(coords={"unit": range(len(y)), "side": ["low", "high"]}) as model:
        mean = pm.Normal("mean", 0.0, 3.0)
        ends = pm.Deterministic("ends", mean + np.array([-1.0, 1.0]), dims="side")
        pm.Exponential("rate", 2.0)
        pm.Normal("y", ends.mean(), 2.0, dims="unit")
    evidence = read_evidence(Equations(model), {"y": y})
    observed, _ = observe(model, evidence, "unit")
    return chains(observed, ["mean", "rate", "ends"], seed, **SHORT)


@pytest.fixture(scope="module")
def compiled() -> Iterator[list[str]]:
    """What XLA compiles from now on."""
    from jax import monitoring

    found: list[str] = []

    def note(event: str, seconds: float, **_: Any) -> None:
        found.extend([event] * event.endswith("backend_compile_duration"))

    monitoring.register_event_duration_secs_listener(note)
    yield found
    monitoring.unregister_event_duration_listener(note)


def test_other_data_of_the_same_shape_compile_nothing(compiled: list[str]) -> None:
    drawn(ONE)
    assert compiled  # the first call of a process compiles
    compiled.clear()
    second = drawn(TWO)
    assert not compiled
    precision = 1 / 9 + len(TWO) / 4
    mean, sd = TWO.sum() / 4 / precision, precision**-0.5
    values = second.values["mean"]
    ess = float(az.ess(values))
    assert ess > 200
    assert abs(values.mean() - mean) < 4 * sd / np.sqrt(ess)
    assert values.std() == pytest.approx(sd, rel=0.2)
    rate = second.values["rate"]
    assert abs(rate.mean() - 0.5) < 4 * 0.5 / np.sqrt(float(az.ess(rate)))


def test_draws_and_what_is_said_of_them() -> None:
    one, again, other = drawn(ONE), drawn(ONE), drawn(ONE, seed=2)
    np.testing.assert_array_equal(one.values["mean"], again.values["mean"])
    assert (one.values["mean"] != other.values["mean"]).any()
    assert {n: v.shape for n, v in one.values.items()} == {
        "mean": (2, 500),
        "rate": (2, 500),
        "ends": (2, 500, 2),
    }
    expected = one.values["mean"][..., None] + [-1.0, 1.0]
    np.testing.assert_allclose(one.values["ends"], expected, rtol=1e-12)
    assert set(one.stats) == {"diverging", "energy", "n_steps", "acceptance_rate", "step_size"}
    assert all(v.shape == (2, 500) for v in one.stats.values())
    assert one.stats["diverging"].mean() < 0.05
