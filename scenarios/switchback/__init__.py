"""The switchback: one market that is treated in blocks of ten periods."""

from __future__ import annotations

from ..scenario import Scenario
from .findings import sections
from .truth import BLOCK, PARAMETERS, QUERIES, ROLES

__all__ = ["scenario"]

scenario = Scenario(
    name="switchback",
    title="What a switchback finds of an effect that carries over",
    question="One market cannot be treated and untreated at once, so a coin decides for each block "
    "of ten periods. The effect builds up and fades: of what has built up, 80% is left a period "
    "later. What would treating for good do?",
    source="ifonly.models.switchback:switchback",
    arguments={"block": BLOCK},
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    units=400,
    draws=500,
    sections=sections,
)
