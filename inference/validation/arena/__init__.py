"""The arena: estimators of unit effects on the same data, scored against the known effects."""

from .result import Arena
from .run import arena
from .trial import Trial, Trials, WorldTrials, trial_roles, true_effects

__all__ = ["Arena", "Trial", "Trials", "WorldTrials", "arena", "trial_roles", "true_effects"]
