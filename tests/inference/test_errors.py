"""The kinds of mistakes, and the sentence for a name that does not exist."""

import pytest

from ifonly.inference import errors
from ifonly.inference.errors import IfonlyError, unknown


def test_a_name_that_does_not_exist_is_told_with_the_nearest():
    said = unknown("`do` names", "doze", ["waiting", "dose"])
    assert said == (
        "`do` names 'doze', which does not exist; there is dose, waiting; did you mean 'dose'?"
    )
    far = unknown("`do` names", "zzz", ["dose"])
    assert far == "`do` names 'zzz', which does not exist; there is dose"
    assert unknown("`do` names", "x", []).endswith("there is nothing")
    assert "did you mean '10'" in unknown("the column", 100, [10, 7])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [n for n in errors.__all__ if n.endswith("Error")])
def test_every_mistake_is_caught_as_one(name):
    """By its own name, as ours, and as Python's ValueError."""
    kind = getattr(errors, name)
    assert issubclass(kind, IfonlyError)
    assert issubclass(kind, ValueError)


def test_what_is_not_installed_is_an_import_error_too():
    assert issubclass(errors.ExtraError, ImportError)


@pytest.mark.parametrize("name", [n for n in errors.__all__ if n.endswith("Warning")])
def test_warnings_are_for_users_and_no_mistakes(name):
    kind = getattr(errors, name)
    assert issubclass(kind, UserWarning)
    assert not issubclass(kind, IfonlyError)


def test_a_message_is_one_line_that_one_can_read():
    said = str(IfonlyError(f"x is\n {object()!r}, not {'y' * 5_000!r}"))
    assert said == f"x is <object object>, not '{'y' * 79} ..."
