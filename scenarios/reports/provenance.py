"""How the numbers of a report came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ..scenario import Section

if TYPE_CHECKING:
    from ifonly.inference import Posterior

__all__ = ["made_section", "method_facts", "versions"]


def method_facts(posterior: Posterior) -> dict[str, Any]:
    """Return how a posterior was computed, in words."""
    words = {
        "method": "method",
        "sampler": "sampler",
        "khat": "k-hat of the importance weights (below 0.7)",
        "efficiency": "effective share of the proposals",
        "quadrature_error": "error of the integrals (sd of the log-density)",
    }
    return {words.get(n, n): v for n, v in posterior.facts.items()}


def versions() -> dict[str, str]:
    """Return the versions that an answer depends on."""
    import platform
    from importlib.metadata import version

    names = ("ifonly", "pymc", "pytensor", "numpy", "arviz", "nutpie", "numpyro", "jax", "numba")
    return {"python": platform.python_version(), **{n: version(n) for n in names}}


def made_section(facts: dict[str, Any], seconds: dict[str, float]) -> Section:
    """Return how the numbers came about.

    Parameters
    ----------
    facts : mapping of str to object
    seconds : mapping of str to float
    """
    rows = [*facts.items(), *((f"seconds to {n}", round(s, 2)) for n, s in seconds.items())]
    table = pd.DataFrame([(n, str(v)) for n, v in rows], columns=["what", "value"])
    return Section(
        "How this was computed", "The same seed and versions give the same numbers.", table
    )
