"""What the worlds of a query share: their symbolic inputs, and what was found out on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from ..families.form import StructuralForm, structural_form
from ..scm.domains import Demand
from ..scm.equations import Equations
from ..scm.sites import Acting

__all__ = ["Input", "Ledger"]

type Key = str | Acting


@dataclass(frozen=True, eq=False)
class Input:
    """A symbolic input of the graph and where its numbers come from.

    Attributes
    ----------
    role : {"value", "noise", "draws", "number"}
        A known value, a known noise, noise still to be drawn, or an intervention's number.
    key : str or Acting
        The variable, or what an intervention on it brings along; tells inputs of one role apart.
    symbol : TensorVariable
        In core shape.
    form : StructuralForm or None
        For noise to be drawn: whose law it has.
    width : TensorVariable or None
        For noise to be drawn: the length of its trailing axis.
    number : ndarray or None
        For a number: the number itself.
    several : bool
        Whether it is one number a setting, on a leading axis.
    """

    role: Literal["value", "noise", "draws", "number"]
    key: Key
    symbol: TensorVariable
    form: StructuralForm | None = None
    width: TensorVariable | None = None
    number: np.ndarray | None = None
    several: bool = False

    @property
    def name(self) -> str:
        """The key in words, by which the random stream of noise goes."""
        return str(self.key)

    @property
    def variable(self) -> str:
        """The variable that the input is about."""
        return self.key if isinstance(self.key, str) else self.key.variable


@dataclass(eq=False)
class Ledger:
    """What all worlds of one query share.

    Parameters
    ----------
    equations : Equations
    origin : callable
        Tells of a random variable whether its ``"value"`` is known, its ``"noise"`` is, or
        neither (``"missing"``); ``"draws"`` means noise to be drawn.
    shape : callable
        The numeric core shape of a variable by name, event axes included.
    demands : callable
        What the parameters of a random variable must meet.
    coupling : mapping of str to str
        The coupling of each variable that is not to have its family's default.
    inputs : dict of (role, key) to Input
    faults : list of (str, boolean TensorVariable)
        What must not be: why, in words, and the condition that tells.
    moved : set of str
        The random variables that some world has recomputed with their own noise.
    """

    equations: Equations
    origin: Callable[[str], str]
    shape: Callable[[str], tuple[int, ...]]
    demands: Callable[[str], Sequence[Demand]]
    coupling: Mapping[str, str] = field(default_factory=dict)
    inputs: dict[tuple[str, Key], Input] = field(default_factory=dict)
    faults: list[tuple[str, TensorVariable]] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    _shared: dict[Any, TensorVariable] = field(default_factory=dict)

    def shared(
        self, name: str, read: Mapping[str, TensorVariable], compute: Callable[[], TensorVariable]
    ) -> TensorVariable:
        """Return the value of `name` where its equation reads `read`: one for all worlds.

        Parameters
        ----------
        name : str
        read : mapping of str to TensorVariable
            What differs from the natural world.
        compute : callable
            Returns the value, on first use.

        Returns
        -------
        TensorVariable
            In core shape.
        """
        key = (name, frozenset(read.items()))
        if key not in self._shared:
            self._shared[key] = compute()
        return self._shared[key]

    def form(self, name: str) -> StructuralForm:
        """Return the structural form of a random variable under the coupling asked for."""
        return structural_form.of(self.equations[name].expression, self.coupling.get(name), name)

    def value(self, name: str) -> TensorVariable:
        """Return the input for the known value of a random variable.

        All of its axes have their length, but that of the units: a graph serves any number of them.
        """
        equation, shape = self.equations[name], self.shape(name)
        free = [self.equations.unit == dim for dim in equation.dims] or [False] * len(shape)
        static = tuple(None if u else n for u, n in zip(free, shape, strict=True))
        return self._input("value", name, equation.expression.dtype, static)

    def number(self, key: Key, number: np.ndarray) -> TensorVariable:
        """Return a number as an input, so that another one compiles nothing new.

        Parameters
        ----------
        key : str or Acting
            Unique among the numbers of a query.
        number : ndarray

        Returns
        -------
        TensorVariable
            Of the number's own shape, which is not part of its type.
        """
        like = pt.constant(number)
        return self._input("number", key, like.dtype, (None,) * like.ndim, number=number)

    def noise(self, name: str, like: TensorVariable) -> TensorVariable:
        """Return the input for the known noise of one variable, of the type of `like`.

        Parameters
        ----------
        name : str
        like : TensorVariable
        """
        return self._input("noise", name, like.dtype, (None,) * like.ndim)

    def draws(
        self, key: Key, form: StructuralForm, parameters: tuple[TensorVariable, ...], ndim: int
    ) -> TensorVariable:
        """Return noise to be drawn for one variable.

        Parameters
        ----------
        key : str or Acting
        form : StructuralForm
            Whose law the noise has.
        parameters : tuple of TensorVariable
            Those of the form.
        ndim : int
            How many batch axes the variable has.

        Returns
        -------
        TensorVariable
        """
        width = form.width(*parameters)
        shape = (None,) * (ndim + (width is not None))
        return self._input("draws", key, "float64", shape, form=form, width=width)

    def object(self, words: str, broken: TensorVariable) -> None:
        """Note what must not be: the query is refused in these `words` where any is `broken`.

        Parameters
        ----------
        words : str
        broken : TensorVariable
            A boolean, or one for each value.
        """
        self.faults.append((words, broken.any() if broken.ndim else broken))

    def _input(
        self, role: Any, key: Key, dtype: str, shape: tuple[int | None, ...], **more: Any
    ) -> TensorVariable:
        if (role, key) not in self.inputs:
            # Not pt.tensor, which asks NumPy for a dtype so called: "a, b" would be a bad one.
            symbol = pt.TensorType(dtype=dtype, shape=shape)(name=f"{role}:{key}")
            self.inputs[role, key] = Input(role, key, symbol, **more)
        return self.inputs[role, key].symbol
