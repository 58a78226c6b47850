"""A model's log-density as nutpie takes it: compiled by us, or by nutpie where that has moved.

Our own compilation fills the fields of nutpie's compiled model, some of them private, and writes
PyTensor's cache of machine code. In a release in which these are others, nutpie compiles by itself:
the posterior is the same, but each process compiles anew, and chains walk without a frame.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace as replaced
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray

__all__ = ["compiled_density", "compiled_values", "framed"]

# How a name that is gone, and one that means something else, show.
MOVED = (ImportError, AttributeError, TypeError)


def compiled_density(model: pm.Model, keep: Sequence[str]) -> Any:
    """Return what `nutpie.sample` takes, with the same meaning as `nutpie.compile_pymc_model`.

    Parameters
    ----------
    model : pm.Model
        With its data observed as shared variables, whose names ``with_data`` of the result takes.
    keep : sequence of str
        The variables that draws have.

    Returns
    -------
    nutpie.compile_pymc.CompiledPyMCModel

    Warns
    -----
    UserWarning
        Once, if nutpie or PyTensor is a release in which what this leans on has moved.
    """
    try:
        from .filled import filled_model

        return filled_model(model, keep)
    except MOVED as error:
        import nutpie

        found = nutpie.compile_pymc_model(model, var_names=list(keep))
        _tell(f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}")
        return found


def compiled_values(model: pm.Model) -> Any:
    """Return the log-density without its slopes, compiled; None in releases that we do not know.

    Parameters
    ----------
    model : pm.Model
        As for `compiled_density`.

    Returns
    -------
    Values or None
    """
    try:
        from .values import Values

        return Values(model)
    except MOVED:
        return None


@cache
def _tell(reason: str) -> None:
    releases = ", ".join(f"{p} {version(p)}" for p in ("nutpie", "pytensor", "numba"))
    warnings.warn(
        f"nutpie compiles the log-density by itself, and anew in each process: in {releases} what "
        f"ifonly leans on has moved ({reason}); answers are the same, look for a newer ifonly",
        stacklevel=4,
    )


def framed(
    density: Any,
    centre: NDArray[np.float64],
    root: NDArray[np.float64],
    starts: NDArray[np.float64],
) -> Any:
    """Return a density over :math:`z`, where the model's vector is ``centre + root @ z``.

    One that nutpie compiled has no frame: it begins at the same points of the model's own vector.

    Parameters
    ----------
    density : nutpie.compile_pymc.CompiledPyMCModel
        As `compiled_density` returns it.
    centre : array of shape (d,)
    root : array of shape (d, d)
    starts : array of shape (start, d)
        Values of :math:`z` at which chains begin.

    Returns
    -------
    nutpie.compile_pymc.CompiledPyMCModel
    """
    from .frame import CENTRE, ROOT

    if {CENTRE, ROOT} <= {v.name for v in density.shared_var_keys}:
        return _beginning(density.with_data(**{CENTRE: centre, ROOT: root}), starts)
    return _beginning(density, centre + starts @ root.T)


def _beginning(density: Any, points: NDArray[np.float64]) -> Any:
    """Return the density whose chains begin at any of `points`."""

    def start(seed: int) -> NDArray[np.float64]:
        return points[np.random.default_rng(seed).integers(len(points))].copy()

    return replaced(density, initial_point_func=start)
