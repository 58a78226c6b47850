"""Arrays inside a model that fix its number of units: found before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator

import pymc as pm
from pytensor.tensor import TensorVariable

from ..errors import ModelError

__all__ = ["check_lengths"]


def check_lengths(model: pm.Model, unit: str, units: int) -> None:
    """Return nothing if no array in the model's equations has a length other than `units`.

    Parameters
    ----------
    model : pm.Model
    unit : str
        Name of the unit dimension.
    units : int
        How many there are.

    Raises
    ------
    ModelError
        If a variable is computed from an array along the units of another length.
    """
    for name, variable in model.named_vars.items():
        dims = tuple(model.named_vars_to_dims.get(name) or ())
        if unit not in dims or variable.owner is None:
            continue
        fixed = [n for n in _lengths(variable, dims.index(unit)) if n not in (None, 1, units)]
        if fixed:
            raise ModelError(
                f"the model fixes {fixed[0]} units: {name!r} reads an array of that length, and "
                f"there are {units}; make the array pm.Data(..., dims={unit!r}) and give its "
                "values as a column"
            )


def _lengths(variable: TensorVariable, axis: int) -> Iterator[int | None]:
    """Yield how long a variable, and each thing that it is computed from, is along the units."""
    yield variable.type.shape[axis]
    node = variable.owner
    # What is made of others (a Truncated, ...) has no signature that tells its parameters.
    if getattr(node.op, "extended_signature", getattr(node.op, "signature", None)) is None:
        return
    batch = variable.ndim - node.op.ndim_supp
    from_right = batch - axis
    if from_right < 1:  # the units are along one draw, as in a MvNormal over them
        return
    for parameter, core in zip(node.op.dist_params(node), node.op.ndims_params, strict=True):
        shape = parameter.type.shape[: parameter.ndim - core]
        if len(shape) >= from_right:
            yield shape[-from_right]
