"""The experiment: fifty thousand users, a hidden confounder, and what their treatment does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ifonly.inference import Posterior, World

from ..scenario import Scenario, Section
from .truth import PARAMETERS, QUERIES, ROLES, published
from .variants import variants

if TYPE_CHECKING:
    from ..reports.findings import Pair

__all__ = ["scenario"]


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield what an experimenter looks at, each beside the truth, and the published rows.

    Parameters
    ----------
    world : World
    posterior : Posterior

    Yields
    ------
    Section
    """
    from ..reports.findings import Pair
    from . import claims, others

    yield from _findings(Pair(world, posterior))
    rows = published()
    theirs = others.on_published(posterior, rows)
    yield others.of_rows(posterior.model, rows, theirs)
    yield claims.section(theirs, rows)


def sections_of_variant(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield the same of a variant, whose rows nobody has published."""
    from ..reports.findings import Pair
    from . import others

    pair = Pair(world, posterior)
    yield from _findings(pair)
    yield others.of_world(pair)


def _findings(pair: Pair) -> Iterator[Section]:
    from . import effects, latent, units

    yield from units.sections(pair)
    yield latent.section(pair)
    yield from effects.sections(pair)


_homogeneous = Scenario(
    name="experiment",
    title="What a treatment does when a confounder is hidden",
    question="Users are encouraged to take a treatment (Z), and some do (T). It works directly and "
    "through exposure. Something that nobody measured (u) drives who takes it and what comes of "
    "it. What does the treatment do: to everybody, to those who took it, in each segment? Is it "
    "worth its cost? The standard analyses are biased by u or throw most of the data away; the "
    "model uses the instrument, the proxy and the collider together.",
    source="ifonly.models.experiment:experiment",
    parameters=PARAMETERS,
    roles=ROLES,
    queries=QUERIES,
    hidden=("u",),
    units=50_000,
    seed=123,
    method="laplace",
    draws=110,
    published=published,
    sections=sections,
)
_of_variants = replace(_homogeneous, published=None, sections=sections_of_variant)
scenario = replace(_homogeneous, variants=variants(_of_variants))
