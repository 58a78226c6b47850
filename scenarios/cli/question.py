"""The question of `ifonly ask`: which query, and the options that it takes.

The queries, their parameters and what is said of them are read from the engine's own classes. Here
stands how a parameter of each type is typed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .frames import read_frame
from .offered import kinds, one_of
from .options import positive
from .phrases import parse_groups, parse_interventions, parsed
from .rules import check_rules
from .terminal import Mistake

if TYPE_CHECKING:
    import pandas as pd

    from ifonly.inference import Query

__all__ = ["add_question", "check_question", "query_name", "read_question"]


@dataclass(frozen=True, eq=False)
class Typed:
    """How a parameter of one type is typed.

    Attributes
    ----------
    metavar : str
        What stands for it in the help.
    example : str
        One way to fill it.
    read : callable, optional
        From what argparse gives to what the query takes; it is told the option too.
    options : mapping
        Of ``add_argument``.
    """

    metavar: str | None
    example: str
    read: Callable[[Any, str], Any] = lambda given, option: given
    options: Mapping[str, Any] = MappingProxyType({})


# The seed is an option of sampling; a table of answers needs neither of the others.
LEFT = ("seed", "dose", "summary")
# What is typed under another name.
NAMES = {"q": "quantiles"}


def _asked(query: str) -> dict[str, tuple[str, Typed]]:
    """Return the options of a query: the parameter behind each, and how it is typed."""
    kind = kinds()[query]
    return {
        NAMES.get(name, name): (name, TYPED[kind.fields[name].annotation])
        for name in kind.takes
        if name not in LEFT and kind.fields[name].annotation in TYPED
    }


def _needs(query: str) -> list[str]:
    return [NAMES.get(name, name) for name in kinds()[query].needs]


def add_question(
    parser: argparse.ArgumentParser, *, title: str = "question", left: Sequence[str] = ()
) -> None:
    """Add the query, and every option that one of them takes.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    title : str
        Of the group of options.
    left : sequence of str
        Options that the command has for itself, ``"query"`` among them.
    """
    group = parser.add_argument_group(title)
    if "query" not in left:
        group.add_argument(
            "--query",
            type=query_name,
            default="ATE",
            metavar="KIND",
            help=f"{', '.join(kinds())} (default: ATE)",
        )
    askers: dict[str, dict[Typed, list[str]]] = {}
    for query in kinds():
        for option, (_, typed) in _asked(query).items():
            askers.setdefault(option, {}).setdefault(typed, []).append(query)
    for option, ways in sorted(askers.items(), key=lambda o: -sum(map(len, o[1].values()))):
        if option in left:
            continue
        words = "; ".join(_help(option, queries) for queries in ways.values())
        settings = dict(next(iter(ways)).options)
        if names := [typed.metavar for typed in ways if typed.metavar is not None]:
            settings["metavar"] = " or ".join(names)
        group.add_argument(f"--{option}", help=words, **settings)


def _help(option: str, queries: list[str]) -> str:
    """Return what the engine says of an option, and whose it is where that is few queries."""
    name, _ = _asked(queries[0])[option]
    said = kinds()[queries[0]].docs.get(name, "").replace("%", "%%").replace("`", "")
    return said if len(queries) > len(kinds()) // 2 else f"{said} ({', '.join(queries)})"


def query_name(text: str) -> str:
    """Return the name of a query as its class has it."""
    for name in kinds():
        if text.lower() == name.lower():
            return name
    raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(kinds())}")


def check_question(args: argparse.Namespace) -> None:
    """Raise a `Mistake` for an option that the query lacks, or has no use for."""
    asked = _asked(args.query)
    for option in _needs(args.query):
        if not getattr(args, option):
            example = asked[option][1].example
            raise Mistake(f"{args.query} needs --{option}, such as --{option} {example}")
    for option in dict.fromkeys(o for name in kinds() for o in _asked(name)):
        if getattr(args, option) and option not in asked:
            takes = [name for name in kinds() if option in _asked(name)]
            # One that cannot do without it is the likelier one.
            likely = next((name for name in takes if option in _needs(name)), takes[0])
            raise Mistake(
                f"--{option} means nothing to {args.query}; leave it out, or add --query {likely}"
            )
    for option, (_, typed) in asked.items():
        if (given := getattr(args, option)) is not None and given is not False:
            _check_syntax(given, f"--{option}", typed)
    check_rules(args)


def _check_syntax(given: Any, option: str, typed: Typed) -> None:
    """Raise a `Mistake` for what is not understood; unlike reading it, this loads no engine."""
    if typed.read not in (_phrases, _single):
        typed.read(given, option)
        return
    found = parsed(given, option)
    if ladders := [n for n, steps in found.items() if typed.read is _single and len(steps) > 1]:
        raise Mistake(f"{option} gives several values of {ladders[0]!r}; give one")


def read_question(args: argparse.Namespace) -> Query:
    """Return the query that was typed."""
    from ifonly.inference import queries

    # With a kept posterior nothing else is random; without, it seeds the sampler and is carried on.
    options: dict[str, Any] = {"seed": args.seed if args.posterior else None}
    for option, (name, typed) in _asked(args.query).items():
        if given := getattr(args, option):
            options[name] = typed.read(given, f"--{option}")
    query: Query = getattr(queries, args.query)(**options)
    return query


def _phrases(given: list[str], option: str) -> dict[str, Any]:
    return parse_interventions(given, option)


def _single(given: list[str], option: str) -> dict[str, Any]:
    return parse_interventions(given, option)


def _by(given: list[str], option: str) -> Any:
    if given == ["unit"]:
        return "unit"
    groups = parse_groups(given)
    return tuple(groups) if all(rule is None for rule in groups.values()) else groups


def _numbers(given: str, option: str) -> list[float]:
    try:
        return [float(q) for q in given.split(",")]
    except ValueError:
        raise Mistake(f"{option} takes numbers such as 0.1,0.5, not {given}") from None


def _number(given: str, option: str) -> float:
    try:
        return float(given)
    except ValueError:
        raise Mistake(f"{option} takes a number such as 0.1, not {given}") from None


def _names(given: str, option: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]


def _paths(given: list[str], option: str) -> list[list[str]]:
    paths = [[name.strip() for name in path.replace("->", ">").split(">")] for path in given]
    for path in paths:
        if len(path) < 2 or not all(path):
            raise Mistake(f'{option} {">".join(path)!r} is no path; write it as "T > M > Y"')
    return paths


def _couplings(given: str, option: str) -> str | dict[str, str]:
    if "=" not in given:
        return given
    pairs = [[part.strip() for part in pair.split("=")] for pair in given.split(",")]
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise Mistake(f'{option} {given!r} is not understood; write "Y=independent"')
    return dict(pairs)


def _table(given: str, option: str) -> pd.DataFrame:
    return read_frame(given)


_APPEND = MappingProxyType({"action": "append"})
_FLAG = MappingProxyType({"action": "store_true"})
# By the annotation of the parameter. What has no entry, such as a function, is left to Python.
TYPED: Mapping[str, Typed] = {
    "str": Typed("NAME", "NAME"),
    "bool": Typed(None, "", options=_FLAG),
    "int | None": Typed("N", "1000", options=MappingProxyType({"type": positive})),
    "Units | None": Typed(
        None, "new", options=MappingProxyType({"choices": one_of("queries/base.py", "Units")})
    ),
    "DoLike": Typed("PHRASE", '"T=1"', _phrases, _APPEND),
    "Mapping[str, Any]": Typed("PHRASE", '"M=0"', _single, _APPEND),
    "Mapping[str, Any] | None": Typed("PHRASE", '"T=0"', _single, _APPEND),
    "str | Sequence[str]": Typed("M,M,...", "M", _names),
    "Sequence[str] | Sequence[Sequence[str]]": Typed("'T > M > Y'", '"T > M > Y"', _paths, _APPEND),
    "float": Typed("NUMBER", "0.1", _number),
    "float | Sequence[float]": Typed("Q,Q,...", "0.1,0.5,0.9", _numbers),
    "str | Mapping[str, str] | None": Typed("[V=]NAME,...", "monotone", _couplings),
    "By": Typed("COLUMN[:BINS]", "sex, or --by age:4", _by, _APPEND),
    "Data | None": Typed("TABLE", "new.csv", _table),
    "float | None": Typed("C", "2.5", options=MappingProxyType({"type": float})),
    "Literal['unit'] | None": Typed("unit", "unit", _by, _APPEND),
}
