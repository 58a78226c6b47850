"""An answer on the terminal and in a file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..reports.answers import HIGH, LOW

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from .terminal import Terminal

__all__ = ["show_answer", "write_answer"]

# More rows than this are for a file, not for a terminal.
MOST_SHOWN = 20


def show_answer(
    answer: xr.DataArray, table: pd.DataFrame, terminal: Terminal, output: Path | None = None
) -> None:
    """Print the answer for a person.

    Parameters
    ----------
    answer : xarray.DataArray
    table : pandas.DataFrame
        Its rows, as `answer_table` gives them.
    terminal : Terminal
    output : Path, optional
        Where all rows have been written.
    """
    from ifonly.inference.inputs.label_texts import readable

    estimand = str(answer.attrs["estimand"])
    about = "observed units" if answer.attrs["units"] == "observed" else "new units"
    terminal.print(f"{estimand[0].upper()}{estimand[1:]}")
    terminal.print(f"Rung {answer.attrs['rung']}, {answer.attrs['n_units']} {about}.")
    if coupling := json.loads(answer.attrs.get("coupling", "{}")):
        said = ", ".join(f"{name} {kind}" for name, kind in coupling.items())
        terminal.print(f"Coupling of the worlds, which no data can tell: {said}.")
    names = {"low": f"{LOW:.0%}", "high": f"{HIGH:.0%}"}
    shown = table.head(MOST_SHOWN)
    columns = [readable(shown[c].array).tolist() for c in shown]
    terminal.table([names.get(str(c), str(c)) for c in table], list(zip(*columns, strict=True)))
    if len(table) > len(shown):
        rest = f"All are in {output}" if output else "For all of them: --output answers.csv"
        mean = f"{table['mean'].mean():.4g}"
        terminal.print(f"The first {len(shown)} of {len(table)}; mean over all {mean}. {rest}")


def write_answer(answer: xr.DataArray, table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV or Parquet, or the whole answer for `read_answer`, by the ending.

    Parameters
    ----------
    answer : xarray.DataArray
    table : pandas.DataFrame
        Its rows, as `answer_table` gives them.
    path : Path
    """
    from ifonly.inference import write_answer as write_draws
    from ifonly.inference.inputs.output_files import write_whole

    ending = path.suffix.lower()
    if ending in (".nc", ".zarr"):
        write_draws(answer, path)
    elif ending == ".parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        write_whole(path, buffer.getbuffer())
    else:
        write_whole(path, table.to_csv(index=False).encode())
