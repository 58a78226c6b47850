"""An answer without a truth beside it, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import xarray as xr


__all__ = ["HIGH", "LOW", "answer_table", "described"]

LOW, HIGH = 0.05, 0.95


def answer_table(answer: xr.DataArray) -> pd.DataFrame:
    """Return one row per element: its coordinates, mean, sd, and the ends of the 90 % interval.

    Examples
    --------
    >>> import xarray as xr
    >>> answer = xr.DataArray(np.linspace(0, 1, 101)[None], dims=("chain", "draw"), name="y")
    >>> answer_table(answer).round(3).to_dict(orient="records")
    [{'mean': 0.5, 'sd': 0.293, 'low': 0.05, 'high': 0.95}]
    """
    import xarray as xr

    from ifonly.inference.queries.answer import DRAWS

    dims = [str(d) for d in answer.dims if d not in DRAWS]
    values = answer.transpose(*DRAWS, *dims).to_numpy()
    values = values.reshape(-1, *values.shape[2:])
    low, high = np.quantile(values, [LOW, HIGH], axis=0)
    parts = {
        "mean": values.mean(axis=0),
        "sd": values.std(axis=0, ddof=1),
        "low": low,
        "high": high,
    }
    if not dims:
        return pd.DataFrame([{n: float(v) for n, v in parts.items()}])
    coords = {d: answer[d] for d in dims if d in answer.coords}
    frame = xr.Dataset({n: (dims, v) for n, v in parts.items()}, coords=coords)
    return frame.to_dataframe(dim_order=dims)[list(parts)].reset_index()


def described(answer: xr.DataArray) -> dict[str, Any]:
    """Return what an answer says of itself."""
    names = (
        "estimand",
        "query",
        "outcome",
        "rung",
        "units",
        "of",
        "coupling",
        "seed",
        "backend",
        "n_units",
        "n_draws",
        "monte_carlo_error",
    )
    return {n: answer.attrs[n] for n in names if n in answer.attrs}
