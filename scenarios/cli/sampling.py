"""Conditioning as the commands do it: progress for people, one line of findings."""

from __future__ import annotations

import argparse
import logging
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from .terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    import pymc as pm

    from ifonly.inference import Posterior

__all__ = ["FAILED", "kept", "kept_options", "sample"]

# The exit code where something failed that is not the user's mistake.
FAILED = 1

OPTIONS = ("method", "sampler", "draws", "tune", "chains", "target_accept")


def kept_options(args: argparse.Namespace) -> dict[str, Any]:
    """Return what was given of how the posterior is computed."""
    return {n: v for n in OPTIONS if (v := getattr(args, n, None)) is not None}


def sample(terminal: Terminal, model: pm.Model, data: Any, **options: Any) -> Posterior:
    """Return the posterior, with progress on standard error.

    Parameters
    ----------
    terminal : Terminal
    model : pm.Model
    data : pandas.DataFrame, xarray.Dataset or mapping
    options : dict
        What was given of how the posterior is computed.
    **others
        Further arguments of `condition`.
    """
    from ifonly.inference import condition

    # PyMC logs what it does, and why it stopped; a command says that in its own words.
    logging.getLogger("pymc").setLevel(logging.ERROR)
    # Some progress bars go to standard output, which belongs to the answer.
    with redirect_stdout(sys.stderr):
        posterior = condition(model, data, progress=terminal.progress, **options)
    found, facts = posterior.diagnostics, posterior.facts
    ess = min(found.ess_bulk, found.ess_tail)
    sizes = f"R-hat at most {found.r_hat:.3f}, ESS at least {ess:.0f}"
    if found.independent and facts["method"] != "laplace":
        terminal.say(f"Computed without a sampler: {ess:.0f} independent draws")
        return posterior
    if "blocks" in facts:
        terminal.say(f"Computed block by block: {sizes}, {found.divergences} divergent transitions")
        return posterior
    terminal.say(
        f"A normal distribution at the mode, corrected by weights: k-hat {facts['khat']:.2f}, "
        f"as good as {ess:.0f} independent draws"
        if facts["method"] == "laplace"
        else f"Sampled with {facts['sampler']}: {sizes}, {found.divergences} divergent transitions"
    )
    return posterior


def kept(posterior: Posterior, path: Path, terminal: Terminal) -> bool:
    """Return whether the posterior is kept as a file; where not, say why, and lose nothing else.

    Parameters
    ----------
    posterior : Posterior
    path : Path
    terminal : Terminal
    """
    from ifonly.inference import DataError

    try:
        posterior.save(path)
    except DataError as error:
        terminal.warn(f"the posterior is not kept: {error}; what is asked is answered all the same")
        return False
    terminal.say(f"Saved the posterior as {path}")
    return True
