"""Mechanisms that the evidence lacks, simulated by their own equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from ...engine.state import State
from ...scm.evidence import Evidence

__all__ = ["simulated"]


def simulated(
    model: pm.Model,
    evidence: Evidence,
    unit: str,
    drawn: Mapping[str, NDArray[Any]],
    names: Sequence[str],
    count: int,
    seed: int,
) -> dict[str, NDArray[Any]]:
    """Return draws of mechanisms that the evidence lacks, from their own equations.

    Parameters
    ----------
    drawn : mapping of str to array of shape (draw, ...)
        The parameters, and the mechanisms that are known already.
    names : sequence of str
    count : int
        How many draws there are.
    """
    seen = {n: v for n, v in evidence.columns.items() if n not in {*names, *drawn}}
    known = Evidence(MappingProxyType(seen), evidence.labels)
    state = State(model, unit, known, drawn, (1, count), seed=seed)
    cross = state.cross_world({}, new=True)
    outputs = [cross.natural[n] for n in names]
    inputs = list(cross.inputs.values())
    found: dict[str, list[Any]] = {n: [] for n in names}
    for where, _, results in state.computer.batches(
        outputs, inputs, state.numbers(), seed=seed, backend="numba", size=len(evidence)
    ):
        for name, values in zip(names, results, strict=True):
            length = where.stop - where.start
            found[name].append(np.broadcast_to(values, (length, *values.shape[1:])))
    return {n: np.concatenate(v) for n, v in found.items()}
