"""Experiments: group units, assign them to arms, check the balance, choose whom to treat."""

from .assignment import assign
from .balance import balance
from .cohorts import cells, cohorts, members
from .targeting import targeting

__all__ = ["assign", "balance", "cells", "cohorts", "members", "targeting"]
