"""The queries: one kind a file, one line here each."""

from .averages import ATE, ATT, ATU
from .base import Query
from .causation import PN, PNS, PS
from .compliance import LATE, PrincipalStrata
from .conditional import CATE
from .mediation import CDE, NDE, NIE
from .overlap import ATO, TrimmedATE
from .paths import PSE
from .quantiles import QTE
from .rates import Lift, OddsRatio, Probability, RiskDifference, RiskRatio
from .unit_level import ITE, Counterfactual, PotentialOutcome
from .view import View

__all__ = [
    "ATE",
    "ATO",
    "ATT",
    "ATU",
    "CATE",
    "CDE",
    "ITE",
    "LATE",
    "NDE",
    "NIE",
    "PN",
    "PNS",
    "PS",
    "PSE",
    "QTE",
    "Counterfactual",
    "Lift",
    "OddsRatio",
    "PotentialOutcome",
    "PrincipalStrata",
    "Probability",
    "Query",
    "RiskDifference",
    "RiskRatio",
    "TrimmedATE",
    "View",
]
