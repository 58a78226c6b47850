"""The numbers behind the inputs of a graph, piece by piece of the draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import pytensor
from numpy.typing import NDArray
from pymc.pytensorf import constant_fold
from pytensor.compile.mode import Mode
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable
from pytensor.tensor.sharedvar import TensorSharedVariable

from ..errors import QueryError
from ..families.form import LAWS
from .graph_inputs import Input

__all__ = ["Numbers", "feed", "generator", "is_drawn", "noise_width"]


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one variable: the same for one seed in whatever query.

    Parameters
    ----------
    seed : int
    name : str
        Of the variable, or of another use of random numbers.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(crc32(name.encode()),))
    return np.random.Generator(np.random.PCG64(sequence))


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers behind the inputs of a graph.

    Attributes
    ----------
    draws : int
        How many draws of the posterior there are; 1 where the parameters are known.
    fixed : mapping of str to ndarray
        Values that are the same in all draws, in core shape: the evidence.
    drawn : mapping of str to ndarray
        Values of shape (draws, ...): parameters and latents.
    noise : mapping of str to ndarray
        Known noise, in core shape.
    shape : callable
        The numeric batch shape of a variable by name.
    """

    draws: int
    fixed: Mapping[str, NDArray[Any]]
    drawn: Mapping[str, NDArray[Any]]
    noise: Mapping[str, NDArray[Any]]
    shape: Callable[[str], tuple[int, ...]]


def is_drawn(item: Input, numbers: Numbers) -> bool:
    """Return whether an input's numbers differ from draw to draw.

    Parameters
    ----------
    item : Input
    numbers : Numbers
    """
    return item.role == "draws" or (item.role == "value" and item.variable in numbers.drawn)


def feed(item: Input, numbers: Numbers, seed: int) -> Callable[[int, int, int], NDArray[Any]]:
    """Return the function from a range of draws (and padding) to the numbers of one input.

    Parameters
    ----------
    item : Input
    numbers : Numbers
    seed : int
        Of the noise, which comes in the order of the draws.

    Returns
    -------
    callable
        Of the first draw, of where they stop, and of how many are added.
    """
    if item.role == "draws":
        assert item.form is not None
        stream = generator(seed, item.name)
        shape = numbers.shape(item.variable) + noise_width(item.width, item.name)
        law = LAWS[item.form.law]

        def draw(start: int, stop: int, pad: int) -> NDArray[Any]:
            fresh = law.sample(stream, (stop - start, *shape))
            return np.concatenate([fresh, fresh[:1].repeat(pad, axis=0)]) if pad else fresh

        return draw
    if item.role == "value" and item.variable in numbers.drawn:
        drawn = numbers.drawn[item.variable].astype(item.symbol.dtype, copy=False)

        def take(start: int, stop: int, pad: int) -> NDArray[Any]:
            part = drawn[start:stop]
            return np.concatenate([part, part[:1].repeat(pad, axis=0)]) if pad else part

        return take
    source = {"value": numbers.fixed, "noise": numbers.noise}.get(item.role)
    fixed = item.number if source is None else source[item.variable]
    constant = np.asarray(fixed, dtype=item.symbol.dtype, order="C")
    return lambda start, stop, pad: constant


def noise_width(width: TensorVariable | None, name: str) -> tuple[int, ...]:
    """Return the length of the noise's trailing axis as a number; empty where it has none.

    Parameters
    ----------
    width : TensorVariable or None
    name : str
        Of the variable, for the error.

    Raises
    ------
    QueryError
        If it is no number that the model fixes.
    """
    if width is None:
        return ()
    [number] = constant_fold([width], raise_not_constant=False)
    if not isinstance(number, int | np.integer | np.ndarray):
        leaves = [v for v in ancestors([width]) if v.owner is None]
        if all(isinstance(v, Constant | TensorSharedVariable) for v in leaves):
            # The length of a named dimension, which PyMC holds as a shared number.
            number = pytensor.function([], width, mode=Mode(linker="py", optimizer=None))()
    if not isinstance(number, int | np.integer | np.ndarray):
        raise QueryError(
            f"the number of categories (or axes) of {name!r} is not fixed by the model; "
            "write its parameter vector with a fixed length"
        )
    return (int(number),)
