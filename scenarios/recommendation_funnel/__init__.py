"""The recommendation funnel: what a better recommendation does, on average and row by row."""

from __future__ import annotations

from collections.abc import Iterator

from ifonly.inference import Posterior, World

from ..scenario import Scenario, Section
from .truth import PARAMETERS, QUERIES, ROLES, published

__all__ = ["scenario"]


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield what the funnel's published analysis shows, each beside the truth.

    Parameters
    ----------
    world : World
    posterior : Posterior

    Yields
    ------
    Section
    """
    from ..reports.findings import Pair
    from . import checks, population, rows

    pair = Pair(world, posterior)
    yield rows.figures_table(pair)
    yield from population.sections(pair)
    outcomes = population.outcomes(pair)
    yield population.hard_and_soft(outcomes)
    yield from rows.sections(pair)
    yield population.policies(outcomes)
    yield checks.checklist(pair)


scenario = Scenario(
    name="recommendation_funnel",
    title="What a better recommendation does, on average and row by row",
    question="Users see recommendations, watch, and come back next week. What would raising the "
    "quality of recommendations by half a point do to next week's value: in the population, for "
    "this user, for those with low intent? The published answers come from DoWhy's `gcm` with tree "
    "ensembles; the true equations are known, so every answer has a truth beside it.",
    source="ifonly.models.recommendation_funnel:recommendation_funnel",
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    units=4_000,
    seed=2026,
    published=published,
    sections=sections,
    alternatives={
        "flexible": "ifonly.models.recommendation_funnel_flexible:recommendation_funnel_flexible"
    },
)
