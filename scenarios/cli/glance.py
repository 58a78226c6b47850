"""A first look at a question: the names in it against those of the model, before anything heavy."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from .files import check_inputs
from .frames import columns_of
from .literals import bound_names, literal_dims, literal_names
from .offered import couplings
from .phrases import parse_groups, parsed
from .supports import check_supports
from .terminal import Mistake

__all__ = ["check_columns", "check_names", "glance", "hint"]


def check_names(args: argparse.Namespace, known: Collection[str], where: str) -> None:
    """Return nothing if all that the question names is known, or begins with what is.

    PyMC gives some variables names of its own, which begin with one of the user's: `y_probs`.

    Parameters
    ----------
    args : argparse.Namespace
    known : collection of str
    where : str

    Raises
    ------
    Mistake
        If a name is not known; the nearest that is stands beside it.
    """
    if not known:
        return  # what is wrong then is told of the model, not of the question
    beside = columns_of(args.data) if getattr(args, "data", None) else ()
    for option, name in _named(args):
        if option == "by" and (name in beside or getattr(args, "posterior", None)):
            continue  # a column that the model does not know
        if option == "by":
            name = name.partition("[")[0]  # "x[k]" is a column of the matrix x
        if name in known or any(name.startswith(f"{k}_") for k in known):
            continue
        raise Mistake(
            f"--{option} names {name!r}, which {where} does not have; it has "
            f"{', '.join(sorted(known))}{hint(name, known)}"
        )


def glance(args: argparse.Namespace) -> None:
    """Return nothing if what the question names stands in the model's file, as far as it tells.

    Parameters
    ----------
    args : argparse.Namespace
        With ``model``, the path of a Python file, which is read and not executed.

    Raises
    ------
    Mistake
        If a name is not there.
    """
    path = Path(args.model)
    if path.suffix != ".py":
        raise Mistake(f"{path} is no Python file (.py) that makes a model")
    name, bound = getattr(args, "model_name", None), bound_names(path)
    if name is not None and bound is not None and name not in bound:
        raise Mistake(f"{path} has no {name!r}, which --model-name names{hint(name, bound)}")
    if (names := literal_names(path)) is None:
        return
    check_names(args, names, args.model)
    _check_coupling(getattr(args, "coupling", None))
    check_supports(args)
    dims = literal_dims(path)
    if dims and getattr(args, "unit", "unit") not in {"unit", *dims}:
        raise Mistake(
            f"no variable of {path} has the unit dimension {args.unit!r}; its dimensions are "
            f"{', '.join(sorted(dims))}"
        )


def check_columns(path: str, named: Mapping[str, str | Iterable[str] | None]) -> None:
    """Return nothing if the table has every column that an option names, as far as its header says.

    Parameters
    ----------
    path : str
        Of the table.
    named : mapping of str to str, iterable of str or None
        By option, what it names, with commas between.

    Raises
    ------
    Mistake
        If a column is not there; the nearest that is stands beside it.
    """
    check_inputs(path)  # a pipe would be waited for
    known = columns_of(path)
    if len(known) == 1 and set(known[0]) & set(";\t|"):
        return  # another separator, which is told when the table is read
    for option, given in named.items() if known else ():
        texts = [given] if isinstance(given, str) else given or ()
        for name in (part.strip() for text in texts for part in text.split(",")):
            if name and name not in known:
                raise Mistake(
                    f"--{option} names {name!r}, which does not exist in {path}; there is "
                    f"{', '.join(known)}{hint(name, known)}"
                )


def hint(name: str, known: Collection[str]) -> str:
    """Return the end of a sentence that names what was likely meant, or nothing.

    Parameters
    ----------
    name : str
    known : collection of str
    """
    near = get_close_matches(name, known, n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else ""


def _check_coupling(given: str | None) -> None:
    """Raise a `Mistake` for a coupling that no family has; the model adds none of its own."""
    for pair in given.split(",") if given else ():
        name = pair.rpartition("=")[2].strip()
        if name not in couplings():
            raise Mistake(
                f"--coupling names {name!r}, which is none of {', '.join(sorted(couplings()))}"
                f"{hint(name, couplings())}"
            )


def _named(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield each name of a variable in the question, with the option that it stands in."""
    for option in ("outcome", "treatment", "instrument"):
        if name := getattr(args, option, None):
            yield option, name
    for option in ("do", "versus", "hold"):
        for name in parsed(getattr(args, option, None) or (), f"--{option}"):
            yield option, name
    for option in ("mediators", "levers", "hidden"):
        for name in (getattr(args, option, None) or "").split(","):
            if name.strip():
                yield option, name.strip()
    for path in getattr(args, "path", None) or ():
        for name in path.replace("->", ">").split(">"):
            yield "path", name.strip()
    if "=" in (coupled := getattr(args, "coupling", None) or ""):
        for pair in coupled.split(","):
            yield "coupling", pair.partition("=")[0].strip()
    for name in parse_groups(getattr(args, "by", None) or ()):
        if name != "unit":
            yield "by", name
