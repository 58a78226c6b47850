"""Bandits: rules that choose arms, what they lose, and what their data still say."""

from .adaptive import arm_means
from .arms import Arms, Binary, Linear, Offer, Outcomes
from .play import play
from .regret import lai_robbins
from .rules import UCB1, LinUCB, NormalThompson, Record, Rule, Thompson

__all__ = [
    "UCB1",
    "Arms",
    "Binary",
    "LinUCB",
    "Linear",
    "NormalThompson",
    "Offer",
    "Outcomes",
    "Record",
    "Rule",
    "Thompson",
    "arm_means",
    "lai_robbins",
    "play",
]
