"""The ramp-up: a treatment that works every day, and looks harmful over all days."""

from __future__ import annotations

from ..scenario import Scenario
from .findings import sections
from .truth import PARAMETERS, QUERIES, ROLES

__all__ = ["scenario"]

scenario = Scenario(
    name="ramp_up",
    title="A ramp-up whose pooled effect has the wrong sign",
    question="A change is shown to 5% of the visitors on the first day, and to half of them on the "
    "fourth. The visitors of the first day convert often, those of the fourth rarely. Does the "
    "change help? All visitors taken together say that it harms.",
    source="ifonly.models.ramp_up:ramp_up",
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    units=6_000,
    draws=250,
    sections=sections,
)
