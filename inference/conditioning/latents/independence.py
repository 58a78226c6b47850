"""Whether units are independent given the parameters, as integrating unit by unit has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace

from ...errors import ModelError
from ...scm.equations import Equations
from ...scm.evidence import Evidence
from .blocks import Block
from .joint_density import UnitDensity

__all__ = ["check_apart"]


def check_apart(
    equations: Equations,
    evidence: Evidence,
    block: Block,
    parameters: Mapping[str, NDArray[Any]],
    latents: Mapping[str, NDArray[Any]],
) -> None:
    """Raise unless the density of each unit is the same without the other units.

    Parameters
    ----------
    equations : Equations
    evidence : Evidence
    block : Block
    parameters : mapping of str to array
        At which to look.
    latents : mapping of str to array of shape (unit,)
        Values of the block's latents.

    Raises
    ------
    ModelError
        If a unit's density depends on other units, or the model holds values of all units.
    """
    names = [*block.seen, *(n for n in equations.unit_data if n in evidence.columns)]
    if not names or len(block.rows) < 2:
        return
    kinds = {n: equations[n].expression.type for n in names}
    columns = {n: pt.tensor(n, dtype=k.dtype, shape=(None, *k.shape[1:])) for n, k in kinds.items()}
    density = UnitDensity(equations, block, columns)
    terms = [*density.terms(True), *density.terms(False)]
    length = next(iter(columns.values())).shape[:1]
    total = sum((pt.broadcast_to(t, length) for t in terms), start=pt.zeros(length))
    symbols = {equations[n].symbol: pt.constant(v) for n, v in parameters.items() if n in equations}
    [total] = graph_replace([total], symbols, strict=False)
    # In Python: it runs twice, and compiling would take seconds.
    function = pytensor.function(
        [*columns.values(), *density.latents.values()],
        total,
        mode=Mode("py", "fast_compile"),
        on_unused_input="ignore",
    )
    values = [evidence.columns[n][block.rows] for n in columns]
    values = [np.asarray(v, dtype=c.dtype) for v, c in zip(values, columns.values(), strict=True)]
    values += [np.asarray(latents[n], dtype=s.dtype) for n, s in density.latents.items()]
    half = len(block.rows) // 2
    try:
        whole, part = function(*values), function(*(v[:half] for v in values))
    except ValueError as error:  # shapes that do not fit
        raise ModelError(
            "the model holds an array with one value for each unit, or of another length that does "
            "not follow the units, so its latents cannot be integrated out unit by unit; make it "
            f"pm.Data(..., dims={equations.unit!r}) with a column in the data, or condition with "
            "method='nuts'"
        ) from error
    if not np.allclose(whole[:half], part, rtol=1e-9, atol=1e-9, equal_nan=True):
        raise ModelError(
            "what is seen of a unit depends on values of other units (a mean over units, say), so "
            "its latents cannot be integrated out unit by unit; condition with method='nuts'"
        )
