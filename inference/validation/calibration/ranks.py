"""The rank of a truth among draws of an answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from ...inputs.label_texts import readable
from ...queries.answer import DRAWS
from ..compare import ROUNDING

__all__ = ["Row", "label", "ranked"]

Row = dict[str, Any]


def label(element: xr.DataArray) -> str:
    """Return what tells one element of an answer from the others, such as ``dose 0.5``.

    Parameters
    ----------
    element : xarray.DataArray
        With scalar coordinates.

    Returns
    -------
    str
    """
    named = {
        str(n): readable(v.to_numpy()[None])[0] for n, v in element.coords.items() if v.ndim == 0
    }
    return ", ".join(
        f"{n} {v:g}" if isinstance(v, int | float | np.number) else f"{n} {v}"
        for n, v in named.items()
    )


def ranked(
    answer: xr.DataArray, truth: float, rng: np.random.Generator, ci_probs: tuple[float, ...]
) -> Row:
    """Return mean, sd, coverage, and the rank among draws thinned until they are independent.

    Parameters
    ----------
    answer : xarray.DataArray
        The draws of one element, with dims chain and draw.
    truth : float
    rng : numpy.random.Generator
        Breaks ties.
    ci_probs : tuple of float
        Of the equal-tailed intervals.

    Returns
    -------
    Row
    """
    from arviz_stats import ess as effective  # a second to import, which only replications need

    draws = answer.transpose(*DRAWS).to_numpy()
    mean, sd = float(draws.mean()), float(draws.std(ddof=1))
    slack = ROUNDING * (abs(truth) + abs(mean))
    ess = float(effective(draws, method="bulk")) if sd > slack else float(draws.size)
    step = int(np.ceil(draws.size / max(1.0, min(ess, draws.size))))
    thin = draws[:, ::step].ravel()
    below = int((thin < truth - slack).sum())
    ties = int((thin <= truth + slack).sum()) - below
    rank = below + int(rng.integers(0, ties, endpoint=True))
    row: Row = {"mean": mean, "sd": sd, "rank": rank, "draws": thin.size, "ess": round(ess, 1)}
    # Uniform on (0, 1) wherever the rank is uniform on 0 ... draws, however many those are.
    row["pit"] = float((rank + rng.random()) / (thin.size + 1))
    for ci_prob in ci_probs:
        low, high = np.quantile(draws, [(1 - ci_prob) / 2, (1 + ci_prob) / 2])
        row[f"covered_{100 * ci_prob:g}"] = bool(low - slack <= truth <= high + slack)
    return row
