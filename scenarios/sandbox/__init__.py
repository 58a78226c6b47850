"""The sandbox: real tables whose overlap, effect and hidden confounding are turned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ifonly.inference import Posterior, World

from ..scenario import Scenario, Section
from .truth import LEVELS, TABLES, queries

if TYPE_CHECKING:
    from ..analyses.sandbox.cases import SandboxCases

__all__ = ["scenario"]

WORDS = {
    1: "an effect that is the same for all, full overlap, nothing hidden",
    2: "an effect that differs, less overlap, a constant hidden confounding",
    3: "an effect that bends, little overlap, a hidden confounding that depends on the treatment",
}


def _sections(name: str, level: int, world: World, posterior: Posterior) -> Iterator[Section]:
    from ..analyses.sandbox.report import knob_section
    from .learnt import analysis

    yield knob_section(analysis(name, level))


def _cases(name: str, level: int, units: int) -> SandboxCases:
    from ..analyses.sandbox.cases import SandboxCases
    from .learnt import analysis

    return SandboxCases.of(f"sandbox:{name}_{level}", analysis(name, level), units)


def _scenario(name: str, level: int) -> Scenario:
    table = TABLES[name]
    t, y = table.treatment, table.outcome
    return Scenario(
        name="sandbox",
        title="Real tables whose overlap, effect and hidden confounding are turned",
        question=f"What does {t} do to {y}? Units are drawn from a generator learnt from a real "
        f"table ({table.source}), with {WORDS[level]}. The truth of every unit is known. U moves "
        "treatment and outcome, and nobody sees it.",
        source="ifonly.scenarios.sandbox.learnt:model",
        parameters={f"{t}_intercept": 0.0, f"{y}_intercept": 0.0, f"{y}_on_{t}": 0.0},
        roles=dict.fromkeys(table.covariates, "confounder")
        | {"row": "row of the population", "U": "hidden confounder"}
        | {t: "treatment", y: "outcome"},
        queries=queries(name),
        hidden=("U",),
        units=1_000,
        method="marginal",
        draws=500,
        arguments={"name": name, "level": level},
        sections=partial(_sections, name, level),
        cases=partial(_cases, name, level),
    )


_hardest = _scenario("births", 3)
scenario = replace(_hardest, variants={f"{n}_{k}": _scenario(n, k) for n in TABLES for k in LEVELS})
