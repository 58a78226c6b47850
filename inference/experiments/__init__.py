"""Experiments: plan them, assign units to arms, look while they run, read and pool them."""

from .assignment import assign
from .balance import balance
from .cohorts import cells, cohorts, members
from .sequential import (
    Sprt,
    StoppingRule,
    bounds,
    confidence_sequence,
    confidence_sequence_rule,
    equivalence_rule,
    expected_loss_rule,
    group_sequential,
    posterior_rule,
    size,
)
from .targeting import targeting

__all__ = [
    "Sprt",
    "StoppingRule",
    "assign",
    "balance",
    "bounds",
    "cells",
    "cohorts",
    "confidence_sequence",
    "confidence_sequence_rule",
    "equivalence_rule",
    "expected_loss_rule",
    "group_sequential",
    "members",
    "posterior_rule",
    "size",
    "targeting",
]
