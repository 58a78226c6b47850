"""What is learnt and asked: structural form, worlds, conditioning, queries, comparison."""

if not __name__.startswith("ifonly."):
    raise ImportError("import ifonly.inference, not inference: a second copy would be loaded")

from . import families as families
from .calibration import Calibration, calibrate
from .compare import Comparison, compare
from .conditioning import condition
from .couplings import across_couplings
from .diagnostics import Diagnostics
from .errors import (
    AssumptionWarning,
    ConvergenceWarning,
    DataError,
    ExtraError,
    IfonlyError,
    ModelError,
    QueryError,
)
from .form import LAWS, StructuralForm, structural_form
from .graph import CausalGraph
from .interventions import Intervention, as_in, policy, replace_by, scale, set_to, shift
from .posterior import Posterior
from .prepared import Prepared
from .queries import (
    ATE,
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
    PotentialOutcome,
    PrincipalStrata,
    Query,
)
from .rehearsal import rehearse
from .structural import intervene, structural
from .worlds import World

__all__ = [
    "ATE",
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
    "ModelError",
    "Posterior",
    "PotentialOutcome",
    "Prepared",
    "PrincipalStrata",
    "Query",
    "QueryError",
    "StructuralForm",
    "World",
    "across_couplings",
    "as_in",
    "calibrate",
    "compare",
    "condition",
    "intervene",
    "policy",
    "rehearse",
    "replace_by",
    "scale",
    "set_to",
    "shift",
    "structural",
    "structural_form",
]
