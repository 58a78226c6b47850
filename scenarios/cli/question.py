"""The question of `ifonly ask`: which query, and the options that it takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .options import positive
from .terminal import Mistake

if TYPE_CHECKING:
    from ifonly.inference import Query

__all__ = ["KINDS", "Kind", "add_question", "check_question", "read_question"]


@dataclass(frozen=True)
class Kind:
    """What a query is asked with.

    Attributes
    ----------
    needs : mapping of str to str
        The options that it cannot do without, each with an example.
    takes : tuple of str
        Those that it may have.
    """

    needs: Mapping[str, str]
    takes: tuple[str, ...]


_DO = {"outcome": "Y", "do": '"T=1"'}
_CAUSATION = Kind({**_DO, "versus": '"T=0"'}, ("bounds", "by"))
_COMPLIANCE = {"treatment": "T", "instrument": "Z"}
KINDS: Mapping[str, Kind] = {
    "ATE": Kind(_DO, ("versus", "expectation")),
    "ATT": Kind(_DO, ("versus", "expectation")),
    "ATU": Kind(_DO, ("versus", "expectation")),
    "CATE": Kind({**_DO, "by": "sex, or --by age:4"}, ("versus", "expectation")),
    "ITE": Kind(_DO, ("versus", "expectation")),
    "QTE": Kind(_DO, ("versus", "expectation", "quantiles")),
    "Counterfactual": Kind(_DO, ("expectation",)),
    "PotentialOutcome": Kind(_DO, ("expectation",)),
    "NDE": Kind({**_DO, "mediators": "M"}, ("versus", "expectation", "pure", "by")),
    "NIE": Kind({**_DO, "mediators": "M"}, ("versus", "expectation", "pure", "by")),
    "CDE": Kind({**_DO, "hold": '"M=0"'}, ("versus", "expectation", "by")),
    "PSE": Kind({**_DO, "path": '"T > M > Y"'}, ("versus", "expectation", "by")),
    "LATE": Kind({"outcome": "Y", **_COMPLIANCE}, ("expectation", "by")),
    "PrincipalStrata": Kind(_COMPLIANCE, ("by",)),
    "PN": _CAUSATION,
    "PS": _CAUSATION,
    "PNS": _CAUSATION,
}
ALL = tuple(dict.fromkeys(o for kind in KINDS.values() for o in (*kind.needs, *kind.takes)))


def add_question(parser: argparse.ArgumentParser) -> None:
    """Add the query, and every option that one of them takes."""
    group = parser.add_argument_group("question")
    group.add_argument("--outcome", metavar="Y")
    group.add_argument("--do", action="append", metavar="PHRASE", help="see below")
    group.add_argument("--versus", action="append", metavar="PHRASE", help="default: as it was")
    group.add_argument(
        "--query",
        type=_name,
        default="ATE",
        metavar="KIND",
        help=f"{', '.join(KINDS)} (default: ATE)",
    )
    group.add_argument(
        "--by",
        action="append",
        metavar="COLUMN[:BINS]",
        help="groups of a CATE; `unit`: unit by unit, of the queries from NDE on",
    )
    group.add_argument("--quantiles", metavar="Q,Q,...", help="probabilities of a QTE")
    group.add_argument("--mediators", metavar="M,M,...", help="of an NDE or NIE")
    group.add_argument(
        "--pure", action="store_true", help="the other decomposition into NDE and NIE"
    )
    group.add_argument(
        "--hold", action="append", metavar="PHRASE", help="what a CDE holds in both worlds"
    )
    group.add_argument(
        "--path",
        action="append",
        metavar="'T > M > Y'",
        help="of a PSE; several are taken together",
    )
    group.add_argument("--treatment", metavar="T", help="binary, of LATE and PrincipalStrata")
    group.add_argument("--instrument", metavar="Z", help="a cause of it, 0 or 1")
    group.add_argument("--bounds", action="store_true", help="Tian and Pearl's, of PN, PS and PNS")
    group.add_argument(
        "--coupling",
        metavar="[V=]NAME,...",
        help="of all discrete variables, or some: monotone, process, gumbel_max, independent",
    )
    group.add_argument("--units", choices=("observed", "new"))
    group.add_argument("--size", type=positive, metavar="N", help="how many new units")
    group.add_argument(
        "--expectation",
        action="store_true",
        help="of the outcome's mean given its parents, without its own noise",
    )


def _name(text: str) -> str:
    for name in KINDS:
        if text.lower() == name.lower():
            return name
    raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(KINDS)}")


def check_question(args: argparse.Namespace) -> None:
    """Raise a `Mistake` for an option that the query lacks, or has no use for."""
    kind = KINDS[args.query]
    for option, example in kind.needs.items():
        if not getattr(args, option):
            raise Mistake(f"{args.query} needs --{option}, such as --{option} {example}")
    for option in ALL:
        if getattr(args, option) and option not in {*kind.needs, *kind.takes}:
            first = next(n for n, k in KINDS.items() if option in {*k.needs, *k.takes})
            raise Mistake(
                f"--{option} means nothing to {args.query}; leave it out, or add --query {first}"
            )


def read_question(args: argparse.Namespace) -> Query:
    """Return the query that was typed."""
    from ifonly.inference import queries

    kind = KINDS[args.query]
    options: dict[str, Any] = {"units": args.units, "size": args.size}
    # With a kept posterior nothing else is random; without, it seeds the sampler and is carried on.
    options["seed"] = args.seed if args.posterior else None
    if args.coupling:
        options["coupling"] = _couplings(args.coupling)
    for option in (*kind.needs, *kind.takes):
        if given := getattr(args, option):
            read = READERS.get(option)
            options[NAMES.get(option, option)] = read(given) if read else given
    query: Query = getattr(queries, args.query)(**options)
    return query


def _do(given: list[str]) -> dict[str, Any]:
    from .phrases import parse_interventions

    return parse_interventions(given, "--do")


def _versus(given: list[str]) -> dict[str, Any]:
    return _single(given, "--versus")


def _hold(given: list[str]) -> dict[str, Any]:
    return _single(given, "--hold")


def _single(given: list[str], option: str) -> dict[str, Any]:
    from .phrases import parse_interventions

    found = parse_interventions(given, option)
    if ladders := [n for n, v in found.items() if isinstance(v, list)]:
        raise Mistake(f"{option} gives several values of {ladders[0]!r}; give one")
    return found


def _by(given: list[str]) -> Any:
    from .phrases import parse_groups

    if given == ["unit"]:
        return "unit"
    groups = parse_groups(given)
    return tuple(groups) if all(rule is None for rule in groups.values()) else groups


def _quantiles(given: str) -> list[float]:
    try:
        return [float(q) for q in given.split(",")]
    except ValueError:
        raise Mistake(f"--quantiles takes numbers such as 0.1,0.5, not {given}") from None


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]


def _paths(given: list[str]) -> list[list[str]]:
    paths = [[name.strip() for name in path.replace("->", ">").split(">")] for path in given]
    for path in paths:
        if len(path) < 2 or not all(path):
            raise Mistake(f'--path {">".join(path)!r} is no path; write it as "T > M > Y"')
    return paths


def _couplings(given: str) -> str | dict[str, str]:
    if "=" not in given:
        return given
    pairs = [[part.strip() for part in pair.split("=")] for pair in given.split(",")]
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise Mistake(f'--coupling {given!r} is not understood; write "Y=independent"')
    return dict(pairs)


NAMES = {"quantiles": "q"}
READERS: Mapping[str, Callable[[Any], Any]] = {
    "do": _do,
    "versus": _versus,
    "hold": _hold,
    "by": _by,
    "quantiles": _quantiles,
    "mediators": _names,
    "path": _paths,
}
