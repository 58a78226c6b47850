"""The heterogeneous exposure: an effect that differs between users, and whom to expose."""

from __future__ import annotations

from collections.abc import Iterator

from ifonly.inference import Posterior, World

from ..scenario import Scenario, Section
from .truth import PARAMETERS, QUERIES, ROLES, published

__all__ = ["scenario"]


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield what an analyst of effects that differ looks at, each beside the truth.

    Parameters
    ----------
    world : World
    posterior : Posterior

    Yields
    ------
    Section
    """
    from . import averages, flexible, overlap, question, reference, targets, units
    from .analyses import Analyses

    found = Analyses.of(world, posterior)
    yield from question.sections(found)
    yield from averages.sections(found)
    yield units.section(found)
    rows, missing = flexible.scored_or_ours(found)
    yield flexible.section(rows)
    yield from targets.sections(found)
    yield from overlap.sections(found)
    yield flexible.comparison(rows, missing)
    yield reference.section(posterior)


scenario = Scenario(
    name="heterogeneous_exposure",
    title="For whom an exposure works, and whom to expose",
    question="Users are exposed to a recommendation or not, and the likely buyers more often. The "
    "exposure raises the weekly value of most users and lowers that of some. What does it do on "
    "average, in each segment, for each user? Whom should it be shown to when it costs "
    "something, and for whom do the data say nothing?",
    source="ifonly.models.heterogeneous_exposure:heterogeneous_exposure",
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    units=5_000,
    seed=707,
    draws=250,
    published=published,
    sections=sections,
    alternatives={"interactions": "ifonly.models.heterogeneous_exposure:interactions"},
)
