"""Experiments: group units, assign them to arms, check the balance, choose whom to treat."""

from .assignment import assign
from .balance import balance
from .cohorts import cells, cohorts, members
from .doubly_robust import doubly_robust_scores
from .rate import effect_by_rank, rate, toc
from .rules import pays, rule_values
from .targeting import targeting

__all__ = [
    "assign",
    "balance",
    "cells",
    "cohorts",
    "doubly_robust_scores",
    "effect_by_rank",
    "members",
    "pays",
    "rate",
    "rule_values",
    "targeting",
    "toc",
]
