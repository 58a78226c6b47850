"""`ifonly show`: what a scenario is about."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ...display.wording import number
from ..options import add_scenario, chosen
from ..terminal import Terminal

if TYPE_CHECKING:
    from ...scenario import Scenario

__all__ = ["EXAMPLES", "add_arguments", "described", "run"]

EXAMPLES = "example:\n  ifonly show linear_walkthrough"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the scenario's name."""
    add_scenario(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Show one scenario.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    scenario = chosen(args)
    facts = described(scenario)

    def show() -> None:
        terminal.print(scenario.title, bold=True)
        terminal.print()
        terminal.print(" ".join(scenario.question.split()))
        terminal.print("\nRoles", bold=True)
        terminal.table(
            ["variable", "role", "directly caused by"],
            [(n, v["role"], ", ".join(v["causes"]) or "–") for n, v in facts["variables"].items()],
            numeric=False,
        )
        terminal.print("Equations", bold=True)
        for text in facts["equations"]:
            terminal.print(f"  {text}")
        terminal.print("\nTrue parameters", bold=True)
        terminal.table(["parameter", "truth"], [(n, _short(v)) for n, v in facts["truth"].items()])
        terminal.print("Queries", bold=True)
        for label, query in facts["queries"].items():
            terminal.print(f"  {label}: {query['estimand']}")
        if scenario.variants and not args.variant:
            terminal.print("\nVariants", bold=True)
            for variant, title in facts["variants"].items():
                terminal.print(f"  {variant}: {title}")
        command = f"ifonly run {scenario.name}"
        command += f" --variant {args.variant}" if args.variant else ""
        terminal.print(
            f"\nBy default {scenario.units} units and seed {scenario.seed}. To run it: {command}"
        )

    terminal.answer(facts, show)
    return 0


def described(scenario: Scenario) -> dict[str, Any]:
    """Return what there is to know of a scenario before it is run, in plain values."""
    from ifonly.inference.scm.equations import Equations

    from ...display.formulas import equation_texts

    equations = Equations(scenario.model)
    known = {*equations.mechanisms, *equations.unit_data}
    mechanisms = [n for n in scenario.model.named_vars if n in known]
    return {
        "name": scenario.name,
        "title": scenario.title,
        "question": " ".join(scenario.question.split()),
        "variables": {
            n: {
                "role": _role(scenario, n),
                "causes": sorted(equations.causes(n, known)),
            }
            for n in mechanisms
        },
        "equations": list(equation_texts(equations).values()),
        "truth": dict(scenario.parameters),
        "queries": {
            label: {"query": type(q).__name__, "outcome": q.outcome, "estimand": q.sentence()}
            for label, q in scenario.queries.items()
        },
        "alternatives": dict(scenario.alternatives),
        "variants": {name: variant.title for name, variant in scenario.variants.items()},
        "units": scenario.units,
        "seed": scenario.seed,
    }


def _role(scenario: Scenario, name: str) -> str:
    role = scenario.roles.get(name, "")
    return f"{role} (latent)" if name in scenario.hidden and "latent" not in role else role


def _short(value: Any) -> str:
    import numpy as np

    array = np.asarray(value)
    if array.ndim == 0:
        return number(array)
    shown = ", ".join(number(v) for v in array.ravel()[:8])
    return f"[{shown}{', ...' if array.size > 8 else ''}]"
