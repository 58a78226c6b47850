"""Standard estimators on the same data and roles, from maintained libraries."""

from .aipw import AIPW
from .base import Estimator
from .ipw import IPW, propensity
from .learner import MetaLearner
from .naive import NaiveDifference
from .ols import OLS
from .roles import Roles
from .s_learner import SLearner
from .t_learner import TLearner
from .table import would_say
from .two_stage import TwoStageLeastSquares
from .unit_effects import UnitEffectEstimator, UnitEffects
from .x_learner import XLearner

__all__ = [
    "AIPW",
    "IPW",
    "OLS",
    "Estimator",
    "MetaLearner",
    "NaiveDifference",
    "Roles",
    "SLearner",
    "TLearner",
    "TwoStageLeastSquares",
    "UnitEffectEstimator",
    "UnitEffects",
    "XLearner",
    "propensity",
    "would_say",
]
