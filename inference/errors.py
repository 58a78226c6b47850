"""The errors that a user can cause: one line that says what came, what was expected, what to do."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "AssumptionWarning",
    "ConvergenceWarning",
    "DataError",
    "ExtraError",
    "IfonlyError",
    "KnobError",
    "ModelError",
    "QueryError",
    "QueryWarning",
]


# Where an object lies in memory, which a default repr ends with.
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
# A word that nobody reads to its end; a path may be as long as a file system takes.
ENDLESS = re.compile(r"\S{400,}")
SHOWN = 80


def one_line(message: str) -> str:
    """Return a message on one line, without addresses, its endless words cut."""
    text = " ".join(line.strip() for line in message.splitlines())
    return ENDLESS.sub(lambda word: f"{word[0][:SHOWN]} ...", ADDRESS.sub("", text))


class IfonlyError(ValueError):
    r"""A mistake in what was asked for; the command line prints it as one line and exits with 2.

    What a user gave may stand in the message, so its lines are joined here, what is too long to be
    read is cut, and the place of an object in memory is left out.

    Examples
    --------
    >>> print(IfonlyError("seed is a whole number, not\n  that"))
    seed is a whole number, not that
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(one_line(str(message)))


class ModelError(IfonlyError):
    """The model cannot carry what was asked: no unit dimension, a family without a form, ..."""


class DataError(IfonlyError):
    """The data do not fit the model."""


class QueryError(IfonlyError):
    """The query does not fit the model or the evidence."""


class KnobError(IfonlyError):
    """What was asked of a sandbox cannot be: no law of the data has it."""


class ExtraError(IfonlyError, ImportError):
    """A package of an optional extra is not installed."""


class AssumptionWarning(UserWarning):
    """An assumption that an answer rests on does not hold, by the graph or by the data."""


class ConvergenceWarning(UserWarning):
    """The chains behind an answer did not converge, or its draws are few."""


class QueryWarning(UserWarning):
    """Some queries will be refused, which is known before anything is sampled."""


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence for a name that does not exist, with the nearest one that does."""
    known = sorted(map(str, known))
    there = ", ".join(known) or "nothing"
    return f"{what} {name!r}, which does not exist; there is {there}{nearest(name, known)}"


def nearest(name: object, known: Iterable[object]) -> str:
    """Return the end of a sentence that names what was likely meant, or nothing.

    Examples
    --------
    >>> nearest("Nutz", ["auto", "nuts"])
    "; did you mean 'nuts'?"
    """
    folded = {v.casefold(): v for v in map(str, known)} | {str(v): str(v) for v in known}
    near = [folded[v] for v in get_close_matches(str(name), folded, n=1, cutoff=0.5)]
    near = near or [v for k, v in folded.items() if k == str(name).casefold()]
    return f"; did you mean {near[0]!r}?" if near else ""
