"""The figure of an answer, of the kind that its dimensions ask for."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike

from ..errors import QueryError
from ..inputs.arrays import plain
from ..inputs.labels import axes_of, in_order
from ..queries.answer import DRAWS
from ..validation.compare import compare
from ..validation.plots import names_as_text
from .draw import bands, draws_of_one, forest, scattered, sorted_units, worlds
from .shown import elements_of, is_outcome, is_unit_level, label_of, null_of
from .summary import probability
from .tree import named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["kind_of", "plot"]


def plot(
    answer: xr.DataArray | Mapping[str, xr.DataArray],
    *,
    truth: xr.DataArray | ArrayLike | None = None,
    against: ArrayLike | None = None,
    measure: str | None = None,
    ci_prob: float | None = None,
    title: str | None = None,
) -> Figure:
    """Return the figure of an answer.

    Parameters
    ----------
    answer : xarray.DataArray or mapping of str to DataArray
        Of a posterior or a world. Several single numbers are drawn as rows, several answers unit by
        unit as distributions.
    truth : xarray.DataArray or array, optional
        What is right, where that is known: the figure is then that of `compare`.
    against : array of shape (unit,), optional
        A covariate to draw effects unit by unit against: numbers, days, or categories in their
        order. A Series or DataArray names the axis.
    measure : str, optional
        The outcome's unit of measure, such as "kg"; probabilities and ratios have none.
    ci_prob : float, optional
        Probability of the intervals; by default ArviZ' own, ``rcParams["stats.ci_prob"]``.
    title : str, optional
        By default the estimand in words; of several answers, none.

    Returns
    -------
    matplotlib.figure.Figure
        One number: its density (arviz-plots). Groups, couplings and anything with names: a forest.
        A dose ladder, or quantiles: a band. Unit by unit: sorted intervals, or points against a
        covariate; outcomes, and not effects: the distribution under each world.

    Raises
    ------
    QueryError
        If it is no answer, or `against` does not fit.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4, 100))
    >>> answer = xr.DataArray(draws, dims=("chain", "draw"), name="y")
    >>> plot(answer, measure="kg").axes[0].get_xlabel()
    'y (kg)'
    """
    ci_prob = probability(ci_prob)
    several = named(answer)
    one = next(iter(several.values()))
    if truth is not None:
        if isinstance(answer, Mapping):
            raise QueryError("the truth is of one answer; give one")
        return compare(one, truth, ci_prob=ci_prob).plot(label=label_of(one, measure))
    with names_as_text():
        drawn = _drawn(several, isinstance(answer, Mapping), against, measure, ci_prob)
        known = "" if len(several) > 1 else str(one.attrs.get("estimand", ""))
        words = known if title is None else title
        if words:
            width = int(drawn.get_size_inches()[0] * 12)
            drawn.suptitle("\n".join(textwrap.wrap(words, width)), fontsize=9.5)
    return drawn


def kind_of(answer: xr.DataArray) -> str:
    """Return how an answer is drawn: "number", "forest", "bands", "units" or "worlds"."""
    dims = dims_of(answer)
    if is_unit_level(answer):
        return "worlds" if is_outcome(answer) else "units"
    if not dims:
        return "number"
    numeric = [d for d in dims if answer[d].dtype.kind in "iuf" and answer.sizes[d] > 1]
    return "bands" if numeric and len(dims) <= 2 else "forest"


def dims_of(answer: xr.DataArray) -> list[str]:
    """Return the dimensions of the estimand."""
    return [str(d) for d in answer.dims if d not in (*DRAWS, "statistic")]


def _drawn(
    several: Mapping[str, xr.DataArray],
    by_name: bool,
    against: Any,
    measure: str | None,
    ci_prob: float,
) -> Figure:
    one = next(iter(several.values()))
    kind, label = kind_of(one), label_of(one, measure)
    null = null_of(one)
    if against is not None and kind != "units":
        raise QueryError("against= goes with effects unit by unit, such as those of an ITE")
    if by_name and {kind_of(a) for a in several.values()} == {"number"}:
        rows = xr.concat(
            list(several.values()),
            xr.DataArray(list(several), dims="answer", name="answer"),
            combine_attrs="override",
            coords="minimal",
            compat="override",
        )
        return forest(elements_of(rows, ci_prob), ["answer"], label, null)
    if by_name and all(is_unit_level(a) for a in several.values()):
        return worlds(several, label, null)
    if by_name and len(several) > 1:
        raise QueryError("several answers are drawn if each is one number, or one value a unit")
    if kind == "number":
        return draws_of_one(one, label, null, ci_prob)
    if kind == "worlds":
        return worlds(_by_world(one), label, null)
    elements = elements_of(one, ci_prob)
    if kind == "units":
        return _of_units(one, elements, against, label)
    return (bands if kind == "bands" else forest)(elements, dims_of(one), label, null)


def _of_units(answer: xr.DataArray, elements: Any, against: Any, label: str) -> Figure:
    dims = dims_of(answer)
    if len(dims) > 1:
        raise QueryError(
            f"effects unit by unit are drawn one at a time; choose one, such as "
            f"answer.isel({next(d for d in dims if d != dims[-1])}=0)"
        )
    if against is None:
        return sorted_units(elements, label)
    shape = np.shape(against)
    if shape != elements.mean.shape:
        raise QueryError(f"against= has shape {shape}; there are {elements.mean.size} units")
    column = against
    if not isinstance(against, pd.Series):
        column = pd.Series(plain(against), name=getattr(against, "name", None))
    labels = {dims[0]: elements.mean.get_index(dims[0])}
    order = in_order(np.arange(len(column)), axes_of(against), labels, "against=")
    return scattered(elements, column.iloc[order], label)


def _by_world(answer: xr.DataArray) -> dict[str, xr.DataArray]:
    """Return the answer of each intervention; a single one is one world."""
    dims = dims_of(answer)
    if len(dims) < 2:
        return {"Y(do)": answer}
    named_by = "" if answer[dims[0]].dtype.kind in "OU" else f"{dims[0]} "
    return {f"{named_by}{v}": answer.sel({dims[0]: v}) for v in answer[dims[0]].to_numpy().tolist()}
