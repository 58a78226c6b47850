"""IHDP: covariates of a real trial with the response surfaces of Hill (2011), as EconML has them.

Hill (2011), Journal of Computational and Graphical Statistics 20, 217-240,
doi:10.1198/jcgs.2010.08162.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ifonly.inference.errors import QueryError
from ifonly.inference.estimators import Roles
from ifonly.inference.inputs.optional import load
from ifonly.inference.validation.arena import Case

__all__ = ["IHDP"]

COVARIATES = (
    "bw", "b_head", "preterm", "birth_o", "nnhealth", "momage", "sex", "twin", "b_marr", "mom_lths",
    "mom_hs", "mom_scoll", "cig", "first", "booze", "drugs", "work_dur", "prenatal",
    *(f"site{k}" for k in range(1, 8)),
)  # fmt: skip
SURFACES = ("A", "B")


@dataclass(frozen=True)
class IHDP:
    """747 children, of whom 139 were treated; the treated of nonwhite mothers are left out.

    Replication `k` is EconML's ``ihdp_surface_A`` or ``ihdp_surface_B`` with ``random_state=k``:
    the coefficients and the noise differ. On surface A the effect is 4 for all.

    Parameters
    ----------
    surface : {"A", "B"}

    Examples
    --------
    >>> IHDP("B").name
    'ihdp:B'
    """

    surface: str

    def __post_init__(self) -> None:
        """Check the surface."""
        if self.surface not in SURFACES:
            raise QueryError(f"the surfaces of IHDP are A and B, not {self.surface!r}")

    @property
    def name(self) -> str:
        """Such as ``"ihdp:B"``."""
        return f"ihdp:{self.surface}"

    @property
    def roles(self) -> Roles:
        """Treatment t, outcome y, and 25 covariates."""
        return Roles("t", "y", adjust=COVARIATES)

    @property
    def about(self) -> dict[str, Any]:
        """The surface; a replication's number is its random state."""
        return {"cases": self.name, "random_state": "the replication"}

    def case(self, replication: int, seed: int) -> Case:
        """Return one draw of the surface, with the effects of the same units.

        Parameters
        ----------
        replication : int
            The random state.
        seed : int
            Not used.

        Returns
        -------
        Case
        """
        makers = load("econml.data.dgps", "estimators")
        make = getattr(makers, f"ihdp_surface_{self.surface}")
        outcome, treatment, columns, effects = make(random_state=replication)
        # Its first column is a constant.
        table = pd.DataFrame(np.asarray(columns)[:, 1:], columns=list(COVARIATES))
        return Case(table.assign(t=np.asarray(treatment), y=outcome), np.asarray(effects))
