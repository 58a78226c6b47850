"""The queries: one kind a file, one line here each."""

from .averages import ATE, ATT, ATU
from .base import Query, View
from .conditional import CATE
from .quantiles import QTE
from .unit_level import ITE, Counterfactual, PotentialOutcome

__all__ = [
    "ATE",
    "ATT",
    "ATU",
    "CATE",
    "ITE",
    "QTE",
    "Counterfactual",
    "PotentialOutcome",
    "Query",
    "View",
]
