"""Public benchmarks: data that packages ship, of which the effect on each unit is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ifonly.inference.validation.arena import Cases

__all__ = ["BENCHMARKS", "cases"]

# Nothing is imported to name them: a name, its title, and its variants.
BENCHMARKS = {
    "acic2016": (
        "ACIC 2016: 58 real covariates of 4,802 births, simulated treatment and outcome",
        tuple(str(k) for k in range(1, 11)),
    ),
    "ihdp": ("IHDP: 747 children with the response surfaces of Hill (2011)", ("A", "B")),
}


def cases(name: str, variant: str) -> Cases:
    """Return the cases of a benchmark, for the arena.

    Parameters
    ----------
    name : {"acic2016", "ihdp"}
    variant : str
        The set, "1" to "10", or the surface, "A" or "B".

    Returns
    -------
    Cases

    Raises
    ------
    QueryError
        If there is no such benchmark or variant.
    ExtraError
        If the package that ships the data is not installed.

    Examples
    --------
    >>> cases("ihdp", "B").name
    'ihdp:B'
    """
    from ifonly.inference.errors import QueryError, unknown

    if name not in BENCHMARKS:
        raise QueryError(unknown("you named the benchmark", name, BENCHMARKS))
    if variant not in BENCHMARKS[name][1]:
        raise QueryError(unknown(f"of {name} you named the variant", variant, BENCHMARKS[name][1]))
    if name == "acic2016":
        from .acic2016 import ACIC2016

        return ACIC2016(int(variant))
    from .ihdp import IHDP

    return IHDP(variant)
