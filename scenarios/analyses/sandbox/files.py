"""The folder of a sandbox: rows, truth, and a scenario that other commands take."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ifonly.inference import ATE, ATT, ITE
from ifonly.inference.errors import DataError
from ifonly.inference.inputs.output_files import write_whole

from ...scenario import Scenario
from .. import SANDBOX_FILES
from .analysis import Analysis
from .cases import cases_of

__all__ = [
    "coded", "free_name", "load", "read_kept", "scenario_of", "scenario_text", "settings_in",
    "settings_text", "write",
]  # fmt: skip

SOURCE = "ifonly.models.sandbox:sandbox"
SETTINGS, POPULATION = "scenario.json", "population.parquet"
DIGEST = "sha256"
KEPT = ("threshold", "mean_0", "mean_1", "loading_0", "loading_1")
SCENARIO = '''"""A sandbox that `ifonly sandbox` learnt; `ifonly run scenario.py` takes it.

Beside it stand {parts} and its settings (scenario.json).
"""

from pathlib import Path

from ifonly.scenarios.analyses.sandbox.{module} import load

scenario = load(Path(__file__).parent)
'''


def write(analysis: Analysis, folder: Path) -> tuple[Path, ...]:
    """Write the rows, their truth and the scenario into a folder that exists.

    Parameters
    ----------
    analysis : Analysis
    folder : Path

    Returns
    -------
    tuple of Path
    """
    settings, population = _settled(analysis)
    stream = BytesIO()
    population.to_parquet(stream)
    contents = (
        analysis.drawn.rows.to_csv(index=False).encode(),
        analysis.drawn.truth.to_csv(index=False).encode(),
        scenario_text("files", f"the population ({POPULATION})").encode(),
        settings_text(settings, [stream.getvalue()]),
        stream.getvalue(),
    )
    paths = tuple(folder / name for name in SANDBOX_FILES)
    for path, content in zip(paths, contents, strict=True):
        write_whole(path, content)
    return paths


def scenario_of(analysis: Analysis) -> Scenario:
    """Return the scenario of a sandbox.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    Scenario
    """
    return _scenario(*_settled(analysis))


def load(folder: str | Path) -> Scenario:
    """Return the scenario that `write` has kept: numbers and names, nothing that is executed.

    Parameters
    ----------
    folder : path

    Returns
    -------
    Scenario

    Raises
    ------
    DataError
        If its files are not there, or are not as they were written.
    """
    return read_kept(Path(folder), _load)


def _load(folder: Path) -> Scenario:
    population = (folder / POPULATION).read_bytes()
    settings = settings_in(folder, lambda _: [population])
    return _scenario(settings, pd.read_parquet(BytesIO(population)))


def settings_text(settings: Mapping[str, Any], beside: Sequence[bytes]) -> bytes:
    """Return the file of settings, with the digest of these and of the files that belong to them.

    Parameters
    ----------
    settings : mapping of str to JSON value
    beside : sequence of bytes
        Contents of those files.
    """
    kept = {**settings, DIGEST: _digest(settings, beside)}
    return json.dumps(kept, indent=2, ensure_ascii=False).encode()


def settings_in(
    folder: Path, beside: Callable[[Mapping[str, Any]], Sequence[bytes]]
) -> dict[str, Any]:
    """Return the settings in a folder, once they and the files beside them are as written.

    Parameters
    ----------
    folder : Path
    beside : callable
        From settings to what `settings_text` was given beside them.

    Raises
    ------
    ValueError
        If they are not.
    """
    settings: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    if settings.pop(DIGEST) != _digest(settings, beside(settings)):
        raise ValueError("a file was changed: the checksum differs")
    return settings


def _digest(settings: Mapping[str, Any], beside: Sequence[bytes]) -> str:
    parts = (json.dumps(settings).encode(), *beside)
    return hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in parts)).hexdigest()


def read_kept(folder: Path, read: Callable[[Path], Scenario]) -> Scenario:
    """Return the scenario that is read in a folder, or say that it is not as it was written.

    Parameters
    ----------
    folder : Path
    read : callable
        What is wrong with a file may raise anything in it.

    Raises
    ------
    DataError
    """
    try:
        return read(folder)
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise DataError(
            f"{folder} holds no sandbox as `ifonly sandbox --out` writes it ({first}); "
            "write it anew"
        ) from None


def _settled(analysis: Analysis) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return what a scenario is made of: settings that JSON holds, and a table of numbers."""
    made = analysis.sandbox
    numbers, levels, without = coded(made.covariates)
    taken = {*numbers, made.treatment, made.outcome}
    settings = {
        "treatment": made.treatment,
        "outcome": made.outcome,
        "law": made.law.kind,
        "scale": None if np.isinf(made.law.scale) else made.law.scale,
        "strength": made.strength,
        "row": free_name("row", taken),
        "latent": free_name("U", taken),
        "columns": list(numbers),
        "levels": levels,
        "without": without,
        "knobs": _told(analysis),
        "units": len(analysis.drawn.rows),
        "seed": analysis.seed,
    }
    held = (
        made.threshold, made.means.untreated, made.means.treated, *made.loadings
    )  # fmt: skip
    # Columns by number: a user's column may be called as one of ours.
    arrays = {f"x{k}": v for k, v in enumerate(numbers.values())} | dict(
        zip(KEPT, held, strict=True)
    )
    return settings, pd.DataFrame(arrays)


