"""The probability of an interval: one name everywhere, the one that ArviZ has."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..errors import QueryError

__all__ = ["takes_ci_prob"]


def takes_ci_prob[Made: Callable[..., Any]](made: Made) -> Made:
    """Return a function, or a class, that says what `level` is called here.

    Statistics has many words for it (level, confidence, alpha), so that a wrong one is likely.

    Examples
    --------
    >>> @takes_ci_prob
    ... def interval(values, ci_prob=0.9): ...
    >>> interval([1.0], level=0.5)
    Traceback (most recent call last):
    ...
    ifonly.inference.errors.QueryError: interval() takes the probability of intervals as ci_prob=, \
as ArviZ does, not as level=; give ci_prob=0.5
    """
    called: Any = made.__init__ if isinstance(made, type) else made  # type: ignore[misc]

    @wraps(called)
    def checked(*args: Any, **options: Any) -> Any:
        if "level" in options:
            raise QueryError(
                f"{made.__name__}() takes the probability of intervals as ci_prob=, as ArviZ does, "
                f"not as level=; give ci_prob={options['level']!r}"
            )
        return called(*args, **options)

    if isinstance(made, type):
        made.__init__ = checked  # type: ignore[misc]
        return made
    return checked  # type: ignore[return-value]
