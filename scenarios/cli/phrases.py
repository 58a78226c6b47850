"""Interventions and groups as they are typed: ``T=1``, ``T+0.5``, ``T*2``, ``age:4``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .terminal import Mistake

__all__ = ["parse_groups", "parse_interventions", "parsed"]

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
PHRASE = re.compile(rf"([^=|]+?)\s*([=+*-])\s*({NUMBER}(?:\s*\|\s*{NUMBER})*)")
LABEL = r"(?:'[^'|]+'|[^\W\d_][\w ./-]*)"
LABELLED = re.compile(rf"([^=|]+?)\s*(=)\s*({LABEL}(?:\s*\|\s*{LABEL})*)")
GRAMMAR = (
    """"T=1" sets ("T=pro" by label), "T+0.5" and "T-0.5" shift, "T*2" scales, "T=1, S+0.5" """
    'does both at once, "T=0|1|2" asks once for each'
)


def parse_interventions(phrases: Iterable[str], option: str) -> dict[str, Any]:
    """Return interventions by variable; a value is a list where several doses were typed.

    Parameters
    ----------
    phrases : iterable of str
        Each one or more of ``NAME=NUMBER``, ``NAME+NUMBER``, ``NAME-NUMBER``, ``NAME*NUMBER``,
        parted by commas; ``NUMBER|NUMBER`` gives several doses. ``NAME=LABEL`` sets a label, in
        single quotes where it is no word.
    option : str
        What the user typed them after, for the message.

    Returns
    -------
    dict of str to Intervention or list of Intervention

    Raises
    ------
    Mistake
        If a phrase is none of these, or two are about one variable.

    Examples
    --------
    >>> parse_interventions(["T=1, S-0.5", "U*2|3"], "--do")
    {'T': set_to(1), 'S': shift(-0.5), 'U': [scale(2), scale(3)]}
    >>> parse_interventions(["plan=pro", "size='10 cm'"], "--do")
    {'plan': set_to('pro'), 'size': set_to('10 cm')}
    """
    return {name: _interventions(steps) for name, steps in parsed(phrases, option).items()}


def parsed(phrases: Iterable[str], option: str) -> dict[str, list[tuple[str, float | str]]]:
    """Return of each variable its signs and numbers, as they were typed; loads nothing.

    Parameters
    ----------
    phrases : iterable of str
    option : str

    Raises
    ------
    Mistake
        If a phrase is none of `parse_interventions`, or two are about one variable.

    Examples
    --------
    >>> parsed(["T=1, U*2|3"], "--do")
    {'T': [('=', 1.0)], 'U': [('*', 2.0), ('*', 3.0)]}
    """
    found: dict[str, list[tuple[str, float | str]]] = {}
    for phrase in (p.strip() for text in phrases for p in text.split(",")):
        number = PHRASE.fullmatch(phrase)
        match = number or LABELLED.fullmatch(phrase)
        if match is None:
            raise Mistake(f"{option} {phrase!r} is not understood: {GRAMMAR}")
        name, sign, values = match[1].strip(), match[2], match[3].split("|")
        if name in found:
            raise Mistake(f"{option} says two things of {name!r}; say one")
        found[name] = [(sign, float(v) if number else v.strip().strip("'")) for v in values]
    return found


def _interventions(steps: list[tuple[str, float | str]]) -> Any:
    made = [_intervention(*step) for step in steps]
    return made[0] if len(made) == 1 else made


def _intervention(sign: str, value: float | str) -> Any:
    from ifonly.inference import scale, set_to, shift

    if sign == "=" or isinstance(value, str):
        return set_to(value)
    if sign == "*":
        return scale(value)
    return shift(-value if sign == "-" else value)


def parse_groups(phrases: Iterable[str]) -> dict[str, Any]:
    """Return what CATE groups by: None for distinct values, a number of bins, or edges.

    Raises
    ------
    Mistake
        If a phrase is not understood.

    Examples
    --------
    >>> parse_groups(["sex, age:4", "income:10|20"])
    {'sex': None, 'age': 4, 'income': [10.0, 20.0]}
    """
    found: dict[str, Any] = {}
    for phrase in (p.strip() for text in phrases for p in text.split(",")):
        name, colon, rule = (part.strip() for part in phrase.partition(":"))
        try:
            if not name or (colon and not rule):
                raise ValueError
            if name in found:
                raise Mistake(f"--by names {name!r} twice; name it once")
            edges = [float(v) for v in rule.split("|")] if "|" in rule else None
            found[name] = edges if edges else int(rule) if colon else None
        except ValueError:
            raise Mistake(
                f'--by {phrase!r} is not understood: "sex" groups by distinct values, "age:4" in '
                'four bins with equally many units, "age:30|50" at these edges'
            ) from None
    return found