def scenario_text(module: str, parts: str) -> str:
    """Return what scenario.py says.

    Parameters
    ----------
    module : str
        Of this package, whose `load` reads the folder.
    parts : str
        What stands beside it, in words.
    """
    return SCENARIO.format(module=module, parts=parts)


def free_name(name: str, taken: set[str]) -> str:
    """Return a name that no column has, like the one given.

    Parameters
    ----------
    name : str
    taken : set of str
    """
    while name in taken:
        name += "_"
    return name


def coded(
    covariates: pd.DataFrame,
) -> tuple[dict[str, np.ndarray], dict[str, list[str]], list[str]]:
    """Return columns as numbers, the levels behind codes, and columns that miss values.

    Parameters
    ----------
    covariates : pandas.DataFrame
    """
    numbers: dict[str, np.ndarray] = {}
    levels: dict[str, list[str]] = {}
    without = []
    for name in map(str, covariates):
        column = covariates[name]
        if column.isna().any():
            without.append(name)
        elif pd.api.types.is_bool_dtype(column):
            numbers[name] = column.to_numpy(dtype=np.int64)
        elif pd.api.types.is_numeric_dtype(column):
            values = column.to_numpy()
            numbers[name] = values.astype(np.int64 if values.dtype.kind in "iu" else float)
        else:
            codes, found = pd.factorize(column, sort=True)
            numbers[name], levels[name] = codes.astype(np.int64), [str(v) for v in found]
    return numbers, levels, without


def _told(analysis: Analysis) -> dict[str, Any]:
    """Return the knobs in words."""
    knobs = analysis.knobs
    asked = {"effect": knobs.effect, "overlap": knobs.overlap, "confounding": knobs.confounding}
    mode = knobs.mode or ("faithful" if knobs.effect is None else "specified")
    return {n: None if v is None else str(v) for n, v in asked.items()} | {"mode": mode}


def _scenario(settings: Mapping[str, Any], population: pd.DataFrame) -> Scenario:
    t, y = str(settings["treatment"]), str(settings["outcome"])
    row, latent = str(settings["row"]), str(settings["latent"])
    columns = {str(n): population[f"x{k}"].to_numpy() for k, n in enumerate(settings["columns"])}
    threshold, low, high, load_0, load_1 = (population[n].to_numpy() for n in KEPT)
    do, versus = {t: 1}, {t: 0}
    arguments = {
        "columns": columns,
        "threshold": threshold,
        "means": (low, high),
        "loadings": (load_0, load_1),
        "law": str(settings["law"]),
        "scale": np.inf if settings["scale"] is None else float(settings["scale"]),
        "strength": float(settings["strength"]),
        "treatment": t,
        "outcome": y,
        "row": row,
        "latent": latent,
    }
    return Scenario(
        name="sandbox",
        title=f"The effect of {t} on {y}, in a sandbox learnt from a table",
        question=f"What does {t} do to {y}? The units are rows like those of a real table. Their "
        f"overlap, effect and hidden confounding were chosen, so that the truth is known. {latent} "
        "is what nobody sees: it moves both treatment and outcome.",
        source=SOURCE,
        parameters={f"{t}_intercept": 0.0, f"{y}_intercept": 0.0, f"{y}_on_{t}": 0.0},
        roles=dict.fromkeys(columns, "confounder")
        | {row: "row of the population", latent: "hidden confounder"}
        | {t: "treatment", y: "outcome"},
        queries={
            f"average effect of {t}": ATE(y, do=do, versus=versus),
            "effect on the treated": ATT(y, do=do, versus=versus),
            "unit by unit": ITE(y, do=do, versus=versus),
        },
        hidden=(latent,),
        units=int(settings["units"]),
        seed=int(settings["seed"]),
        method="marginal",
        arguments=arguments,
        cases=partial(cases_of, "sandbox", arguments),
    )
