"""The logged bandit: three arms, two goals, and a log of which arm each user got."""

from __future__ import annotations

from ..scenario import Scenario
from .findings import sections
from .truth import PARAMETERS, QUERIES, ROLES

__all__ = ["scenario"]

scenario = Scenario(
    name="logged_bandit",
    title="What another policy would have been worth, and what arms trade off",
    question="A system showed each user one of three offers, at random with known probabilities "
    "that depend on the user. What would it have earned had it followed another rule? Which "
    "offer is best if revenue and retention both count? And what would a bandit have lost while "
    "it learnt?",
    source="ifonly.models.logged_bandit:logged_bandit",
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    units=2_000,
    seed=11,
    draws=250,
    sections=sections,
)
