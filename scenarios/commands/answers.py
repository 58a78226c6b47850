"""An answer without a truth beside it: as a table, on the terminal, in a file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import xarray as xr

    from .terminal import Terminal

__all__ = ["HIGH", "LOW", "answer_table", "described", "show_answer", "write_answer"]

LOW, HIGH = 0.05, 0.95
DRAWS = ("chain", "draw")
# More rows than this are for a file, not for a terminal.
MOST_SHOWN = 20


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


def show_answer(answer: xr.DataArray, table: pd.DataFrame, terminal: Terminal) -> None:
    """Print the answer for a person."""
    estimand = str(answer.attrs["estimand"])
    about = "observed units" if answer.attrs["units"] == "observed" else "new units"
    terminal.print(f"{estimand[0].upper()}{estimand[1:]}")
    terminal.print(f"Rung {answer.attrs['rung']}, {answer.attrs['n_units']} {about}.")
    if coupling := json.loads(answer.attrs.get("coupling", "{}")):
        said = ", ".join(f"{name} {kind}" for name, kind in coupling.items())
        terminal.print(f"Coupling of the worlds, which no data can tell: {said}.")
    names = {"low": f"{LOW:.0%}", "high": f"{HIGH:.0%}"}
    shown = table.head(MOST_SHOWN)
    terminal.table([names.get(str(c), str(c)) for c in table.columns], shown.to_numpy().tolist())
    if len(table) > len(shown):
        terminal.print(
            f"The first {len(shown)} of {len(table)}; mean over all {table['mean'].mean():.4g}. "
            "For all of them: --output answers.csv"
        )


def write_answer(answer: xr.DataArray, table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV or Parquet, or all draws as netCDF, as the file's name ends."""
    from ifonly.inference.outputs import write_whole
    from ifonly.inference.stored import netcdf

    ending = path.suffix.lower()
    if ending == ".nc":
        write_whole(path, netcdf(answer))
    elif ending == ".parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        write_whole(path, buffer.getbuffer())
    else:
        write_whole(path, table.to_csv(index=False).encode())
