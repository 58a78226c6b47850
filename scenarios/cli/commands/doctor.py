"""`ifonly doctor`: what works on this machine."""

from __future__ import annotations

import argparse
import platform
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

from ..options import SAMPLERS
from ..terminal import Terminal

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = "example:\n  ifonly doctor"
PACKAGES = (
    "ifonly",
    "pymc",
    "pytensor",
    "arviz",
    "xarray",
    "numpy",
    "pandas",
    "scipy",
    "numba",
    "jax",
    "jaxlib",
    "numpyro",
    "nutpie",
    "h5netcdf",
    "pyarrow",
    "matplotlib",
)
# CUDA's plugins for JAX, whose presence says that a GPU is meant to be used.
CUDA = ("jax-cuda12-plugin", "jax-cuda13-plugin")


@dataclass(frozen=True)
class Check:
    """One thing that was tried."""

    name: str
    works: bool
    says: str
    needed: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: everything is checked."""


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Try every part, and return 0 if the default way from data to an answer works.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    from ifonly.inference.engine.threads import free_cores

    terminal.say("Trying the backends, the samplers and the default way; this takes a moment")
    checks = list(_checks())
    well = all(c.works for c in checks if c.needed)
    defaults = _defaults()
    facts = {
        "works": well,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": free_cores(),
        "versions": _versions(),
        "gpus": defaults["gpus"],
        "cuda": [n for n in CUDA if _version(n)],
        "defaults": {n: defaults[n] for n in ("backend", "sampler")},
        "checks": [vars(c) for c in checks],
    }
    terminal.answer(facts, lambda: _show(facts, checks, terminal))
    return 0 if well else 1


def _show(facts: dict[str, Any], checks: list[Check], terminal: Terminal) -> None:
    terminal.print(f"Python {facts['python']} on {facts['platform']}, {facts['cores']} cores")
    terminal.table(["package", "version"], facts["versions"].items(), numeric=False)
    rows = [(c.name, "works" if c.works else "FAILS", c.says) for c in checks]
    terminal.table(["tried", "", ""], rows, numeric=False)
    if facts["gpus"]:
        terminal.print(f"GPUs: {', '.join(facts['gpus'])}")
    elif facts["cuda"]:
        terminal.print(f"No GPU is seen, though {facts['cuda'][0]} is installed; check the driver.")
    else:
        terminal.print(
            "No GPU is used: JAX has no CUDA here. On a machine with an NVIDIA GPU: "
            "pip install 'ifonly[cuda]'"
        )
    found = facts["defaults"]
    terminal.print(
        f"By default models are sampled with {found['sampler']} (discrete latents: with pymc) "
        f"and questions are answered on {found['backend']}."
    )
    verdict = "All is well." if facts["works"] else "The default way fails; see above."
    terminal.print(verdict, bold=True)


def _checks() -> Iterator[Check]:
    yield _tried("backend numba", lambda: _compute("NUMBA"), needed=True)
    # JAX last of all: PyMC's own sampler forks, which JAX's threads do not survive.
    for name in sorted(SAMPLERS, key=lambda n: n == "numpyro"):
        yield _tried(f"sampler {name}", lambda n=name: _sample(n))  # type: ignore[misc]
    yield _tried("backend jax", lambda: _compute("JAX"))
    yield _tried("from data to an answer, all defaults", lambda: _sample(None), needed=True)


def _tried(name: str, work: Callable[[], str], *, needed: bool = False) -> Check:
    start = perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            says = work()
    except Exception as error:  # whatever is broken is what is to be told
        first = next(iter(str(error).strip().splitlines()), "")
        return Check(name, False, f"{type(error).__name__}: {first}", needed)
    return Check(name, True, f"{says} ({perf_counter() - start:.1f} s)", needed)


def _compute(mode: str) -> str:
    import numpy as np
    import pytensor
    import pytensor.tensor as pt

    x = pt.dvector("x")
    found = pytensor.function([x], pt.exp(x).sum(), mode=mode)(np.log([1.0, 2.0, 3.0]))
    if abs(float(found) - 6.0) > 1e-5:
        raise ArithmeticError(f"exp(log 1) + exp(log 2) + exp(log 3) came out as {float(found)}")
    if mode == "NUMBA":
        return "computes"
    import jax

    return f"computes on {jax.devices()[0].device_kind}"


def _sample(sampler: Any) -> str:
    """Condition a tiny model, ask of it, and check the answer, which is known."""
    import logging
    from contextlib import redirect_stdout

    import numpy as np
    import pymc as pm

    from ifonly.inference import ATE, condition

    logging.getLogger("pymc").setLevel(logging.ERROR)
    with pm.Model(coords={"unit": range(4)}) as model:
        slope = pm.Normal("slope")
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", slope * x, 1.0, dims="unit")
    data = {"x": np.array([-1.0, 0.0, 1.0, 2.0]), "y": np.array([-1.0, 0.5, 1.0, 2.5])}
    with redirect_stdout(sys.stderr):
        posterior = condition(
            model,
            data,
            draws=50,
            tune=50,
            chains=2,
            cores=1,
            seed=1,
            progress=False,
            sampler=sampler,
        )
    effect = posterior.ask(ATE("y", do={"x": 1.0}, versus={"x": 0.0}))
    # The effect of x is its slope, draw by draw.
    difference = abs(effect - posterior.idata["posterior"]["slope"]).max()
    if float(difference) > 1e-4:
        raise ArithmeticError(f"an effect that is known came out wrong by {float(difference):.2g}")
    return f"samples and answers with {posterior.idata.attrs['sampler']}"


def _defaults() -> dict[str, Any]:
    from ifonly.inference.engine.backend import gpus
    from ifonly.inference.engine.compute import default_backend

    found = gpus()
    return {
        "gpus": list(found),
        "backend": default_backend(),
        "sampler": "numpyro" if found else "nutpie",
    }


def _versions() -> dict[str, str]:
    return {name: _version(name) or "is not installed" for name in PACKAGES}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
