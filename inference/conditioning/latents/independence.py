"""Whether units are independent given the parameters, as integrating unit by unit has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.replace import graph_replace

from ...errors import ModelError
from ...scm.equations import Equations
from ...symbolic.evaluate import in_python
from .blocks import Block
from .joint_density import UnitDensity

__all__ = ["check_apart"]


def check_apart(
    equations: Equations,
    block: Block,
    columns: Mapping[str, NDArray[Any]],
    parameters: Mapping[str, NDArray[Any]],
    latents: Sequence[Mapping[str, NDArray[Any]]],
) -> None:
    """Raise unless the density of each unit is the same without the other units.

    Parameters
    ----------
    equations : Equations
    block : Block
    columns : mapping of str to array
        What is seen of the block's units, and the unit data.
    parameters : mapping of str to array
        At which to look.
    latents : sequence of mapping of str to array of shape (unit,)
        Several values of the block's latents, of which some may hide that units depend on others.

    Raises
    ------
    ModelError
        If a unit's density depends on other units, or the model holds values of all units.
    """
    if not columns or len(block.rows) < 2:
        return
    given = {n: pt.tensor(n, dtype=v.dtype, shape=(None, *v.shape[1:])) for n, v in columns.items()}
    density = UnitDensity(equations, block, given)
    terms = [*density.terms(True), *density.terms(False)]
    length = next(iter(given.values())).shape[:1]
    total = sum((pt.broadcast_to(t, length) for t in terms), start=pt.zeros(length))
    symbols = {equations[n].symbol: pt.constant(v) for n, v in parameters.items() if n in equations}
    [total] = graph_replace([total], symbols, strict=False)
    function = in_python([*given.values(), *density.latents.values()], [total], stable=True)
    half = len(block.rows) // 2
    for some in latents:
        drawn = [np.asarray(some[n], dtype=s.dtype) for n, s in density.latents.items()]
        values = [*columns.values(), *drawn]
        try:
            [whole], [part] = function(*values), function(*(v[:half] for v in values))
        except ValueError as error:  # shapes that do not fit
            raise ModelError(
                "the model holds an array with one value for each unit, or of another length that "
                "does not follow the units, so its latents cannot be integrated out unit by unit; "
                f"make it pm.Data(..., dims={equations.unit!r}) with a column in the data, or "
                "condition with method='nuts'"
            ) from error
        if not np.allclose(whole[:half], part, rtol=1e-9, atol=1e-9, equal_nan=True):
            raise ModelError(
                "what is seen of a unit depends on values of other units (a mean over units, say), "
                "so its latents cannot be integrated out unit by unit; condition with method='nuts'"
            )
