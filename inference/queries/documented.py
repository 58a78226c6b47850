"""Docstrings of queries: each lists all that its constructor takes, what it inherits included."""

from __future__ import annotations

import inspect
import re

__all__ = ["documented", "parameters_in"]

SECTION = re.compile(r"^Parameters\n-+\n", re.MULTILINE)
NEXT = re.compile(r"^\w[\w ]*\n-{3,}$", re.MULTILINE)
ENTRY = re.compile(r"^(?=\S)", re.MULTILINE)


def documented[T](query: type[T]) -> type[T]:
    """Return the class with the parameters that it inherits written into its own docstring.

    Each is described once, by the class that has it; a class that describes one anew is heeded.

    Parameters
    ----------
    query : type
        A class whose constructor has a signature.

    Returns
    -------
    type
        The same class.
    """
    if not query.__doc__:  # under python -OO there are none
        return query
    found: dict[str, str] = {}
    for one in reversed(query.__mro__):
        found |= parameters_in(one.__dict__.get("__doc__") or "")
    entries = [found[name] for name in inspect.signature(query).parameters if name in found]
    section = "Parameters\n----------\n" + "\n".join(entries) + "\n\n"
    doc = inspect.cleandoc(query.__doc__)
    start, end = _section(doc)
    query.__doc__ = f"{doc[:start].rstrip()}\n\n{section}{doc[end:]}".rstrip() + "\n"
    return query


def parameters_in(doc: str) -> dict[str, str]:
    r"""Return the entries of a docstring's Parameters section, each under its name.

    Examples
    --------
    >>> parameters_in("Add.\n\nParameters\n----------\na, b : int\n    Numbers.\n")
    {'a': 'a : int\n    Numbers.', 'b': 'b : int\n    Numbers.'}
    """
    doc = inspect.cleandoc(doc)
    start, end = _section(doc)
    match = SECTION.match(doc, start)
    if match is None:
        return {}
    found: dict[str, str] = {}
    for entry in ENTRY.split(doc[match.end() : end].rstrip()):
        names, _, rest = entry.rstrip().partition(" : ")
        found |= {name: f"{name} : {rest}" for name in names.split(", ") if rest}
    return found


def _section(doc: str) -> tuple[int, int]:
    """Return where the Parameters section begins and ends; where it would stand if there is none.

    It comes before all other sections.
    """
    begin = SECTION.search(doc)
    follow = NEXT.search(doc, begin.end() if begin else 0)
    end = follow.start() if follow else len(doc)
    return (begin.start() if begin else end), end
