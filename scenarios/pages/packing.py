"""Numbers as a page carries them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .asking import Asking
from .grid import Piece
from .surface import Surface

__all__ = ["axes", "evenly", "natural", "packed", "surfaced", "with_natural"]

# Draws of an answer at least, and its numbers at most: a page stays below a million bytes.
FEWEST, NUMBERS = 100, 16_000


def packed(values: ArrayLike, dtype: Any = np.float64) -> dict[str, Any]:
    """Return numbers as text that a browser reads fast: little-endian, in C order.

    Parameters
    ----------
    values : array
    dtype : dtype
        Of 64 bits or of 32.

    Returns
    -------
    dict
        ``bits``, and ``data`` in base64.

    Examples
    --------
    >>> packed([1.0])
    {'bits': 64, 'data': 'AAAAAAAA8D8='}
    """
    array = np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<"))
    bits = 8 * array.dtype.itemsize
    return {"bits": bits, "data": base64.b64encode(array.tobytes()).decode("ascii")}


def evenly(count: int, most: int) -> NDArray[np.int64]:
    """Return positions of so many of `count` draws, evenly taken; of all where there are fewer.

    Parameters
    ----------
    count : int
    most : int
    """
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def surfaced(surface: Surface, numbers: int = NUMBERS) -> dict[str, Any]:
    """Return a polynomial: the means of its coefficients over all draws, and as many as fit.

    Parameters
    ----------
    surface : Surface
        Of coefficients of shape (draw, term).
    numbers : int
        About how many there may be.

    Returns
    -------
    dict
    """
    coefficients = surface.coefficients
    most = max(FEWEST, numbers // max(1, coefficients.shape[1]))
    rows = evenly(len(coefficients), most)
    return {
        "scale": surface.units.tolist(),
        "exponents": surface.exponents.tolist(),
        "mean": coefficients.mean(axis=0).tolist(),
        "draws": len(rows),
        "coefficients": packed(coefficients[rows]),
    }


def axes(piece: Piece) -> dict[str, Any]:
    """Return which levers a piece of a grid moves, how, and by what."""
    return {
        "levers": list(piece.levers),
        "kinds": list(piece.kinds),
        "axes": [axis.tolist() for axis in piece.axes],
    }


def natural(values: NDArray[np.float64], draws: int) -> dict[str, Any]:
    """Return an outcome as it is, in so many draws; in one where it is the same in all.

    Parameters
    ----------
    values : ndarray
    draws : int
    """
    values = values[evenly(len(values), draws)]
    return packed(values if np.ptp(values) else values[:1])


def with_natural(answer: dict[str, Any], asking: Asking, *, new: bool = False) -> dict[str, Any]:
    """Return an answer with the mean outcome as it is, in the draws that the answer has.

    Parameters
    ----------
    answer : dict
        With its number of ``draws``.
    asking : Asking
        Of all draws.
    new : bool
        Whether it is that of new units.
    """
    few = Asking(asking.state.thinned(answer["draws"]), asking.outcome, backend=asking.backend)
    values = few.natural(new=new)
    return {
        **answer,
        "natural": natural(values, answer["draws"]),
        "natural_mean": float(values.mean()),
    }
