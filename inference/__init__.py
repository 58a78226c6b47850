"""What is learnt and asked: structural form, worlds, conditioning, queries, comparison."""

if not __name__.startswith("ifonly."):
    raise ImportError("import ifonly.inference, not inference: a second copy would be loaded")

from . import families as families
from .calibration import Calibration, calibrate
from .compare import Comparison, compare
from .conditioning import condition
from .diagnostics import Diagnostics
from .errors import ConvergenceWarning, DataError, IfonlyError, ModelError, QueryError
from .form import LAWS, StructuralForm, structural_form
from .interventions import Intervention, policy, replace_by, scale, set_to, shift
from .posterior import Posterior
from .queries import ATE, ATT, ATU, CATE, ITE, QTE, Counterfactual, PotentialOutcome, Query
from .rehearsal import rehearse
from .structural import intervene, structural
from .worlds import World

__all__ = [
    "ATE",
    "ATT",
    "ATU",
    "CATE",
    "ITE",
    "LAWS",
    "QTE",
    "Calibration",
    "Comparison",
    "ConvergenceWarning",
    "Counterfactual",
    "DataError",
    "Diagnostics",
    "IfonlyError",
    "Intervention",
    "ModelError",
    "Posterior",
    "PotentialOutcome",
    "Query",
    "QueryError",
    "StructuralForm",
    "World",
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
