"""Trials: how often a design, an analysis and a stopping rule are right, over simulated worlds."""

from .analyses import EachRun, MeanDifference, PosteriorOf, Reading
from .design import TwoArms
from .planning import power_curve, smallest_sample
from .result import Trials
from .run import simulate_trials

__all__ = [
    "EachRun",
    "MeanDifference",
    "PosteriorOf",
    "Reading",
    "Trials",
    "TwoArms",
    "power_curve",
    "simulate_trials",
    "smallest_sample",
]
