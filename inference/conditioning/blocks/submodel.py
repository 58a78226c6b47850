"""The model of one block: its own unknowns and terms, everything else held at what is seen."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pymc as pm
import pytensor
from pytensor.compile.mode import Mode

from ...scm.equations import Equations
from ...scm.evidence import Evidence
from .factorise import Block

__all__ = ["evidence_of", "submodel"]


def submodel(model: pm.Model, equations: Equations, evidence: Evidence, block: Block) -> pm.Model:
    """Return the model whose posterior is one block of that of `model`.

    Parameters
    ----------
    model : pm.Model
        With the evidence's units; mechanisms whose every value is seen are observed.
    equations : Equations
        The model's.
    evidence : Evidence
    block : Block
        No Potential of the model reads an unknown of another block.

    Returns
    -------
    pm.Model
        A new model. Unknowns of other blocks stand in it as data that no term reads.
    """
    held = {}
    for name, equation in equations.items():
        if equation.kind != "random" or name in (*block.unknowns, *block.seen):
            continue
        if name in evidence.columns and name not in evidence.missing:
            values = evidence.columns[name]
        else:
            values = np.zeros(model[name].shape.eval(mode=Mode(linker="py", optimizer=None)))
        rv = model[name]
        held[name] = pytensor.shared(values.astype(rv.dtype), name=name, shape=rv.type.shape)
    return pm.do(model, held) if held else model


def evidence_of(equations: Equations, evidence: Evidence) -> Evidence:
    """Return what of the evidence is about the model of one block.

    Parameters
    ----------
    equations : Equations
        Of the model of the block: what it holds stands there as data.
    evidence : Evidence
        Of the whole model.

    Returns
    -------
    Evidence
    """
    own = {*equations.mechanisms, *equations.unit_data}
    columns = {n: v for n, v in evidence.columns.items() if n in own}
    gaps = {n: v for n, v in evidence.gaps.items() if n in own}
    return Evidence(MappingProxyType(columns), evidence.labels, MappingProxyType(gaps))
