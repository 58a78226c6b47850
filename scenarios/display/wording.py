"""Numbers as people read them."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["interval", "number"]


def number(value: Any) -> str:
    """Return a number to four digits, yes or no for a boolean, and a dash for nothing.

    Examples
    --------
    >>> number(0.123456), number(12), number(True), number(float("nan"))
    ('0.1235', '12', 'yes', '–')
    >>> number(12.3456), number(10432.7), number(None)
    ('12.35', '10433', '–')
    """
    value = value.item() if hasattr(value, "item") else value
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if math.isnan(value):
            return "–"
        if value.is_integer() and abs(value) < 1e6:
            return str(int(value))
        if abs(value) < 1e-3:
            return f"{value:.2g}"
        if abs(value) < 10:
            return f"{value:.4f}"
        return f"{value:.4g}" if abs(value) < 1e4 or abs(value) >= 1e9 else f"{value:.0f}"
    return str(value)


def interval(low: float, high: float) -> str:
    """Return an interval as text.

    Parameters
    ----------
    low : float
    high : float

    Examples
    --------
    >>> interval(0.1, 0.25)
    '0.1000 to 0.2500'
    """
    return f"{number(float(low))} to {number(float(high))}"
