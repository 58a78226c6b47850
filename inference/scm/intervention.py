"""An intervention as a value: a rule for the value of one variable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..inputs.labels import Axis, in_order, laid_out
from .sites import Site, Values

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

__all__ = ["Do", "Intervention", "Where", "given"]

Where = ArrayLike | Callable[[Values], "TensorVariable"] | Mapping[str, Any] | None


@dataclass(frozen=True, eq=False)
class Intervention:
    """A rule for the value of one variable, on all units or on those that `where` selects.

    Attributes
    ----------
    kind : str
        The public function that made it, for display alone.
    rule : callable
        Maps the `Site` to the new value.
    amount : ndarray or None
        The number, or one per unit, that the rule reads.
    where : ndarray, callable, mapping or None
        A boolean per unit, a function from the world's variables to one, or the values of some
        columns, of which a query makes a function; None means all.
    factor : ndarray or None
        A second number that the rule reads, the same for all units.
    amount_axes, where_axes : tuple of Axis
        Their labels, where a pandas or xarray container had some: a query that meets the units
        puts them in order.
    world : str or None
        The other world that the value is read in.
    free : bool
        Whether a user's function gives the value, which may read anything and be anything.
    """

    kind: str
    rule: Callable[[Site], TensorVariable]
    amount: NDArray[Any] | None = None
    where: NDArray[np.bool_] | Callable[[Values], TensorVariable] | Mapping[str, Any] | None = None
    factor: NDArray[Any] | None = None
    amount_axes: tuple[Axis, ...] = ()
    where_axes: tuple[Axis, ...] = ()
    world: str | None = None
    free: bool = False

    @property
    def labelled(self) -> bool:
        """Whether the amount holds labels of the variable's codes, which a query makes codes of."""
        return self.amount is not None and self.amount.dtype.kind == "O"

    @property
    def sets(self) -> bool:
        """Whether the value is the amount itself, on all units, whatever it would have been."""
        return self.rule is given and self.where is None

    def ordered(
        self,
        name: str,
        coords: Mapping[str, Any],
        shape: Sequence[int],
        units: Mapping[str, Any],
        others: Collection[str],
    ) -> Intervention:
        """Return the intervention on `name` with its arrays along the model's own dimensions.

        Parameters
        ----------
        name : str
            The variable that is intervened on.
        coords : mapping of str to labels or None
            The target's dimensions.
        shape : sequence of int
            How long each of them is.
        units : mapping of str to labels
            The unit dimension alone.
        others : collection of str
            The model's dimensions, which no other can stand for.

        Returns
        -------
        Intervention
            Its amount a number, or with an axis for each dimension, of length 1 along those that
            it is the same for.

        Raises
        ------
        QueryError
            If dimensions, lengths or labels are not the model's.
        """
        amount, where, what = self.amount, self.where, f"the intervention on {name!r}"
        if amount is not None and amount.ndim:
            amount = laid_out(amount, self.amount_axes, coords, shape, what, others)
        if isinstance(where, np.ndarray):
            what = f"`where` of {what}"
            where = in_order(where, self.where_axes, units, what, others=others)
        return replace(self, amount=amount, where=where, amount_axes=(), where_axes=())

    def equation(self, name: str) -> str:
        """Return what holds of `name` as readers write it: ``t = 1``, ``t = t + 0.5``, ``t = 2 t``.

        Examples
        --------
        >>> from ifonly.inference import affine, as_in, scale, set_to, shift
        >>> set_to(1).equation("t"), set_to("pro").equation("plan"), shift(-0.5).equation("t")
        ('t = 1', 'plan = pro', 't = t - 0.5')
        >>> scale(2).equation("t"), affine(1, 0.5).equation("t"), as_in("versus").equation("m")
        ('t = 2 t', 't = 1 + 0.5 t', 'm = m in the world versus')
        """
        shown = self._amount()
        if self.world is not None:
            value = f"{name} in the world {self.world}"
        elif self.factor is not None:
            value = f"{shown} + {self.factor.item():g} {name}"
        elif self.kind == "shift":
            value = f"{name} - {shown[1:]}" if shown.startswith("-") else f"{name} + {shown}"
        elif self.kind == "scale":
            value = f"{shown} {name}"
        elif self.kind == "set_to":
            value = shown
        else:
            value = f"{self.kind}(...)"
        return f"{name} = {value}" + (" for some units" if self.where is not None else "")

    def _amount(self) -> str:
        if self.amount is None:
            return "..."
        if self.amount.ndim:
            return f"array of shape {self.amount.shape}"
        return str(self.amount.item()) if self.labelled else f"{self.amount.item():g}"

    def __repr__(self) -> str:
        inside = self._amount()
        if self.world is not None:
            inside = repr(self.world)
        elif self.factor is not None:
            inside = f"{inside}, {self.factor.item():g}"
        elif self.labelled and self.amount is not None and not self.amount.ndim:
            inside = repr(inside)
        return f"{self.kind}({inside})"


type Do = Mapping[str, Intervention]


def given(site: Site) -> Any:
    """Return the amount itself, whatever the value would have been."""
    return site.amount
