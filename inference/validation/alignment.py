"""Alignment of an answer with the truth of the same query, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from ..errors import QueryError
from ..inputs.containers import ordered
from ..inputs.scalars import LARGEST
from ..queries.answer import DRAWS

__all__ = ["aligned", "checked", "labelled", "numeric"]

# What makes two answers answers to the same question, in the words of a message.
IDENTITY = {
    "outcome": "outcome",
    "query": "query",
    "rung": "rung",
    "units": "units",
    "of": "expectation or outcome",
    "estimand": "estimand",
}


def checked(answer: Any) -> xr.DataArray:
    """Return the answer of a posterior as floating-point numbers, or raise a `QueryError`."""
    if not isinstance(answer, xr.DataArray):
        raise QueryError(f"compare takes what posterior.ask returns, not {type(answer).__name__}")
    if "statistic" not in answer.dims and not set(DRAWS) <= set(answer.dims):
        raise QueryError(
            f"the answer has dims {answer.dims}, without chain and draw: it is a world's truth, "
            "not a posterior's answer; write compare(posterior.ask(query), world.ask(query))"
        )
    if "statistic" in answer.dims and not {"mean", "sd"} <= set(
        answer.get_index("statistic").tolist()
    ):
        raise QueryError(
            "the answer is a summary without mean and sd along 'statistic'; take it as "
            "posterior.ask returns it"
        )
    return numeric(answer, "the answer")


def aligned(answer: xr.DataArray, truth: xr.DataArray, dims: list[str]) -> xr.DataArray:
    """Return the truth in the order of the answer's elements.

    Parameters
    ----------
    answer : xarray.DataArray
        Dims: chain and draw, or statistic; then `dims`.
    truth : xarray.DataArray
    dims : list of str
        Those of the estimand.

    Returns
    -------
    xarray.DataArray
        Dims: `dims`.

    Raises
    ------
    QueryError
        If the two answer different queries, or their coordinates do not match.
    """
    if set(DRAWS) & set(truth.dims):
        raise QueryError(
            "the truth has chain and draw dims, so it is a posterior's answer; "
            "write compare(posterior.ask(query), world.ask(query))"
        )
    _check_identity(answer, truth)
    if "statistic" in truth.dims:
        truth = truth.sel(statistic="mean", drop=True)
    if set(truth.dims) != set(dims):
        raise QueryError(
            f"the answer is over {dims or 'nothing'} and the truth over "
            f"{list(truth.dims) or 'nothing'}; ask both the same query"
        )
    for dim in dims:
        ours, theirs = answer.get_index(dim), truth.get_index(dim)
        if len(ours) != len(theirs) or not ours.isin(theirs).all():
            missing = ours[~ours.isin(theirs)]
            example = (
                f", such as {missing.tolist()[0]!r}, which the truth lacks" if len(missing) else ""
            )
            raise QueryError(
                f"the coordinates along {dim!r} do not match: the answer has {len(ours)} and the "
                f"truth {len(theirs)}{example}; ask of the world that the evidence came from"
            )
    truth = truth.reindex({d: answer[d] for d in dims if d in answer.coords})
    return numeric(truth.transpose(*dims), "the truth")


def _check_identity(answer: xr.DataArray, truth: xr.DataArray) -> None:
    names = dict(IDENTITY)
    if answer.attrs.get("units") == "observed":
        names["n_units"] = "number of observed units"
    for key, words in names.items():
        ours, theirs = answer.attrs.get(key), truth.attrs.get(key)
        if ours is not None and theirs is not None and ours != theirs:
            raise QueryError(
                f"answer and truth differ in {words}: {ours!r} against {theirs!r}; "
                "ask both the same query"
            )


def numeric(values: xr.DataArray, what: str) -> xr.DataArray:
    """Return an answer in memory, as floating-point numbers.

    Parameters
    ----------
    values : xarray.DataArray
    what : str
        The subject of a message, such as ``"the answer"``.

    Raises
    ------
    QueryError
        If it holds no real numbers, infinity, or none at all, or its chains and draws are no two
        dimensions.
    """
    if values.dtype.kind not in "biuf":
        raise QueryError(f"{what} holds {values.dtype}, not real numbers")
    if values.size == 0:
        raise QueryError(f"{what} is empty: its sizes are {dict(values.sizes)}")
    lacking = [d for d in DRAWS if d not in values.dims]
    if len(lacking) == 1 or any(d in values.coords and values[d].ndim for d in lacking):
        raise QueryError(
            f"{what} has dims {values.dims}; chain and draw are two dimensions of it, or none: "
            "take it as ask returns it"
        )
    values = values.compute()
    array = np.asarray(values.to_numpy(), dtype=np.float64)
    if np.isnan(array).all():
        raise QueryError(f"{what} holds NaN alone")
    if (np.abs(array) > LARGEST).any():
        raise QueryError(f"{what} holds infinity, or numbers whose squares no float holds")
    return values.copy(deep=False, data=array)


def labelled(answer: xr.DataArray, truth: ArrayLike, dims: list[str]) -> xr.DataArray:
    """Return numbers as an array with the estimand's labels.

    Parameters
    ----------
    answer : xarray.DataArray
    truth : array or pandas object
        In the shape of the estimand; matched by its labels, if it has some.
    dims : list of str
        Those of the estimand.

    Returns
    -------
    xarray.DataArray
        Dims: `dims`.

    Raises
    ------
    QueryError
        If `truth` holds no real numbers, or its shape or labels do not match.
    """
    values = ordered(truth, {d: answer.get_index(d) for d in dims}, "the truth")
    if values.dtype.kind not in "biuf":
        raise QueryError(
            "the truth is what world.ask returns, or numbers in the shape of the estimand, not "
            f"{type(truth).__name__} {' '.join(repr(truth).split()):.60}"
        )
    shape = tuple(answer.sizes[d] for d in dims)
    if values.ndim and values.shape != shape:
        raise QueryError(f"the truth has shape {values.shape}; the estimand has {shape} ({dims})")
    coords = {d: answer[d] for d in dims if d in answer.coords}
    whole = np.broadcast_to(values, shape)
    return numeric(xr.DataArray(whole, dims=dims, coords=coords, name=answer.name), "the truth")
