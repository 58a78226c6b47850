"""Effects under interference as queries of a model in which a unit reads its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import QueryError

if TYPE_CHECKING:
    from ...queries.base import Query

__all__ = ["spillover_effects"]


def spillover_effects(
    outcome: str, treatment: str, exposure: str, **options: Any
) -> dict[str, Query]:
    r"""Return the effects of a treatment that spills over, each a query.

    With :math:`Y_i(t, e)` the outcome of a unit that has treatment t and exposure e, and E the
    exposure of each unit as the treatment was assigned, E(0) where nobody is treated:

    ============ ======================================= =======================================
    ``direct``   :math:`Y(1, E) - Y(0, E)`               one's own treatment, others as they were
    ``indirect`` :math:`Y(0, E) - Y(0, E(0))`            the others' treatment on the untreated
    ``total``    :math:`Y(1, E) - Y(0, E(0))`            both on the treated: direct + indirect
    ``overall``  :math:`Y(T, E) - Y(0, E(0))`            the assignment, against treating nobody
    ``everyone`` :math:`Y(1, E(1)) - Y(0, E(0))`         treating all, against treating nobody
    ============ ======================================= =======================================

    Parameters
    ----------
    outcome, treatment : str
        Mechanisms of the model; the treatment is 0 or 1.
    exposure : str
        The variable, often a Deterministic, through which alone the others' treatment acts.
    **options
        Of each query: ``units``, ``size``, ``seed``, ...

    Returns
    -------
    dict of str to Query
        Averages over units; ask them of a World or a Posterior.

    Raises
    ------
    QueryError
        If two of the names are the same.

    Notes
    -----
    Hudgens and Halloran (2008), doi:10.1198/016214508000000292, with the strategies "as assigned"
    and "nobody".

    Examples
    --------
    >>> list(spillover_effects("y", "t", "exposure"))
    ['direct', 'indirect', 'total', 'overall', 'everyone']
    """
    names = (outcome, treatment, exposure)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < 3:
        raise QueryError(
            "outcome, treatment and exposure are three variables, not "
            f"{outcome!r}, {treatment!r} and {exposure!r}"
        )
    from ...queries.averages import ATE  # which loads PyMC
    from ...scm.interventions import as_in

    was = as_in("natural")
    nobody = {treatment: 0}
    pairs: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "direct": ({treatment: 1, exposure: was}, {treatment: 0, exposure: was}),
        "indirect": ({treatment: 0, exposure: was}, nobody),
        "total": ({treatment: 1, exposure: was}, nobody),
        "overall": ({treatment: was}, nobody),
        "everyone": ({treatment: 1}, nobody),
    }
    return {name: ATE(outcome, do=do, versus=base, **options) for name, (do, base) in pairs.items()}
