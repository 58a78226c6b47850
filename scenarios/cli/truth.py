"""True parameters, as a user writes them in a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from .files import check_inputs
from .terminal import Mistake

__all__ = ["read_truth"]


def read_truth(path: str | Path) -> dict[str, Any]:
    """Return the parameters in a TOML file: numbers, arrays, or tables of a value for each label.

    Parameters
    ----------
    path : str or path
        ``effect = 0.8``, ``share = [0.2, 0.8]``, ``[value]`` with ``basic = 1.0``; all of it may
        stand below a table ``[parameters]``.

    Raises
    ------
    Mistake
        If there is no such file, or it is no TOML.
    """
    path = Path(path)
    check_inputs(path)
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Mistake(f"{path} is no TOML: {error}") from None
    if set(found) == {"parameters"}:
        found = found["parameters"]
    if not found:
        raise Mistake(f"{path} gives no parameter; write one a line, such as effect = 0.8")
    import pandas as pd

    return {n: pd.Series(v) if isinstance(v, dict) else v for n, v in found.items()}
