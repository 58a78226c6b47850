"""Options that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .. import TITLES, VARIANTS
from ..analyses import EFFECT_MODELS
from .files import check_inputs
from .glance import hint
from .offered import estimators, one_of
from .terminal import Mistake

if TYPE_CHECKING:
    from ..scenario import Scenario

__all__ = [
    "BACKENDS",
    "METHODS",
    "SAMPLERS",
    "add_level",
    "add_sampling",
    "add_scenario",
    "check_estimators",
    "chosen",
    "positive",
    "scenario_name",
]

SAMPLERS = one_of("conditioning/samplers.py", "Sampler")
BACKENDS = one_of("engine/vectorized.py", "Backend")
METHODS = one_of("conditioning/methods.py", "Method")
# Counts beyond 32 bits overflow inside the samplers.
MOST = 2**31 - 1


def positive(text: str) -> int:
    """Return a positive whole number."""
    try:
        value = int(text.replace("_", ""))
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive whole number")
    if value > MOST:
        raise argparse.ArgumentTypeError(f"{text} is more than any machine holds; at most {MOST}")
    return value


def natural(text: str) -> int:
    """Return a whole number that is not negative."""
    try:
        value = int(text)
    except ValueError:
        value = -1
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 up")
    if value >= 2**63:
        raise argparse.ArgumentTypeError(f"{text} is beyond 2**63 - 1")
    return value


def probability(text: str) -> float:
    """Return a probability: a number between 0 and 1, neither of the two."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no probability between 0 and 1")
    return value


def add_level(group: argparse._ActionsContainer) -> None:
    """Add the probability of the intervals, which is `ci_prob` in Python."""
    group.add_argument(
        "--level", type=probability, default=0.95, metavar="P", help="of the intervals (0.95)"
    )


def add_scenario(parser: argparse.ArgumentParser) -> None:
    """Add the name of a scenario."""
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a scenario; `ifonly list` names them. Or a Python file with one, which is executed",
    )
    parser.add_argument("--variant", metavar="VARIANT", help="of it; `ifonly show NAME` names them")


def scenario_name(name: str, variant: str | None = None) -> str:
    """Return `name` if there is such a scenario, or the name of the file that holds one.

    Parameters
    ----------
    name : str
    variant : str, optional
        Of the scenario; a file's are known when it is executed.

    Raises
    ------
    Mistake
        If there is none.
    """
    if name.endswith(".py"):
        check_inputs(name)
        return Path(name).stem
    if name not in TITLES:
        raise Mistake(
            f"there is no scenario {name!r}; there is {', '.join(TITLES)}{hint(name, TITLES)}"
        )
    known = VARIANTS.get(name, ())
    if variant is not None and variant not in known:
        raise Mistake(
            f"{name} has no variant {variant!r}; it has {', '.join(known) or 'none'}"
            f"{hint(variant, known)}"
        )
    return name


def check_estimators(text: str, option: str) -> None:
    """Return nothing if estimators of unit effects have these names; the engine is not loaded.

    Parameters
    ----------
    text : str
        With commas between; ``package.module:object`` is looked at when it is imported.
    option : str
        What the user typed them after.

    Raises
    ------
    Mistake
        If there is none of a name, or no name.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    known = {*estimators(), *EFFECT_MODELS}
    if not names:
        raise Mistake(f"{option} should name estimators, with commas between, such as ols,splines")
    for name in names:
        if name not in known and ":" not in name:
            raise Mistake(
                f"{option} names {name!r}, which does not exist; there is "
                f"{', '.join(sorted(known))}{hint(name, known)}"
            )


def chosen(args: argparse.Namespace) -> Scenario:
    """Return the scenario, or the variant of it, that was named; this loads PyMC."""
    from .. import get

    name = scenario_name(args.name, args.variant)
    if args.name.endswith(".py"):
        from .usermodel import load_scenario

        scenario = load_scenario(args.name)
    else:
        scenario = get(name)
    return scenario.variant(args.variant) if args.variant else scenario


def add_sampling(
    parser: argparse.ArgumentParser,
    *,
    draws: int | str = 1000,
    tune: int = 1000,
    chains: int = 4,
    method: str = "the scenario's",
    backend: bool = True,
) -> None:
    """Add how the posterior is drawn, and on what answers are computed.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    draws, tune, chains, method
        The defaults that the help names.
    backend : bool
        Whether the command answers queries.
    """
    group = parser.add_argument_group("sampling")
    group.add_argument(
        "--method",
        choices=METHODS,
        help=f"sample latents, integrate them out, or approximate for many units ({method})",
    )
    group.add_argument("--sampler", choices=SAMPLERS, help="default: what fits the machine")
    group.add_argument("--draws", type=positive, metavar="N", help=f"kept per chain ({draws})")
    group.add_argument("--tune", type=positive, metavar="N", help=f"steps per chain ({tune})")
    group.add_argument("--chains", type=positive, metavar="N", help=f"number of chains ({chains})")
    group.add_argument("--seed", type=natural, metavar="S", help="of everything random")
    if backend:
        group.add_argument(
            "--target-accept",
            type=probability,
            metavar="P",
            help="of tuning (0.8); raise if it diverges",
        )
        group.add_argument("--backend", choices=BACKENDS, help="what answers are computed on")
