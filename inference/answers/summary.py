"""An answer as a table in ArviZ' form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..inputs.label_texts import with_readable
from ..inputs.scalars import checked_probability
from .tree import named, to_datatree

__all__ = ["normal_ends", "probability", "summary"]


def summary(
    answers: xr.DataArray | Mapping[str, xr.DataArray],
    *,
    ci_prob: float | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Return the table that ``arviz.summary`` makes of answers: one row an element.

    Parameters
    ----------
    answers : xarray.DataArray or mapping of str to DataArray
        One answer, or several by the name that their rows have.
    ci_prob : float, optional
        Probability of the interval; by default ArviZ' own, ``rcParams["stats.ci_prob"]``.
    **options
        Of ``arviz.summary``, such as ``kind="stats"`` or ``round_to="none"``.

    Returns
    -------
    pandas.DataFrame
        Columns: mean, sd, the ends of the interval, ess_bulk, ess_tail, r_hat, mcse_mean, mcse_sd.
        Of a world, which has no draws, the value alone; of answers that are summaries themselves,
        mean, sd and the ends of a normal interval.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(0).normal(size=(4, 500))
    >>> answer = xr.DataArray(draws, dims=("chain", "draw"), name="y")
    >>> list(summary(answer, ci_prob=0.9, kind="stats"))
    ['mean', 'sd', 'eti90_lb', 'eti90_ub']
    """
    several = {n: with_readable(a) for n, a in named(answers).items()}
    ci_prob = probability(ci_prob)
    if all("draw" in a.dims for a in several.values()):
        from arviz_stats import summary as of_draws

        # Where draws are all the same, ArviZ divides by their variance.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            table: pd.DataFrame = of_draws(to_datatree(several), ci_prob=ci_prob, **options)
        return table
    return pd.concat([_of_values(n, a, ci_prob) for n, a in several.items()])


def probability(ci_prob: float | None) -> float:
    """Return the probability of intervals: the one given, or ArviZ' own."""
    if ci_prob is None:
        from arviz_base import rcParams

        return float(rcParams["stats.ci_prob"])
    return checked_probability("ci_prob", ci_prob)


def normal_ends(mean: Any, sd: Any, ci_prob: float) -> tuple[Any, Any]:
    """Return the ends of the normal interval around a mean.

    Parameters
    ----------
    mean : object
    sd : object
    ci_prob : float
    """
    from scipy.stats import norm

    half = norm.ppf((1 + ci_prob) / 2) * sd
    return mean - half, mean + half


def _of_values(name: str, answer: xr.DataArray, ci_prob: float) -> pd.DataFrame:
    columns = {"value": answer}
    if "statistic" in answer.dims:
        mean, sd = (answer.sel(statistic=s, drop=True) for s in ("mean", "sd"))
        low, high = normal_ends(mean, sd, ci_prob)
        tag = f"eti{ci_prob:.0%}".rstrip("%")
        columns = {"mean": mean, "sd": sd, f"{tag}_lb": low, f"{tag}_ub": high}
    dims = [str(d) for d in answer.dims if d != "statistic"]
    if not dims:
        return pd.DataFrame({n: [float(v)] for n, v in columns.items()}, index=[name])
    frame = xr.Dataset({n: v.rename(n) for n, v in columns.items()}).to_dataframe(dim_order=dims)
    keys = (k if isinstance(k, tuple) else (k,) for k in frame.index)
    frame.index = pd.Index([f"{name}[{', '.join(map(str, k))}]" for k in keys])
    return frame[list(columns)]
