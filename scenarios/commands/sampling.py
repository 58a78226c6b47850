"""Conditioning as the commands do it: progress for people, one line of findings."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from time import perf_counter
from typing import TYPE_CHECKING, Any

from .terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    import pymc as pm

    from ifonly.inference import Posterior

    from ..scenario import Scenario

__all__ = [
    "FAILED",
    "Clock",
    "kept",
    "kept_options",
    "method_facts",
    "options_of",
    "sample",
    "versions",
]

# The exit code where something failed that is not the user's mistake.
FAILED = 1
OPTIONS = ("method", "sampler", "draws", "tune", "chains", "target_accept")


class Clock:
    """How many seconds each step took, by its name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Count the time inside towards `step`."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + perf_counter() - start


def kept_options(args: argparse.Namespace) -> dict[str, Any]:
    """Return what was given of how the posterior is computed."""
    return {n: v for n in OPTIONS if (v := getattr(args, n, None)) is not None}


def options_of(scenario: Scenario, args: argparse.Namespace) -> dict[str, Any]:
    """Return what was given, and the scenario's own way where no other was."""
    given = kept_options(args)
    own = {"method": scenario.method, "draws": scenario.draws}
    return {**own, **given} if given.get("method", scenario.method) == scenario.method else given


def sample(
    terminal: Terminal, model: pm.Model, data: Any, options: dict[str, Any], **others: Any
) -> Posterior:
    """Return the posterior, with progress on standard error."""
    from ifonly.inference import condition

    # PyMC logs what it does, and why it stopped; a command says that in its own words.
    logging.getLogger("pymc").setLevel(logging.ERROR)
    # Some progress bars go to standard output, which belongs to the answer.
    with redirect_stdout(sys.stderr):
        posterior = condition(model, data, progress=terminal.progress, **options, **others)
    found, facts = posterior.diagnostics, posterior.facts
    sizes = (
        f"R-hat at most {found.r_hat:.3f}, ESS at least {min(found.ess_bulk, found.ess_tail):.0f}"
    )
    terminal.say(
        f"A normal distribution at the mode, corrected by weights: k-hat {facts['khat']:.2f}, "
        f"{sizes}"
        if facts["method"] == "laplace"
        else f"Sampled with {facts['sampler']}: {sizes}, {found.divergences} divergent transitions"
    )
    return posterior


def kept(posterior: Posterior, path: Path, terminal: Terminal) -> bool:
    """Return whether the posterior is kept as a file; where not, say why, and lose nothing else."""
    from ifonly.inference import DataError

    try:
        posterior.save(path)
    except DataError as error:
        terminal.warn(
            f"the posterior is not kept: {error}; the answers below are of it all the same"
        )
        return False
    terminal.say(f"Saved the posterior as {path}")
    return True


def method_facts(posterior: Posterior) -> dict[str, Any]:
    """Return how a posterior was computed, in words."""
    words = {
        "method": "method",
        "sampler": "sampler",
        "khat": "k-hat of the importance weights (below 0.7)",
        "efficiency": "effective share of the proposals",
        "quadrature_error": "error of the integrals (sd of the log-density)",
    }
    return {words.get(n, n): v for n, v in posterior.facts.items()}


def versions() -> dict[str, str]:
    """Return the versions that an answer depends on."""
    import platform
    from importlib.metadata import version

    names = ("ifonly", "pymc", "pytensor", "numpy", "arviz", "nutpie", "numpyro", "jax", "numba")
    return {"python": platform.python_version(), **{n: version(n) for n in names}}
