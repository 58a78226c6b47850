"""The estimates of past experiments and their errors, from whatever said them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ...errors import DataError
from ...inputs.arrays import numbers, shown
from ...inputs.labels import DRAWS
from ...inputs.scalars import LARGEST, are_finite, checked_number
from ..inputs import together

__all__ = ["checked_studies", "studies_of"]


def studies_of(answers: Mapping[str, Any] | Iterable[Any]) -> pd.DataFrame:
    """Return estimates and standard errors of experiments.

    Parameters
    ----------
    answers : mapping of str to answer, or iterable of answers
        Of each experiment: the posterior's answer to any query with one number (its mean and
        standard deviation are taken), or whatever has an `estimate` and an `se`, or such a pair.

    Returns
    -------
    pandas.DataFrame
        Index ``experiment``; columns ``estimate`` and ``se``.

    Raises
    ------
    DataError
        If an answer is about more than one number, or has no draws.

    Examples
    --------
    >>> studies_of({"may": (0.3, 0.1), "june": (0.1, 0.2)})["se"].to_list()
    [0.1, 0.2]
    """
    if isinstance(answers, str) or not isinstance(answers, Iterable):
        raise DataError(f"answers are those of experiments, by name, not {shown(answers)}")
    named = answers if isinstance(answers, Mapping) else dict(enumerate(answers))
    rows = {name: _finite(name, *_pair(name, answer)) for name, answer in named.items()}
    if not rows:
        raise DataError("there is no experiment to pool; give the answers of two or more")
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "se"])
    return table.rename_axis("experiment")


def _finite(name: Any, estimate: float, se: float) -> tuple[float, float]:
    what = f"of experiment {name!r}"
    return (
        checked_number(f"the estimate {what}", estimate, DataError),
        checked_number(f"the standard error {what}", se, DataError, above=0),
    )


def _pair(name: Any, answer: Any) -> tuple[float, float]:
    if isinstance(answer, xr.DataArray):
        if set(answer.dims) - set(DRAWS) or answer.size < 2:
            raise DataError(
                f"the answer of experiment {name!r} has dimensions {answer.dims}; pool answers "
                "with one number and draws, such as an ATE of a posterior"
            )
        return float(answer.mean()), float(answer.std(ddof=1))
    if hasattr(answer, "estimate") and hasattr(answer, "se"):
        return float(answer.estimate), float(answer.se)
    found: Any = numbers(answer)
    if found is None or found.shape != (2,):
        raise DataError(
            f"experiment {name!r} has an estimate and a standard error, not {shown(answer)}"
        )
    return float(found[0]), float(found[1])


def checked_studies(
    estimates: ArrayLike, errors: ArrayLike, least: int = 2
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return estimates and standard errors, or raise a `DataError`.

    Parameters
    ----------
    estimates : array_like
    errors : array_like
    least : int
    """
    estimates, errors = together(estimates=estimates, errors=errors)
    y: Any = numbers(estimates)
    s: Any = numbers(errors)
    if y is None or s is None or y.ndim != 1 or y.shape != s.shape:
        raise DataError("estimates and errors hold one number for each experiment")
    if len(y) < least:
        raise DataError(f"there are {len(y)} experiments; pooling takes {least} or more")
    y, s = y.astype(float), s.astype(float)
    if not are_finite(y) or not are_finite(s) or not (s > 0).all():
        raise DataError("an estimate is not finite, or a standard error is not above 0")
    if s.min() < 1 / LARGEST:
        raise DataError("the squares of the estimates or errors no computer holds; change the unit")
    return y, s
