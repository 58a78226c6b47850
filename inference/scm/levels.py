"""Levels: the labels that stand for the codes 0, 1, ... of a variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from ..errors import DataError
from ..families.form import family_name
from ..inputs.codes import categories_of, codes_of, has_labels, labels_array
from .equations import Equations
from .indices import lookups

__all__ = ["levels_of", "with_levels"]


def levels_of(equations: Equations, name: str) -> NDArray[Any] | None:
    """Return the labels of a variable's codes, as the model's coords have them; else None.

    They are those of the dimension ``<name>_level``; or else of the dimension that it indexes
    (``effect[plan]``), or that the probabilities of its family run along.

    Parameters
    ----------
    equations : Equations
    name : str

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"unit": range(1), "plan_": ["basic", "pro"]}) as model:
    ...     plan = pm.Bernoulli("plan", 0.5, dims="unit")
    ...     y = pm.Normal("y", pm.Normal("m", dims="plan_")[plan], dims="unit")
    >>> levels_of(Equations(model), "plan").tolist()
    ['basic', 'pro']
    """
    coords = equations.model.coords
    own = f"{name}_level"  # PyMC lets no dimension have a variable's name
    if coords.get(own) is not None:
        return labels_array(coords[own])
    dims = dict.fromkeys([*_indexed(equations, name), *_categories(equations, name)])
    found = {d: list(coords[d]) for d in dims if coords.get(d) is not None and d != equations.unit}
    # Labels 0, 1, ... are PyMC's own, and name nothing.
    found = {d: labels for d, labels in found.items() if labels != list(range(len(labels)))}
    if len({tuple(labels) for labels in found.values()}) > 1:
        return None  # it looks up two tables with different labels: only `<name>_level` can say
    return labels_array(next(iter(found.values()))) if found else None


def _indexed(equations: Equations, name: str) -> list[str]:
    """Return the dimensions of the variables that `name` alone looks up."""
    stop, found = list(equations.symbols), []
    for equation in equations.values():
        for look in lookups([equation.expression], stop):
            if set(equations.read_by([look.index]).values()) != {name}:
                continue
            table = equations.symbols.get(look.table)
            if table is not None and look.axis < len(equations[table].dims):
                found.append(equations[table].dims[look.axis])
    return found


def _categories(equations: Equations, name: str) -> list[str]:
    """Return the dimension that the probabilities of a Categorical run along."""
    equation = equations[name]
    if equation.kind != "random" or not family_name(equation.expression).startswith("Categorical"):
        return []
    read = equations.read_by(equation.expression.owner.inputs[2:])
    dims = [equations[n].dims[-1] for n in read.values() if equations[n].dims]
    return [d for d in dims if d != equations.unit]


def with_levels(
    equations: Equations, columns: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Return columns with codes for labels, and the levels of those that have any.

    Parameters
    ----------
    equations : Equations
    columns : mapping of str to column
        As the user gave them: one that is a pandas Categorical goes by its labels, whatever they
        are, and one that is ordered may bring the levels that the model does not name.
    arrays : mapping of str to array of shape (unit, ...)
        The same, in the order of the units.
    """
    coded, known = {}, {}
    for name, values in arrays.items():
        categories = categories_of(columns[name])
        labelled = categories is not None or has_labels(values)
        integer = equations[name].expression.dtype.startswith(("int", "uint", "bool"))
        levels = levels_of(equations, name) if labelled or integer else None
        if levels is None and categories is not None and columns[name].dtype.ordered:
            levels = categories
        elif levels is None and categories is not None and not has_labels(categories):
            labelled = False  # numbers that pandas merely stores as categories
        what = f"the column {name!r} holds"
        coded[name] = codes_of(values, levels, name, what, DataError) if labelled else values
        if levels is not None:
            known[name] = levels
    return coded, known
