"""What is learnt and asked: structural form, worlds, conditioning, queries, comparison."""

if not __name__.startswith("ifonly."):
    raise ImportError("import ifonly.inference, not inference: a second copy would be loaded")

from . import families as families
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
    PotentialOutcome,
    PrincipalStrata,
    Query,
    TrimmedATE,
)
from .queries.couplings import across_couplings
from .scm.interventions import Intervention, as_in, policy, replace_by, scale, set_to, shift
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
    "ModelError",
    "Posterior",
    "PotentialOutcome",
    "Prepared",
    "PrincipalStrata",
    "Query",
    "QueryError",
    "QueryWarning",
    "StructuralForm",
    "TrimmedATE",
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
