"""What a model's own causal graph says: adjustment, instruments, colliders, independencies."""

from .adjustment import BackDoor, back_door, default_adjustment, front_door, is_back_door_set
from .causal import CausalGraph
from .held import ConditioningProblem, colliders, conditioning_problems
from .independencies import Independence, check_independencies, implied_independencies
from .instruments import Instrument, instrument_problem, instruments
from .latents import unidentified_latents, warn_of_latents
from .strength import warn_of_weak_instruments

__all__ = [
    "BackDoor",
    "CausalGraph",
    "ConditioningProblem",
    "Independence",
    "Instrument",
    "back_door",
    "check_independencies",
    "colliders",
    "conditioning_problems",
    "default_adjustment",
    "front_door",
    "implied_independencies",
    "instrument_problem",
    "instruments",
    "is_back_door_set",
    "unidentified_latents",
    "warn_of_latents",
    "warn_of_weak_instruments",
]
