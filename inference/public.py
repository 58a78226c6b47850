"""The public names of `ifonly.inference`."""

from . import families as families
from .answers import plot, read_answer, summary, to_datatree, write_answer
from .conditioning.completed import completed
from .conditioning.condition import condition
from .conditioning.prepared import Prepared
from .conditioning.rehearsal import rehearse
from .errors import (
    AssumptionWarning,
    ConvergenceWarning,
    DataError,
    ExtraError,
    IfonlyError,
    ModelError,
    QueryError,
    QueryWarning,
)
from .families.form import LAWS, StructuralForm, structural_form
from .graph import CausalGraph
from .posterior.diagnostics import Diagnostics
from .posterior.posterior import Posterior
from .queries import (
    ATE,
    ATO,
    ATT,
    ATU,
    CATE,
    CDE,
    ITE,
    LATE,
    NDE,
    NIE,
    PN,
    PNS,
    PS,
    PSE,
    QTE,
    Counterfactual,
    Lift,
    OddsRatio,
    PotentialOutcome,
    PrincipalStrata,
    Probability,
    Query,
    RiskDifference,
    RiskRatio,
    TrimmedATE,
)
from .queries.couplings import across_couplings
from .scm.interventions import Intervention, affine, as_in, policy, replace_by, scale, set_to, shift
from .scm.structural import intervene, structural
from .validation.calibration import Calibration, calibrate
from .validation.compare import Comparison, compare
from .worlds.world import World

__all__ = [
    "ATE",
    "ATO",
    "ATT",
    "ATU",
    "CATE",
    "CDE",
    "ITE",
    "LATE",
    "LAWS",
    "NDE",
    "NIE",
    "PN",
    "PNS",
    "PS",
    "PSE",
    "QTE",
    "AssumptionWarning",
    "Calibration",
    "CausalGraph",
    "Comparison",
    "ConvergenceWarning",
    "Counterfactual",
    "DataError",
    "Diagnostics",
    "ExtraError",
    "IfonlyError",
    "Intervention",
    "Lift",
    "ModelError",
    "OddsRatio",
    "Posterior",
    "PotentialOutcome",
    "Prepared",
    "PrincipalStrata",
    "Probability",
    "Query",
    "QueryError",
    "QueryWarning",
    "RiskDifference",
    "RiskRatio",
    "StructuralForm",
    "TrimmedATE",
    "World",
    "across_couplings",
    "affine",
    "as_in",
    "calibrate",
    "compare",
    "completed",
    "condition",
    "intervene",
    "plot",
    "policy",
    "read_answer",
    "rehearse",
    "replace_by",
    "scale",
    "set_to",
    "shift",
    "structural",
    "structural_form",
    "summary",
    "to_datatree",
    "write_answer",
]
