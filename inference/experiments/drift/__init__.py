"""Drift: populations that shift, processes that change, and experiments that ramp up."""

from .charts import average_run_length, cusum, decision_interval
from .detectors import detect
from .ramp import ramp_up
from .shift import effective_fraction, importance_weights, reweighted

__all__ = [
    "average_run_length",
    "cusum",
    "decision_interval",
    "detect",
    "effective_fraction",
    "importance_weights",
    "ramp_up",
    "reweighted",
]
