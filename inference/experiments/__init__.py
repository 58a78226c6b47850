"""What an experimenter does with units: group them, assign them, check the balance, choose whom."""

from .assignment import assign
from .balance import balance
from .cohorts import cells, cohorts, members
from .targeting import targeting

__all__ = ["assign", "balance", "cells", "cohorts", "members", "targeting"]
