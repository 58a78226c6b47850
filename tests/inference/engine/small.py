"""A small state of knowledge, and the number of a graph of its worlds, without a compiler."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
from pytensor.tensor import TensorVariable

from ifonly.inference.engine.crossworld import CrossWorld
from ifonly.inference.engine.state import State
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe
from ifonly.inference.symbolic.evaluate import evaluated

T, M, Y = np.array([0.0, 1.0, 3.0]), np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0, 4.0])
A, B, C = 2.0, 0.5, -1.5


def mediation() -> pm.Model:
    """t -> m -> y and t -> y: m = a t + u, y = c t + b m + e."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a, b, c = (pm.Normal(n) for n in "abc")
        t = pm.Normal("t", dims="unit")
        m = pm.Normal("m", a * t, 1.0, dims="unit")
        pm.Normal("y", c * t + b * m, 1.0, dims="unit")
    return model


def state_of(model: pm.Model, columns: Mapping[str, Any], drawn: Mapping[str, Any]) -> State:
    """What is known where parameters are: `drawn` has one draw of each."""
    evidence = read_evidence(Equations(model), columns)
    observed, _ = observe(model, evidence, "unit")
    return State(observed, "unit", evidence, {n: np.asarray(v)[None] for n, v in drawn.items()})


def known() -> State:
    return state_of(mediation(), {"t": T, "m": M, "y": Y}, {"a": A, "b": B, "c": C})


def number(
    state: State, cross: CrossWorld, graph: TensorVariable, noise: Mapping[str, Any] | None = None
) -> np.ndarray:
    """Return the number of a graph in core shape."""
    given = {}
    for item in cross.inputs.values():
        if item.role == "number":
            given[item.symbol] = item.number
        elif item.role == "value" and item.variable in state.evidence.columns:
            given[item.symbol] = state.evidence.columns[item.variable]
        elif item.role == "value":
            given[item.symbol] = state.drawn[item.variable][0]
        elif noise and item.name in noise:
            given[item.symbol] = noise[item.name]
    [found] = evaluated([graph], given)
    return found
