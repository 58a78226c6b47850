"""Which estimator is better on data like a user's: over the posterior of generators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ifonly.inference.errors import KnobError, QueryError, unknown
from ifonly.inference.estimators.unit_effects import UnitEffectEstimator
from ifonly.inference.generators.generator import Generator
from ifonly.inference.generators.knobs import Sandbox, outcome_of
from ifonly.inference.generators.rankings import Rankings, rank
from ifonly.inference.inputs.scalars import checked_seed, positive_whole
from ifonly.inference.validation.arena import arena

from .analysis import Analysis, made_of
from .cases import SandboxCases

__all__ = ["MEASURES", "ranked"]

# Of the arena, each the lower the better.
MEASURES = {
    "pehe": "error of the unit effects (root mean square)",
    "ate_error": "error of the average effect (absolute)",
}
POPULATION = 5_000  # rows of each draw's sandbox, unless more units are asked for
LEAST = 2  # draws of a generator in which the knobs can be


def ranked(
    analysis: Analysis,
    estimators: Sequence[UnitEffectEstimator],
    *,
    units: int = 1_000,
    draws: int | None = None,
    replications: int = 1,
    measure: str = "pehe",
    seed: int = 0,
) -> Rankings:
    """Return how estimators rank on data like a user's, over the posterior of generators.

    Each kept draw of the generator is one data-generating process: a sandbox of its own is made of
    it with the same knobs, and all estimators see the same table of it. Draws in which the knobs
    cannot be are left out.

    Parameters
    ----------
    analysis : Analysis
    estimators : sequence of UnitEffectEstimator
        Two at least; the arena's baselines, no effect and one effect for all, are added.
    units : int
        Of each table.
    draws : int, optional
        How many draws of the generator are taken, evenly spread; by default all.
    replications : int
        Tables of each draw.
    measure : {"pehe", "ate_error"}
    seed : int

    Returns
    -------
    Rankings

    Raises
    ------
    QueryError
        If an option has no meaning, or an estimator fails on a table.
    KnobError
        If the knobs can be in fewer than two draws.
    """
    if measure not in MEASURES:
        raise QueryError(unknown("estimators are ranked by", measure, MEASURES))
    if len({e.name for e in estimators}) < 2:
        raise QueryError("a ranking is of two estimators or more; name another")
    units, seed = positive_whole("units", units), checked_seed(seed)
    generator = analysis.generator
    taken = generator.draws if draws is None else positive_whole("draws", draws)
    if taken > generator.draws:
        raise QueryError(f"{taken} draws are asked of a generator that keeps {generator.draws}")
    rows = max(units, POPULATION)
    some = _feasible(analysis, np.linspace(0, generator.draws - 1, taken).round(), rows)

    def score(single: Generator, own: int) -> dict[str, float]:
        cases = SandboxCases("ranking", _sandbox(analysis, single, rows), units)
        table = arena(cases, estimators, 1, seed=own, progress=False).table.reset_index()
        failed = table[table["pehe"].isna()]
        if len(failed):
            row = failed.iloc[0]
            raise QueryError(f"{row['estimator']} fails on a table: {row['problem']}; leave it out")
        values = table["pehe"] if measure == "pehe" else table["ate_bias"].abs()
        return dict(zip(table["estimator"], values.astype(float), strict=True))

    return rank(generator, score, seed=seed, draws=some, replications=replications)


def _feasible(analysis: Analysis, draws: NDArray[np.float64], rows: int) -> list[int]:
    """Return the draws in which the knobs can be."""
    found: list[int] = []
    refused: KnobError | None = None
    for draw in map(int, draws):
        try:
            _sandbox(analysis, analysis.generator.single(draw), rows)
            found.append(draw)
        except KnobError as error:
            refused = error
    if len(found) < min(LEAST, len(draws)):
        raise KnobError(
            f"of {len(draws)} draws of the generator {len(draws) - len(found)} refuse the knobs: "
            f"{refused}"
        )
    return found


def _sandbox(analysis: Analysis, single: Generator, rows: int) -> Sandbox:
    """Return the sandbox of one draw of the generator, with the same knobs."""
    before = analysis.sandbox
    assert single.family is not None
    law = outcome_of(single.family, single.scale())
    covariates = single.covariates(rows, analysis.seed)
    return made_of(
        single, covariates, analysis.knobs, law, analysis.table, before.treatment, before.outcome
    )
