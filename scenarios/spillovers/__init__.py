"""Spillovers: units on a ring whose treatment reaches their neighbours."""

from __future__ import annotations

from ..scenario import Scenario
from .findings import sections
from .truth import PARAMETERS, QUERIES, ROLES, UNITS

__all__ = ["scenario"]

scenario = Scenario(
    name="spillovers",
    title="What a treatment does when it spills over to neighbours",
    question="Half of the units are treated at random, and each unit also feels the treatment of "
    "the two beside it. What does treating everyone do? Comparing treated with untreated units "
    "cannot say: the untreated have treated neighbours too.",
    source="ifonly.models.interference:interference",
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    units=UNITS,
    seed=7,
    draws=500,
    sections=sections,
)
