"""The share of units that a treatment harms: what the arms bound, and what a coupling adds."""

from __future__ import annotations

from typing import Any

import xarray as xr

from ...errors import QueryError
from ...inputs.arrays import shown
from ...inputs.scalars import checked_number

__all__ = ["harm_bounds", "share_harmed"]


def harm_bounds(control: float, treated: float) -> tuple[float, float]:
    r"""Return the least and the greatest share of units that the treatment harms.

    Parameters
    ----------
    control, treated : float
        Probability of a good outcome, yes or no, in each arm.

    Returns
    -------
    tuple of float

    Raises
    ------
    QueryError
        If one is no probability.

    Notes
    -----
    Nobody is seen in both arms, so that two probabilities only bound the share with
    :math:`Y_0 = 1, Y_1 = 0`: :math:`\max(0, p_0 - p_1) \le P \le \min(p_0, 1 - p_1)` (Tian and
    Pearl, 2000, doi:10.1023/A:1018912507879).

    Examples
    --------
    >>> [round(b, 2) for b in harm_bounds(0.5, 0.6)]
    [0.0, 0.4]
    """
    control, treated = (
        checked_number(name, p, least=0, most=1)
        for name, p in (("control", control), ("treated", treated))
    )
    return max(0.0, control - treated), min(control, 1 - treated)


def share_harmed(who: Any, outcome: str, treatment: str) -> xr.DataArray:
    """Return the share of units that the treatment harms, under each coupling of the outcome.

    Parameters
    ----------
    who : Posterior, or World from evidence
        Whose units are looked at.
    outcome : str
        A variable of yes (good) and no.
    treatment : str
        1 where treated, 0 where not.

    Returns
    -------
    xarray.DataArray
        Dims ``coupling`` and those of draws. It is `PNS` with the arms exchanged: good without the
        treatment, and not with it. No data tell which coupling holds; `harm_bounds` hold for all.

    Raises
    ------
    QueryError
        If the outcome is not binary, or has no coupling.
    """
    if not isinstance(treatment, str):
        raise QueryError(f"the treatment is the name of a variable, not {shown(treatment)}")
    from ...queries.causation import PNS  # which loads PyMC
    from ...queries.couplings import across_couplings

    query = PNS(outcome, do={treatment: 0}, versus={treatment: 1})
    return across_couplings(who, query)
