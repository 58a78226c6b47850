"""Experiments: group units, assign them to arms, check the balance, choose whom to treat."""

from .assignment import assign
from .balance import balance
from .cohorts import cells, cohorts, members
from .doubly_robust import doubly_robust_scores
from .no_contrast import Region, no_contrast, warn_of_no_contrast
from .off_policy import chosen_by, off_policy
from .pareto import pareto, trade_off
from .rate import effect_by_rank, rate, toc
from .rules import pays, rule_values
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
    "Region",
    "Sprt",
    "StoppingRule",
    "assign",
    "balance",
    "bounds",
    "cells",
    "chosen_by",
    "cohorts",
    "confidence_sequence",
    "confidence_sequence_rule",
    "doubly_robust_scores",
    "effect_by_rank",
    "equivalence_rule",
    "expected_loss_rule",
    "group_sequential",
    "members",
    "no_contrast",
    "off_policy",
    "pareto",
    "pays",
    "posterior_rule",
    "rate",
    "rule_values",
    "size",
    "targeting",
    "toc",
    "trade_off",
    "warn_of_no_contrast",
]
