"""The families that a composed family is made of, each by its own structural form."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.logprob.utils import CheckParameterValue
from pytensor.graph.basic import Constant
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import Alloc

from ..errors import ModelError
from ..symbolic.replace import substituted
from .common import Columns
from .form import StructuralForm, family_name, structural_form
from .ranks import RANKS

__all__ = ["Part", "columns", "cut", "joined", "parts", "split"]


@dataclass(frozen=True, eq=False)
class Part:
    """One family inside a composed one.

    Attributes
    ----------
    form : StructuralForm
        Its form, under one coupling.
    rv : TensorVariable
        The random variable, of which the family is read and never a value.
    arity : int
        How many parameters the form has.
    """

    form: StructuralForm
    rv: TensorVariable
    arity: int

    @property
    def discrete(self) -> bool:
        """Whether its values are whole numbers."""
        return np.dtype(self.rv.dtype).kind in "iub"

    @property
    def simple(self) -> bool:
        """Whether one number of a law whose ranks are known is its noise, in which it rises."""
        form = self.form
        if isinstance(form, Columns) or form.coupling != "monotone" or form.law not in RANKS:
            return False
        if not form.rising:
            return False
        return form.width(*form.parameters(self.rv)) is None

    @property
    def direct(self) -> bool:
        """Whether its parameters are those of the random variable itself, not made of them."""
        above = set(ancestors([self.rv]))
        own = self.form.parameters(self.rv)
        return all(isinstance(p, Constant) or p in above for p in own)

    def log_probability(
        self, value: TensorVariable, parameters: Sequence[TensorVariable]
    ) -> TensorVariable:
        """Return the log-density, or log-probability, of `value` under `parameters`.

        Parameters
        ----------
        value : TensorVariable
        parameters : sequence of TensorVariable
        """
        own = self.form.parameters(self.rv)
        free = {p: p.type() for p in own if not isinstance(p, Constant)}
        [there] = graph_replace([self.rv], free, strict=False)
        held = value.type()
        density = pm.logp(there, held, warn_rvs=False)
        checks = {
            v: v.owner.inputs[0]
            for v in ancestors([density])
            if v.owner is not None and isinstance(v.owner.op, CheckParameterValue)
        }
        if checks:
            [density] = graph_replace([density], checks, strict=False)
        while density.owner is not None and isinstance(density.owner.op, Alloc):
            density = density.owner.inputs[0]  # the shape of the random variable itself
        values = {free[o]: p for o, p in zip(own, parameters, strict=True) if o in free}
        return substituted([density], {held: value, **values})[0]


def parts(rv: TensorVariable) -> list[Part]:
    """Return a random variable as part of another, under each of its couplings, default first.

    Raises
    ------
    ModelError
        If its family has no structural form: a clause that says so.
    """
    try:
        forms = structural_form.couplings(rv).values()
    except ModelError:
        raise ModelError(f"{family_name(rv)}, of which it is made, has none") from None
    return [Part(form, rv, len(form.parameters(rv))) for form in forms]


def split(
    parameters: tuple[TensorVariable, ...], own: int, made_of: Sequence[Part]
) -> tuple[tuple[TensorVariable, ...], list[tuple[TensorVariable, ...]]]:
    """Return the first `own` parameters, and those of each part.

    Parameters
    ----------
    parameters : tuple of TensorVariable
    own : int
    made_of : sequence of Part
    """
    first, rest, found = parameters[:own], parameters[own:], []
    for part in made_of:
        found.append(rest[: part.arity])
        rest = rest[part.arity :]
    return first, found


def columns(form: StructuralForm) -> int | None:
    """Return how many columns one value's noise has, None for a plain number."""
    return len(form.unseen(pt.constant(0.5))) if isinstance(form, Columns) else None


def cut(tensor: TensorVariable, sizes: Sequence[int | None]) -> list[TensorVariable]:
    """Return the pieces of a trailing axis; one of size None has no such axis itself.

    Parameters
    ----------
    tensor : TensorVariable
    sizes : sequence of int or None
    """
    pieces, start = [], 0
    for size in sizes:
        # One by one, so that the length is known beforehand, as JAX needs.
        taken = [tensor[..., start + k] for k in range(size or 1)]
        pieces.append(taken[0] if size is None else pt.stack(taken, axis=-1))
        start += size or 1
    return pieces


def joined(pieces: Sequence[TensorVariable], sizes: Sequence[int | None]) -> TensorVariable:
    """Return the pieces along one trailing axis: `cut` back.

    Parameters
    ----------
    pieces : sequence of TensorVariable
    sizes : sequence of int or None
    """
    wide = [p[..., None] if size is None else p for p, size in zip(pieces, sizes, strict=True)]
    return pt.concatenate([w.astype("float64") for w in wide], axis=-1)
