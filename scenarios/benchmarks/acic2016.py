"""ACIC 2016: real covariates, simulated treatments and outcomes; data that causallib ships.

Dorie, Hill, Shalit, Scott and Cervone (2019), Statistical Science 34, 43-68, doi:10.1214/18-STS667.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ifonly.inference.errors import ExtraError, QueryError
from ifonly.inference.estimators import Roles
from ifonly.inference.validation.arena import Case

__all__ = ["ACIC2016", "HETEROGENEOUS", "SETS", "held_out"]

SETS = tuple(range(1, 11))
# In the other two the effect is the same for all units.
HETEROGENEOUS = (1, 4, 5, 6, 7, 8, 9, 10)
COVARIATES = tuple(f"x_{k}" for k in range(1, 59))
FIRST_SEED, SHARE_LEARNT = 42, 0.9


@dataclass(frozen=True)
class ACIC2016:
    """One of the ten sets: nine tenths to learn from, and the effects of the held-out tenth.

    Each set is one data set, so that replications differ by the seeds of the estimators alone.

    Parameters
    ----------
    number : int
        From 1 to 10.

    Examples
    --------
    >>> ACIC2016(4).name
    'acic2016:4'
    """

    number: int

    def __post_init__(self) -> None:
        """Check the number."""
        if self.number not in SETS:
            raise QueryError(f"the sets of ACIC 2016 are 1 to 10, not {self.number!r}")

    @property
    def name(self) -> str:
        """Such as ``"acic2016:4"``."""
        return f"acic2016:{self.number}"

    @property
    def roles(self) -> Roles:
        """Treatment z, outcome y, and 58 covariates, of which three are categories."""
        return Roles("z", "y", adjust=COVARIATES)

    @property
    def about(self) -> dict[str, Any]:
        """The set and its split."""
        return {"cases": self.name, "held_out": f"default_rng({FIRST_SEED + self.number - 1})"}

    def table(self) -> pd.DataFrame:
        """Return all 4,802 units: covariates, z, y, and ``effect``, the true expected effect."""
        simulated = _read(f"zymu_{self.number}.csv")
        treated = simulated["z"].to_numpy()
        outcome = np.where(treated == 1, simulated["y1"], simulated["y0"])
        effect = simulated["mu1"] - simulated["mu0"]
        return _read("x.csv").assign(z=treated, y=outcome, effect=effect)

    def case(self, replication: int, seed: int) -> Case:
        """Return the set, split as `held_out` describes.

        Parameters
        ----------
        replication, seed : int
            Not used: there is one data set.

        Returns
        -------
        Case
        """
        table = self.table()
        learnt, asked = held_out(len(table), self.number)
        rest = table.iloc[asked].reset_index(drop=True)
        return Case(
            table.iloc[learnt].drop(columns="effect").reset_index(drop=True),
            rest["effect"].to_numpy(),
            rest[list(COVARIATES)],
        )


def held_out(units: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which units are learnt from and which are asked about.

    ``numpy.random.default_rng(42 + number - 1).permutation(units)``: the first ``int(0.9 units)``
    are learnt from, the rest is held out. It is the split of CausalPFN's own benchmark (Balazadeh
    et al., 2025, arXiv:2506.07918), whose sets count from 0.

    Parameters
    ----------
    units, number : int

    Returns
    -------
    int array of shape (learnt,)
    int array of shape (asked,)
    """
    order = np.random.default_rng(FIRST_SEED + number - 1).permutation(units)
    cut = int(units * SHARE_LEARNT)
    return order[:cut], order[cut:]


@lru_cache(maxsize=4)
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(_folder() / name)


def _folder() -> Path:
    """Return causallib's folder of data, without importing it, which needs an old pandas."""
    spec = find_spec("causallib")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "datasets" / "data" / "acic_challenge_2016"
        if folder.is_dir():
            return folder
    raise ExtraError(
        "the data of ACIC 2016 come with causallib, which is not installed; install it without "
        "what it needs, since only its files are read: pip install --no-deps causallib"
    )
