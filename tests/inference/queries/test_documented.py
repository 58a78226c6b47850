"""Docstrings that list what a class takes, what it inherits included."""

import inspect
from dataclasses import dataclass

from ifonly.inference.queries.documented import documented, parameters_in


@dataclass
class Base:
    """A base.

    Parameters
    ----------
    first : int
        Of the base.
    second, third : float
        Shared words.
    """

    first: int
    second: float = 0.0
    third: float = 0.0


@documented
@dataclass
class Heir(Base):
    """An heir: its first line stays.

    Parameters
    ----------
    third : str
        Told anew.
    fourth : bool
        Its own.

    Examples
    --------
    >>> 1 + 1
    2
    """

    third: str = ""
    fourth: bool = False


def test_entries_come_in_the_order_of_the_signature():
    doc = inspect.cleandoc(Heir.__doc__)
    assert list(parameters_in(doc)) == ["first", "second", "third", "fourth"]
    assert doc.startswith("An heir: its first line stays.\n\nParameters\n----------\nfirst : int\n")
    assert doc.count("Parameters\n---") == 1
    assert doc.endswith("Examples\n--------\n>>> 1 + 1\n2")


def test_what_is_told_anew_is_heeded_and_the_base_is_left_alone():
    found = parameters_in(Heir.__doc__)
    assert found["third"] == "third : str\n    Told anew."
    assert found["second"] == "second : float\n    Shared words."
    assert parameters_in(Base.__doc__)["third"] == "third : float\n    Shared words."


def test_the_section_is_made_where_there_is_none():
    @documented
    @dataclass
    class Plain(Base):
        """Nothing of its own.

        Notes
        -----
        A note.
        """

    doc = inspect.cleandoc(Plain.__doc__)
    assert list(parameters_in(doc)) == ["first", "second", "third"]
    assert doc.index("Parameters") < doc.index("Notes")
    assert doc.endswith("A note.")


def test_without_docstrings_nothing_happens():
    class Bare:
        pass

    Bare.__doc__ = None
    assert documented(Bare).__doc__ is None
    assert parameters_in("Only a sentence.") == {}
