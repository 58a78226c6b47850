"""The smallest complete tour: one linear model, from its graph to two what-ifs about each unit."""

from __future__ import annotations

from ..scenario import Scenario
from .steps import sections
from .truth import PARAMETERS, QUERIES, ROLES, published

__all__ = ["scenario"]

scenario = Scenario(
    name="linear_walkthrough",
    title="The do-operator, step by step, in one linear model",
    question="One outcome has three causes. With the parameters learnt from 100 units: what would "
    "each of these units have shown if b had been 0, and if b had been five times what it was? "
    "The model is small enough to check every number by hand.",
    source="ifonly.models.linear_walkthrough:linear_walkthrough",
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    units=100,
    published=published,
    sections=sections,
)
