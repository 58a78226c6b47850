"""Effects unit by unit, by maintained libraries, behind one contract."""

from .baselines import ConstantEffect, ZeroEffect
from .causal_forests import BartzForest, StochtreeForest
from .double_ml import InteractiveRegression
from .econml_learners import CausalForest, DoublyRobust, LinearDML, MetaLearnerEffects
from .interactions import Interactions
from .registry import FunctionEstimator, estimator, estimators, register, registered, unregister

__all__ = [
    "BartzForest",
    "CausalForest",
    "ConstantEffect",
    "DoublyRobust",
    "FunctionEstimator",
    "Interactions",
    "InteractiveRegression",
    "LinearDML",
    "MetaLearnerEffects",
    "StochtreeForest",
    "ZeroEffect",
    "estimator",
    "estimators",
    "register",
    "registered",
    "unregister",
]
