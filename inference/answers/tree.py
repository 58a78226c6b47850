"""An answer as ArviZ has a posterior: a tree with chains and draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from ..errors import QueryError
from ..queries.answer import DRAWS
from ..validation.alignment import numeric

__all__ = ["named", "to_datatree"]


def to_datatree(answers: xr.DataArray | Mapping[str, xr.DataArray]) -> xr.DataTree:
    """Return answers as a DataTree with the group ``posterior``, which ArviZ takes as it is.

    Parameters
    ----------
    answers : xarray.DataArray or mapping of str to DataArray
        Of ``posterior.ask``, with dims chain and draw; or of ``world.ask``, which gets one of
        each. Several go by the names given; one by its outcome.

    Returns
    -------
    xarray.DataTree
        Each variable keeps the attributes of its answer; those of a single one are the group's too.

    Raises
    ------
    QueryError
        If an answer is a summary (``summary=True``), which has no draws.

    Examples
    --------
    >>> answer = xr.DataArray(np.zeros((2, 3)), dims=("chain", "draw"), name="y")
    >>> to_datatree(answer)["posterior"]["y"].sizes["draw"]
    3
    """
    several = named(answers)
    group = {name: _drawn(answer) for name, answer in several.items()}
    attrs = next(iter(several.values())).attrs if len(several) == 1 else {}
    return xr.DataTree.from_dict({"posterior": xr.Dataset(group, attrs=attrs)})


def named(answers: xr.DataArray | Mapping[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    """Return answers by name; a single one by its outcome.

    Raises
    ------
    QueryError
        If they are no answers, or hold no real numbers.
    """
    if isinstance(answers, xr.DataArray):
        answers = {str(answers.name or answers.attrs.get("outcome", "answer")): answers}
    if not isinstance(answers, Mapping) or not answers:
        raise QueryError(
            f"this takes an answer, or a mapping of names to answers, not {type(answers).__name__}"
        )
    for name, answer in answers.items():
        if not isinstance(answer, xr.DataArray):
            raise QueryError(f"{name!r} is no answer but {type(answer).__name__}")
    return {str(n): numeric(a, f"the answer {str(n)!r}") for n, a in answers.items()}


def _drawn(answer: xr.DataArray) -> xr.DataArray:
    if "statistic" in answer.dims:
        raise QueryError(
            "this answer is the mean and the sd of its draws (summary=True); ask without it"
        )
    lacking = [d for d in DRAWS if d not in answer.dims]
    for dim in lacking:
        answer = answer.expand_dims({dim: np.arange(1)})
    return answer.transpose(*DRAWS, ...)
