"""What the text of a question tells of itself: refused before the engine is loaded."""

from __future__ import annotations

import argparse
import math
from collections.abc import Collection
from itertools import pairwise

from .phrases import parse_groups, parsed
from .terminal import Mistake

__all__ = ["check_rules"]

# As `set_to` and its like take them.
MOST, ENDLESS = 1e150, ("nan", "inf", "infinity")


def check_rules(args: argparse.Namespace) -> None:
    """Return nothing if numbers, names and paths of a question can be what they are given as.

    Parameters
    ----------
    args : argparse.Namespace

    Raises
    ------
    Mistake
        If one cannot.
    """
    _check_numbers(args)
    _check_groups(getattr(args, "by", None) or ())
    acted = {o: set(parsed(getattr(args, o, None) or (), f"--{o}")) for o in ("do", "versus")}
    moved = acted["do"] | acted["versus"]
    _check_mediators(args, moved)
    for path in getattr(args, "path", None) or ():
        _check_path(path, args.outcome, acted["do"])
    held = parsed(getattr(args, "hold", None) or (), "--hold")
    if both := moved & set(held):
        raise Mistake(f"--hold names {min(both)!r}, which --do or --versus sets too; name it once")
    if args.outcome in held:
        raise Mistake(f"--hold names {args.outcome!r}, the outcome; hold what acts on it")
    roles = [getattr(args, role, None) for role in ("treatment", "instrument")]
    if roles[0] and roles[0] in (roles[1], args.outcome):
        raise Mistake(f"--treatment {roles[0]} is given another role too; they are two variables")


def _check_numbers(args: argparse.Namespace) -> None:
    """Raise a `Mistake` for a number that no query takes."""
    for text in (getattr(args, "quantiles", None) or "").split(","):
        if text and not 0 <= float(text) <= 1:
            raise Mistake(f"--quantiles are probabilities between 0 and 1, not {text}")
    if (margin := getattr(args, "margin", None)) and not 0 < float(margin) < 0.5:
        raise Mistake(f"--margin is a number above 0 and below 0.5, not {margin}")
    if (above := getattr(args, "above", None)) is not None and not math.isfinite(above):
        raise Mistake(f"--above is a number, not {above}")
    for option in ("do", "versus", "hold"):
        for name, steps in parsed(getattr(args, option, None) or (), f"--{option}").items():
            for _, value in steps:
                endless = isinstance(value, str) and value.lower() in ENDLESS
                if endless or (isinstance(value, float) and not abs(value) <= MOST):
                    raise Mistake(
                        f"--{option} gives {name!r} {value}; give a finite number, none beyond "
                        f"{MOST:g}"
                    )


def _check_groups(given: Collection[str]) -> None:
    for name, rule in parse_groups(given).items():
        if isinstance(rule, int) and rule < 2:
            raise Mistake(f"--by groups {name!r} in {rule} bins; give at least 2")
        if isinstance(rule, list):
            rising = all(map(math.isfinite, rule)) and all(a < b for a, b in pairwise(rule))
            if not rising:
                edges = "|".join(f"{e:g}" for e in rule)
                raise Mistake(f"--by groups {name!r} at edges {edges}; give rising numbers")


def _check_mediators(args: argparse.Namespace, moved: Collection[str]) -> None:
    if (given := getattr(args, "mediators", None)) is None:
        return
    names = [name.strip() for name in given.split(",") if name.strip()]
    if not names or len(set(names)) < len(names):
        raise Mistake(f"--mediators {given!r} should name mediators, each once")
    if wrong := [n for n in names if n in moved or n == args.outcome]:
        raise Mistake(
            f"--mediators names {wrong[0]!r}, which is the outcome, or which --do or --versus "
            "sets; name what lies between them"
        )


def _check_path(path: str, outcome: str, moved: Collection[str]) -> None:
    names = [name.strip() for name in path.replace("->", ">").split(">")]
    if len(set(names)) < len(names):
        raise Mistake(f"--path {path!r} names a variable twice")
    if names[0] not in moved:
        raise Mistake(f"--path {path!r} does not begin at what --do acts on: {', '.join(moved)}")
    if names[-1] != outcome:
        raise Mistake(f"--path {path!r} does not end at the outcome {outcome!r}")
    if replaced := [n for n in names[1:] if n in moved]:
        raise Mistake(f"--path {path!r} meets {replaced[0]!r}, which --do sets; begin there")
