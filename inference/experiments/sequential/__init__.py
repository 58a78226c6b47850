"""Experiments that are looked at while they run: when to stop, and what that costs."""

from .bayesian import equivalence_rule, expected_loss_rule, posterior_rule
from .boundaries import bounds, group_sequential, size
from .confidence import confidence_sequence, confidence_sequence_rule
from .rule import StoppingRule
from .sprt import Sprt

__all__ = [
    "Sprt",
    "StoppingRule",
    "bounds",
    "confidence_sequence",
    "confidence_sequence_rule",
    "equivalence_rule",
    "expected_loss_rule",
    "group_sequential",
    "posterior_rule",
    "size",
]
