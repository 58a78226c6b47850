"""How fast each family moves a value from one world to another."""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest

from ifonly.inference.families.form import LAWS, structural_form

SIZE = 2**16

# Family, its parameters in the two worlds (of the kind that PyMC's own constructor takes).
CASES: dict[str, tuple[Any, dict[str, float], dict[str, float]]] = {
    "Normal": (pm.Normal, {"mu": 0.0, "sigma": 1.0}, {"mu": 0.5, "sigma": 1.2}),
    "LogNormal": (pm.LogNormal, {"mu": 0.0, "sigma": 1.0}, {"mu": 0.5, "sigma": 1.2}),
    "Exponential": (pm.Exponential, {"lam": 1.0}, {"lam": 0.7}),
    "Gamma, shape differs": (pm.Gamma, {"alpha": 2.0, "beta": 1.0}, {"alpha": 2.6, "beta": 1.0}),
    "Beta, shapes differ": (pm.Beta, {"alpha": 2.0, "beta": 3.0}, {"alpha": 2.6, "beta": 3.0}),
    "StudentT, nu differs": (pm.StudentT, {"nu": 4.0}, {"nu": 7.0}),
    "Bernoulli": (pm.Bernoulli, {"p": 0.3}, {"p": 0.5}),
    "Binomial": (pm.Binomial, {"n": 10, "p": 0.3}, {"n": 10, "p": 0.5}),
    "Poisson": (pm.Poisson, {"mu": 3.0}, {"mu": 4.5}),
    "NegativeBinomial": (
        pm.NegativeBinomial,
        {"mu": 3.0, "alpha": 2.0},
        {"mu": 4.5, "alpha": 2.0},
    ),
    "NegativeBinomial, n differs": (
        pm.NegativeBinomial,
        {"mu": 3.0, "alpha": 2.0},
        {"mu": 4.5, "alpha": 2.6},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_transport(benchmark: Any, name: str, report: Callable[..., None]) -> None:
    """Million values a second on numba, one core, against the ready-made quantile route."""
    family, before, after = CASES[name]
    rv = family.dist(**before)
    form = structural_form.of(rv)
    rng = np.random.default_rng(1)
    # Vectors, so that nothing is folded into a constant.
    old, new = (
        tuple(pt.vector(dtype=p.dtype) for p in form.parameters(family.dist(**values)))
        for values in (before, after)
    )
    value = pt.vector(dtype=rv.dtype)
    width = form.width(*form.parameters(rv))
    draws = pt.vector() if width is None else pt.matrix()
    function = pytensor.function(
        [value, *old, *new, draws],
        form.transport(value, old, new, draws),
        mode="NUMBA",
        on_unused_input="ignore",
    )
    numbers = [
        np.broadcast_to(p.eval(), SIZE).copy()
        for values in (before, after)
        for p in form.parameters(family.dist(**values))
    ]
    shape = (SIZE,) if width is None else (SIZE, int(width.eval()))
    arguments = [pm.draw(rv, SIZE, random_seed=1), *numbers, LAWS[form.law].sample(rng, shape)]
    function(*arguments)
    benchmark.pedantic(lambda: function(*arguments), rounds=10, warmup_rounds=1)
    speed = SIZE / benchmark.stats.stats.median / 1e6
    ready = _ready_made(name, arguments)
    report(
        f"{name}, million values/s",
        f"{speed:.1f}",
        f"ready-made quantiles {ready:.2f}: {speed / ready:.0f} x" if ready else "",
    )


def _ready_made(name: str, arguments: list[np.ndarray]) -> float | None:
    """Return the speed of cdf and quantile function as `pytensor_distributions` has them."""
    modules = {
        "Gamma, shape differs": ("gamma", lambda a, s: (a, 1 / s)),
        "Beta, shapes differ": ("beta", lambda a, b: (a, b)),
        "StudentT, nu differs": ("studentt", lambda nu, mu, s: (nu, mu, s)),
        "Poisson": ("poisson", lambda mu: (mu,)),
    }
    if name not in modules:
        return None
    module, arrange = modules[name]
    family = import_module(f"pytensor_distributions.{module}")
    count = (len(arguments) - 2) // 2
    value, *parameters = (pt.vector(dtype=a.dtype) for a in arguments[:-1])
    before, after = arrange(*parameters[:count]), arrange(*parameters[count:])
    function = pytensor.function(
        [value, *parameters], family.ppf(family.cdf(value, *before), *after), mode="NUMBA"
    )
    small = [a[:4096] for a in arguments[:-1]]
    function(*small)
    started = time.perf_counter()
    function(*small)
    return 4096 / (time.perf_counter() - started) / 1e6
