"""The A/B test: planned, looked at, read and pooled, each figure beside its truth."""

from __future__ import annotations

from ..scenario import Scenario
from .findings import sections
from .truth import PARAMETERS, QUERIES, ROLES, UNITS

__all__ = ["scenario"]

scenario = Scenario(
    name="ab_test",
    title="An A/B test from its plan to its verdict, beside the truth",
    question="A treatment drawn by lot may raise an outcome and must not drive users away. How "
    "many users does that take, when may one stop, whom does it harm, and what do many such tests "
    "say together? A posterior, the usual tests and the true world answer side by side.",
    source="ifonly.models.ab_test:ab_test",
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    units=UNITS,
    sections=sections,
)
