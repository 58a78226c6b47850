"""The arena: estimators of unit effects on the same data, scored against the known effects."""

from .cases import Case, Cases, WorldCases, case_roles, true_effects
from .result import Arena
from .run import arena

__all__ = ["Arena", "Case", "Cases", "WorldCases", "arena", "case_roles", "true_effects"]
