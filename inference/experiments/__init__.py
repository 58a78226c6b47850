"""Experiments: group units, assign them to arms, check the balance, choose whom to treat."""

from .assignment import assign
from .balance import balance
from .cohorts import cells, cohorts, members
from .off_policy import chosen_by, off_policy
from .pareto import pareto, trade_off
from .targeting import targeting

__all__ = [
    "assign",
    "balance",
    "cells",
    "chosen_by",
    "cohorts",
    "members",
    "off_policy",
    "pareto",
    "targeting",
    "trade_off",
]
