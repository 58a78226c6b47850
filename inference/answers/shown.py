"""What a figure of an answer shows: means, ends of intervals, and words for them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ..inputs.label_texts import readable
from ..queries.answer import DRAWS
from .summary import normal_ends

__all__ = [
    "ElementsOf",
    "elements_of",
    "is_outcome",
    "is_unit_level",
    "label_of",
    "null_of",
    "texts",
]

UNIT_LEVEL = ("ITE", "Counterfactual", "PotentialOutcome")
# Queries whose answer is no difference between worlds.
OUTCOMES = ("Counterfactual", "PotentialOutcome", "Probability")
RATIOS = ("RiskRatio", "OddsRatio")
# Probabilities and ratios are in no unit of measure.
NUMBERS = (
    *RATIOS, "RiskDifference", "Lift", "Probability", "PN", "PS", "PNS", "PrincipalStrata",
)  # fmt: skip
WORDS = {
    "ATE": "average effect on",
    "ATT": "average effect on the treated:",
    "ATU": "average effect on the untreated:",
    "ATO": "average effect where arms overlap, on",
    "TrimmedATE": "average effect, trimmed, on",
    "CATE": "average effect on",
    "ITE": "effect on each unit's",
    "QTE": "effect on the quantile of",
    "NDE": "direct effect on",
    "NIE": "indirect effect on",
    "CDE": "controlled direct effect on",
    "PSE": "effect along the path on",
    "LATE": "average effect on the compliers:",
    "Counterfactual": "counterfactual",
    "PotentialOutcome": "potential",
    "RiskDifference": "risk difference of",
    "RiskRatio": "risk ratio of",
    "OddsRatio": "odds ratio of",
    "Lift": "relative change of",
    "Probability": "probability of",
    "PN": "probability of necessity for",
    "PS": "probability of sufficiency for",
    "PNS": "probability of necessity and sufficiency for",
    "PrincipalStrata": "shares of the units by their",
}


@dataclass(frozen=True, eq=False)
class ElementsOf:
    """An answer element by element; dims: the estimand's.

    Attributes
    ----------
    mean, low, high : xarray.DataArray
        The ends are the mean itself where there are no draws.
    ci_prob : float
    known : bool
        Whether there is nothing uncertain: the answer of a world.
    """

    mean: xr.DataArray
    low: xr.DataArray
    high: xr.DataArray
    ci_prob: float
    known: bool

    @property
    def interval(self) -> str:
        """What a bar means, in words."""
        return "value" if self.known else f"posterior mean and {self.ci_prob:.0%} interval"


def elements_of(answer: xr.DataArray, ci_prob: float) -> ElementsOf:
    """Return the mean and the equal-tailed interval of each element of an answer.

    Parameters
    ----------
    answer : xr.DataArray
    ci_prob : float
    """
    if "statistic" in answer.dims:
        mean, sd = (answer.sel(statistic=s, drop=True) for s in ("mean", "sd"))
        return ElementsOf(mean, *normal_ends(mean, sd, ci_prob), ci_prob, False)
    if "draw" not in answer.dims:
        return ElementsOf(answer, answer, answer, ci_prob, True)
    tail = (1 - ci_prob) / 2
    with warnings.catch_warnings():  # a unit or a group that the answer is not about is NaN
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        low, high = (answer.quantile(q, DRAWS).drop_vars("quantile") for q in (tail, 1 - tail))
    return ElementsOf(answer.mean(DRAWS), low, high, ci_prob, False)


def is_unit_level(answer: xr.DataArray) -> bool:
    """Return whether an answer has a value for each unit."""
    return answer.attrs.get("by") == "unit" or answer.attrs.get("query") in UNIT_LEVEL


def is_outcome(answer: xr.DataArray) -> bool:
    """Return whether an answer is of one world, and compares none."""
    return answer.attrs.get("query") in OUTCOMES


def null_of(answer: xr.DataArray) -> float | None:
    """Return the value that means no effect; None where an answer compares nothing."""
    if is_outcome(answer):
        return None
    return 1.0 if answer.attrs.get("query") in RATIOS else 0.0


def label_of(answer: xr.DataArray, measure: str | None) -> str:
    """Return what an axis in the answer's unit of measure is called.

    Parameters
    ----------
    answer : xr.DataArray
    measure : str, optional
    """
    outcome = str(answer.attrs.get("outcome", answer.name or "answer"))
    query = str(answer.attrs.get("query", ""))
    words = f"{WORDS.get(query, query)} {outcome}".strip()
    return f"{words} ({measure})" if measure and query not in NUMBERS else words


def texts(values: Any) -> list[str]:
    """Return coordinates as texts."""
    return [f"{v:g}" if isinstance(v, float | np.floating) else str(v) for v in readable(values)]
