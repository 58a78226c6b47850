"""One value that a user gives: a count, a seed, a number in bounds, or one of several choices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import IfonlyError, QueryError, nearest
from .arrays import numbers, plain, shown

__all__ = [
    "LARGEST",
    "are_finite",
    "checked_choice",
    "checked_names",
    "checked_number",
    "checked_probability",
    "checked_seed",
    "listed",
    "positive_whole",
    "settle",
]

# Of numbers beyond, and of smaller ones that divide, the squares leave the range of floats.
LARGEST = np.float64(1e150)  # no plain float, which NumPy would make single
# What every sampler takes, and a saved posterior keeps.
GREATEST_SEED = 2**63 - 1
# Beyond 32 bits counts overflow inside samplers, and no memory holds as many numbers.
MOST = 2**31 - 1


def are_finite(values: NDArray[Any]) -> bool:
    """Return whether numbers, and their squares, are finite.

    Examples
    --------
    >>> (
    ...     are_finite(np.array([1.0, 2.0])),
    ...     are_finite(np.array([1e200])),
    ...     are_finite(np.array([np.nan])),
    ... )
    (True, False, False)
    """
    return bool((np.abs(values.astype(float)) <= LARGEST).all())


def checked_number(
    name: str,
    value: Any,
    error: type[IfonlyError] = QueryError,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
    endless: bool = False,
) -> float:
    """Return `value` as a float within its bounds, or raise `error`; True and texts are none.

    Parameters
    ----------
    name : str
        What the number is, the subject of the message.
    value : object
    error : type
    above, least, below, most : float, optional
        Bounds; `above` and `below` are not reached.
    endless : bool
        Whether it may be infinite.

    Examples
    --------
    >>> checked_number("sd", 2, above=0)
    2.0
    >>> checked_number("sd", "2", above=0)
    Traceback (most recent call last):
    ...
    ifonly.inference.errors.QueryError: sd is a finite number above 0, not '2'
    """
    number = _real(value)
    fits = number is not None and not (
        (not endless and np.isinf(number))
        or (above is not None and number <= above)
        or (least is not None and number < least)
        or (below is not None and number >= below)
        or (most is not None and number > most)
    )
    if number is None or not fits:
        raise error(
            f"{name} is {'a' if endless else 'a finite'} number"
            f"{_words(above, least, below, most)}, not {shown(value)}"
        )
    size = abs(number)
    if LARGEST < size < np.inf or (above == 0 and size < 1 / LARGEST):
        raise error(
            f"{name} is {number:g}, whose square no computer holds; give it in another unit"
        )
    return number


def _words(
    above: float | None, least: float | None, below: float | None, most: float | None
) -> str:
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}"
    bounds = {"above": above, "of at least": least, "below": below, "at most": most}
    words = " and ".join(f"{word} {bound:g}" for word, bound in bounds.items() if bound is not None)
    return f" {words}" if words else ""


def settle(
    owner: Any, error: type[IfonlyError] = QueryError, /, **bounds: Mapping[str, Any]
) -> None:
    """Make attributes of a frozen value floats within their bounds, or raise `error`.

    Parameters
    ----------
    owner : object
    error : type
    **bounds : mapping
        For the name of each attribute, the bounds as `checked_number` takes them.
    """
    what = type(owner).__name__
    for name, own in bounds.items():
        given = getattr(owner, name)
        object.__setattr__(owner, name, checked_number(f"{name} of {what}", given, error, **own))


def checked_choice[T](
    name: str, value: T, known: Collection[T], error: type[IfonlyError] = QueryError
) -> T:
    """Return `value` if it is one of the `known` ones, or raise `error`.

    Parameters
    ----------
    name : str
        What is chosen, the subject of the message.
    value : object
    known : collection
    error : type

    Examples
    --------
    >>> checked_choice("sides", 2, (1, 2))
    2
    >>> checked_choice("method", "nutz", ["auto", "nuts"])
    Traceback (most recent call last):
    ...
    ifonly.inference.errors.QueryError: method is auto or nuts, not 'nutz'; did you mean 'nuts'?
    """
    plain_value = isinstance(value, str | int | np.integer) and not isinstance(value, bool)
    if plain_value and value in known:
        return value
    meant = nearest(value, known) if isinstance(value, str) else ""
    raise error(f"{name} is {' or '.join(map(str, known))}, not {shown(value)}{meant}")


def listed(given: Any) -> list[Any] | None:
    """Return what is given one by one; None where it is not several things.

    Parameters
    ----------
    given : object

    Examples
    --------
    >>> listed(range(3)), listed(3)
    ([0, 1, 2], None)
    """
    try:
        return list(given)
    except Exception:  # iteration of a foreign thing raises whatever it likes
        return None


def checked_names(what: str, given: Any, error: type[IfonlyError] = QueryError) -> tuple[str, ...]:
    """Return names, each once; a text is one name, and None is no name.

    Parameters
    ----------
    what : str
        What is named, the subject of the message.
    given : str, iterable of str or None
    error : type

    Examples
    --------
    >>> checked_names("adjust", ["w", "v", "w"])
    ('w', 'v')
    """
    if given is None:
        return ()
    names = [given] if isinstance(given, str) else listed(given)
    if names is None or not all(isinstance(name, str) for name in names):
        raise error(f"{what} names columns or variables, not {shown(given)}")
    return tuple(dict.fromkeys(names))


def _real(value: Any) -> float | None:
    """Return one real number as a float; None for anything else, NaN and True among them."""
    if isinstance(value, str | bytes | bool | np.bool_) or value is np.ma.masked:
        return None
    found = numbers(value) if np.ndim(plain(value)) == 0 else None
    if found is None or found.dtype.kind == "b" or np.isnan(found):
        return None
    return float(found)


def positive_whole(name: str, value: Any, error: type[IfonlyError] = QueryError) -> int:
    """Return `value` as a positive int, or raise `error`; neither True nor 2.0 is one.

    Parameters
    ----------
    name : str
    value : object
    error : type of IfonlyError
    """
    number = _whole(value)
    if number is not None and number > MOST:
        raise error(f"{name} is a positive whole number of at most 2**31 - 1, not {shown(value)}")
    if number is None or number < 1:
        raise error(f"{name} is a positive whole number, not {shown(value)}")
    return number


def checked_seed(seed: Any) -> int:
    """Return `seed` as an int from 0 to 2**63 - 1, or raise a `QueryError`."""
    number = _whole(seed)
    if number is None or not 0 <= number <= GREATEST_SEED:
        raise QueryError(f"seed is a whole number from 0 to 2**63 - 1, not {shown(seed)}")
    return number


def _whole(value: Any) -> int | None:
    if isinstance(value, bool | np.bool_ | np.ndarray):
        return None
    try:
        return index(value)
    except TypeError:
        return None


def checked_probability(name: str, value: Any, error: type[IfonlyError] = QueryError) -> float:
    """Return `value` as a float between 0 and 1, neither of the two, or raise `error`.

    Parameters
    ----------
    name : str
    value : object
    error : type of IfonlyError
    """
    number = isinstance(value, int | float | np.integer | np.floating)
    if not number or not 0 < value < 1:
        raise error(f"{name} is a probability between 0 and 1, not {shown(value)}")
    return float(value)
