"""What the tests of the engine share: models with an algebra, and posteriors made by hand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest

from ifonly.inference import Diagnostics, Posterior, World
from ifonly.inference.conditioning.condition import observe
from ifonly.inference.engine import on_numba
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

TRUTH = {"alpha": 0.3, "beta": 1.5, "sigma": 0.4}


def chain_model() -> pm.Model:
    """z -> x -> (x_square) -> y -> total, with z also a cause of y; three parameters."""
    with pm.Model(coords={"unit": range(1)}) as model:
        alpha = pm.Normal("alpha", 0.0, 1.0)
        beta = pm.Normal("beta", 0.0, 1.0)
        sigma = pm.HalfNormal("sigma", 1.0)
        z = pm.Normal("z", 0.5, 1.0, dims="unit")
        x = pm.Normal("x", alpha + 0.8 * z, 0.5, dims="unit")
        x_square = pm.Deterministic("x_square", x**2, dims="unit")
        y = pm.Normal("y", beta * x + 0.1 * x_square + z, sigma, dims="unit")
        pm.Deterministic("total", 2.0 * y + x, dims="unit")
    return model


class Chain:
    """The same model in NumPy: noise from values, and values from noise under interventions.

    An intervention is a function of the values so far and of the natural value.
    """

    names = ("z", "x", "x_square", "y", "total")
    parameters = ("alpha", "beta", "sigma")

    def noise(self, values: Mapping[str, Any], p: Mapping[str, Any]) -> dict[str, Any]:
        z, x, y = values["z"], values["x"], values["y"]
        return {
            "z": z - 0.5,
            "x": (x - p["alpha"] - 0.8 * z) / 0.5,
            "y": (y - p["beta"] * x - 0.1 * x**2 - z) / p["sigma"],
        }

    def values(
        self,
        noise: Mapping[str, Any],
        p: Mapping[str, Any],
        do: Mapping[str, Callable[[dict[str, Any], Any], Any]] | None = None,
    ) -> dict[str, Any]:
        do = do or {}
        v: dict[str, Any] = {}

        def put(name: str, natural: Any) -> Any:
            v[name] = do[name](v, natural) if name in do else natural
            return v[name]

        p = {name: put(name, np.asarray(p[name], dtype=float)) for name in self.parameters}
        z = put("z", 0.5 + noise["z"])
        x = put("x", p["alpha"] + 0.8 * z + 0.5 * noise["x"])
        v["x_square"] = x**2
        y = put("y", p["beta"] * x + 0.1 * x**2 + z + p["sigma"] * noise["y"])
        v["total"] = 2.0 * y + x
        return v


@pytest.fixture(scope="session")
def chain() -> Chain:
    return Chain()


@pytest.fixture(scope="session")
def chain_truth() -> dict[str, float]:
    return dict(TRUTH)


@pytest.fixture(scope="session")
def make_chain() -> Callable[[], pm.Model]:
    return chain_model


@pytest.fixture(scope="session")
def chain_world(quickly: Callable[[], AbstractContextManager[None]]) -> World:
    with quickly():
        return World.simulate(chain_model(), TRUTH, units=40, seed=11)


@pytest.fixture(scope="session")
def posterior_by_hand() -> Callable[..., Posterior]:
    """A posterior whose draws are given, so that every answer has an algebra."""

    def make(
        model: pm.Model,
        data: Any,
        draws: Mapping[str, Any],
        *,
        seed: int = 5,
        coupling: Mapping[str, str] | None = None,
        unit: str = "unit",
    ) -> Posterior:
        import arviz as az

        original = Equations(model, unit)
        evidence = read_evidence(original, data)
        _, observed = observe(model, evidence, unit)
        idata = az.from_dict({"posterior": {n: np.asarray(v, float) for n, v in draws.items()}})
        posterior = Posterior.assembled(
            original,
            observed,
            idata,
            evidence,
            seed=seed,
            facts={"method": "by hand", "sampler": "by hand"},
            coupling=dict(coupling or {}),
        )
        vars(posterior)["diagnostics"] = Diagnostics(1.0, 1e4, 1e4, 0, 1.0)
        return posterior

    return make


@pytest.fixture(scope="session")
def chain_draws() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return {
        "alpha": rng.normal(0.3, 0.1, (2, 3)),
        "beta": rng.normal(1.5, 0.1, (2, 3)),
        "sigma": rng.uniform(0.3, 0.5, (2, 3)),
    }


@pytest.fixture(scope="session")
def chain_posterior(
    chain_world: World, chain_draws: dict[str, Any], posterior_by_hand: Callable[..., Posterior]
) -> Posterior:
    return posterior_by_hand(chain_model(), chain_world.data, chain_draws)


@contextmanager
def _quickly() -> Iterator[None]:
    function = pytensor.function

    def quick(inputs: Any, outputs: Any = None, mode: Any = None, **more: Any) -> Any:
        more.setdefault("on_unused_input", "ignore")
        mode = pytensor.compile.mode.Mode(linker="py", optimizer=None)
        return function(inputs, outputs, mode=mode, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pytensor, "function", quick)
        patch.setattr(on_numba, "freed", _one_at_a_time)
        yield


def _one_at_a_time(function: Any, count: int) -> Callable[..., Any]:
    """A function in Python, which threads cannot call at once, instead of its machine code."""
    lock = Lock()

    def call(*given: Any) -> Any:
        with lock:
            return function(*given)

    return call


@pytest.fixture
def quick_compile() -> Iterator[None]:
    """Graphs run in Python, unoptimised: what they mean, without seconds of compilation.

    test_backends.py holds numba and JAX to the same answers.
    """
    with _quickly():
        yield


@pytest.fixture(scope="session")
def quickly() -> Callable[[], AbstractContextManager[None]]:
    """The same for a part of a test or of a fixture."""
    return _quickly
