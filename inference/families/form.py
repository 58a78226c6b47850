r"""The structural form of a family: ``value = predict(noise, *parameters)``.

A mechanism :math:`V \sim D(\theta(\text{parents}))` says how often each value occurs. A
counterfactual needs more: what the *same unit* would have shown under other parameters. The
structural form adds it, :math:`V = f_D(\theta(\text{parents}), N)`, with noise :math:`N` of a
fixed law that no parent moves (Pearl, *Causality*, 2nd ed., 2009, doi:10.1017/CBO9780511803161,
section 7.1). Continuous families have one natural form, monotone in the noise. Discrete families
have several, which agree on every distribution and differ on counterfactuals; each is a
*coupling*, and has a name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from types import MappingProxyType

import numpy as np
import pytensor.tensor as pt
from pymc.variational.minibatch_rv import MinibatchRandomVariable
from pytensor.graph.basic import Constant
from pytensor.tensor import TensorVariable

from ..errors import ModelError
from .laws import LAWS, Law

__all__ = ["LAWS", "Law", "StructuralForm", "structural_form"]

type Bound = float | TensorVariable | None
type Composed = Callable[[TensorVariable], Iterable["StructuralForm"]]


class StructuralForm(ABC):
    """One family's equation; all methods are symbolic and broadcast.

    Attributes
    ----------
    law : str
        Name of the noise's fixed law, a key of `LAWS`.
    coupling : str
        Which of a family's equations this is; continuous families have ``"monotone"`` only.
    jax : bool
        Whether the equations run on JAX.
    ambiguous : bool
        Whether several noises lie behind one value, of which abduction draws one.
    rising : bool
        Whether a greater noise gives a greater value, where there is one number of noise.
    """

    law: str = "uniform"
    coupling: str = "monotone"
    jax: bool = True
    ambiguous: bool = False
    rising: bool = True

    def accepts(self, rv: TensorVariable) -> bool:
        """Return whether this form is the one for `rv`, where one class serves many families."""
        return True

    def parameters(self, rv: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return the family's parameters as the random variable `rv` holds them."""
        return tuple(map(full_precision, rv.owner.op.dist_params(rv.owner)))

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return how many noises one value takes (a trailing axis), or None for just one."""
        return None

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return the least and the greatest value; None where there is none."""
        return None, None

    def embed(self, draws: TensorVariable) -> TensorVariable:
        """Return the noise that fresh `draws` of the law stand for (by default themselves)."""
        return draws

    @abstractmethod
    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the value that noise gives.

        Parameters
        ----------
        noise : TensorVariable
            The mechanism's noise, of the shape that its values have.
        *parameters : TensorVariable
            Those of the family.

        Returns
        -------
        TensorVariable
        """

    @abstractmethod
    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return the noise behind a value.

        Parameters
        ----------
        value : TensorVariable
            Values of the variable, of any shape that its parameters broadcast to.
        *parameters : TensorVariable
            Those of the family under which it was seen.
        draws : TensorVariable
            Of the law: they choose where many noises would do.

        Returns
        -------
        TensorVariable
        """

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return what `value`, seen under `parameters`, would have been under `new` ones.

        Equal parameters give `value` back exactly, whatever rounding `abduct` and `predict` do.

        Parameters
        ----------
        value : TensorVariable
            Values of the variable, of any shape that its parameters broadcast to.
        parameters, new : tuple of TensorVariable
            One that is the same symbol in both is known to be equal beforehand.
        draws : TensorVariable
            Of the law, as for `abduct`.

        Returns
        -------
        TensorVariable
        """
        moved = self.predict(self.abduct(value, *parameters, draws=draws), *new)
        return pt.switch(unchanged(parameters, new, value.ndim), value, moved)


def full_precision(parameter: TensorVariable) -> TensorVariable:
    """Return a constant such as 1.5 or 2, which PyTensor holds in few bits, in 64 of them.

    Its value is exact, but what is computed from it alone, such as ``1 / 1.5``, would not be.
    """
    kind = np.dtype(parameter.dtype)
    if not isinstance(parameter, Constant) or kind.itemsize == 8 or kind.kind not in "iuf":
        return parameter
    return pt.constant(parameter.data.astype("float64" if kind.kind == "f" else "int64"))


def unchanged(
    parameters: tuple[TensorVariable, ...], new: tuple[TensorVariable, ...], ndim: int
) -> TensorVariable:
    """Return where every parameter is equal.

    Parameters
    ----------
    parameters, new : tuple of TensorVariable
    ndim : int
        How many axes the answer has; further ones must be equal throughout.

    Returns
    -------
    boolean TensorVariable
    """
    equal = [pt.eq(a, b) for a, b in zip(parameters, new, strict=True) if a is not b]
    equal = [e.all(axis=tuple(range(ndim, e.ndim))) if e.ndim > ndim else e for e in equal]
    return reduce(pt.and_, equal) if equal else pt.constant(np.array(True))


class _Registry:
    """Families and their forms; ``structural_form.register`` adds one."""

    def __init__(self) -> None:
        self._forms: dict[type | str, list[StructuralForm]] = {}
        self._composed: dict[type | str, list[Composed]] = {}
        self._refused: dict[type | str, str] = {}
        self._defaults: dict[StructuralForm, bool | Callable[[TensorVariable], bool]] = {}

    def register(
        self, family: type | str, *, default: bool | Callable[[TensorVariable], bool] = False
    ) -> Callable[[type[StructuralForm]], type[StructuralForm]]:
        """Register a form for a family.

        Parameters
        ----------
        family : type or str
            A PyMC distribution (``pm.Normal``), its random variable's class, or, for a
            ``CustomDist``, its ``class_name``.
        default : bool or callable
            Whether this is the family's default coupling, or a function that tells it of a random
            variable. Of several couplings exactly one is; a single one need not say so.

        Returns
        -------
        callable
            A decorator for a `StructuralForm` class.
        """
        key: type | str = getattr(family, "rv_type", None) or family

        def add(form: type[StructuralForm]) -> type[StructuralForm]:
            made = form()
            self._forms.setdefault(key, []).append(made)
            self._defaults[made] = default
            return form

        return add

    def compose(self, family: type | str) -> Callable[[Composed], Composed]:
        """Register the function from a random variable to its forms, of a family made of others.

        Parameters
        ----------
        family : type or str
            As for `register`.

        Returns
        -------
        callable
            A decorator for a function that returns the forms of a random variable, the default
            first, or raises a `ModelError` that says why there is none.
        """
        key: type | str = getattr(family, "rv_type", None) or family

        def add(composed: Composed) -> Composed:
            self._composed.setdefault(key, []).append(composed)
            return composed

        return add

    def refuse(self, family: type | str, reason: str) -> None:
        """Say why a family has no form: a clause, which errors print."""
        self._refused[getattr(family, "rv_type", None) or family] = reason

    def couplings(
        self, rv: TensorVariable, name: str | None = None
    ) -> Mapping[str, StructuralForm]:
        """Return the forms of the family of `rv` by coupling, the default one first.

        Parameters
        ----------
        rv : TensorVariable
            A random variable.
        name : str, optional
            What the model calls it, for messages; by default its own name.

        Returns
        -------
        mapping of str to StructuralForm

        Raises
        ------
        ModelError
            If the family has no form, or no coupling or several are registered as its default.
        """
        keys = _keys(rv)
        for key in keys:
            forms = {f.coupling: f for f in self._forms.get(key, ()) if f.accepts(rv)}
            if forms:
                first = self._default(forms, rv)
                return MappingProxyType({first: forms[first], **forms})
        made, reason = self._made(rv, keys)
        if made:
            return MappingProxyType(made)
        raise ModelError(
            f"{family_name(rv)} (variable {(name or rv.name)!r}) has no structural form, so its "
            f"noise cannot be recovered{reason and f' ({reason})'}; write one as a StructuralForm "
            f"and register it with @structural_form.register({family_name(rv)!r})"
        )

    def reason(self, rv: TensorVariable) -> str:
        """Return why a family without a form has none: a clause, empty where nobody said."""
        return self._made(rv, _keys(rv))[1]

    def _made(
        self, rv: TensorVariable, keys: tuple[type | str, ...]
    ) -> tuple[dict[str, StructuralForm], str]:
        """Return the forms of a family made of others, or why there are none."""
        reason = next((self._refused[k] for k in keys if k in self._refused), "")
        try:
            composed = [c for k in keys for c in self._composed.get(k, ())]
            return {form.coupling: form for c in composed for form in c(rv)}, reason
        except ModelError as error:
            return {}, str(error)

    def is_ambiguous(self, rv: TensorVariable) -> bool:
        """Return whether several noises lie behind one value of `rv`: discrete, censored, mixed."""
        try:
            return any(form.ambiguous for form in self.couplings(rv).values())
        except ModelError:
            return np.dtype(rv.dtype).kind in "iub"

    def is_coupled(self, rv: TensorVariable) -> bool:
        """Return whether answers owe something to the coupling of `rv`: discrete, or mixed."""
        return np.dtype(rv.dtype).kind in "iub" or (
            self.is_ambiguous(rv) and len(self.couplings(rv)) > 1
        )

    def _default(self, forms: Mapping[str, StructuralForm], rv: TensorVariable) -> str:
        if len(forms) == 1:
            return next(iter(forms))
        told = {coupling: self._defaults[form] for coupling, form in forms.items()}
        found = [
            c for c, default in told.items() if (default(rv) if callable(default) else default)
        ]
        if len(found) != 1:
            raise ModelError(
                f"{family_name(rv)} has the couplings {', '.join(forms)}, of which "
                f"{' and '.join(found) or 'none'} is registered as its default; register exactly "
                "one with default=True"
            )
        return found[0]

    def of(
        self, rv: TensorVariable, coupling: str | None = None, name: str | None = None
    ) -> StructuralForm:
        """Return the form of the family of `rv`.

        Parameters
        ----------
        rv : TensorVariable
            A random variable.
        coupling : str, optional
            By default the family's default.
        name : str, optional
            What the model calls it, for messages; by default its own name.

        Returns
        -------
        StructuralForm

        Raises
        ------
        ModelError
            As by `couplings`; and if the family has no such coupling.
        """
        forms = self.couplings(rv, name)
        if coupling is None:
            return next(iter(forms.values()))
        if coupling not in forms:
            raise ModelError(
                f"{family_name(rv)} (variable {(name or rv.name)!r}) has no coupling {coupling!r}; "
                f"it has {', '.join(forms)}"
            )
        return forms[coupling]


def _keys(rv: TensorVariable) -> tuple[type | str, ...]:
    """Return what a family may be registered under, the most particular first."""
    kind = type(rv.owner.op)
    return kind.__name__, family_name(rv), *kind.__mro__


def family_name(rv: TensorVariable) -> str:
    """Return the name that a user knows the family of `rv` by."""
    if isinstance(rv.owner.op, MinibatchRandomVariable):
        return f"{family_name(rv.owner.inputs[0])} with total_size"
    printed: tuple[str, ...] | None = getattr(rv.owner.op, "_print_name", None)
    return printed[0] if printed else type(rv.owner.op).__name__


structural_form = _Registry()
