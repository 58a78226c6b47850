"""Interventions: what replaces a mechanism or a parameter in a world.

Each public function is one intervention and returns an `Intervention`: a rule that maps the site
(the target's natural value, the other variables of the same world, its value in other worlds, the
numbers given) to the value that holds instead. A new intervention is one more such function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import QueryError
from ..inputs.arrays import numbers, plain, shown
from ..inputs.codes import are_numerals, has_labels
from ..inputs.functions import called
from ..inputs.labels import Axis, axes_of
from ..inputs.scalars import LARGEST, are_finite
from .intervention import Do, Intervention, Where, given
from .sites import Site, Values

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


__all__ = [
    "Do",
    "Intervention",
    "affine",
    "as_in",
    "policy",
    "replace_by",
    "scale",
    "set_to",
    "shift",
]


def set_to(value: ArrayLike, *, where: Where = None) -> Intervention:
    """Return the hard intervention that sets the variable to `value`.

    Parameters
    ----------
    value : number or array
        In the variable's own unit of measure: one for all, for each unit, or over any of the
        variable's dimensions. A DataArray goes by its dims and labels, a Series by its labels.
        Of a variable whose codes have labels, a label will do, or labels.
    where : boolean array of shape (unit,), mapping or callable, optional
        The units that it acts on; a callable maps the world's variables to a boolean tensor, a
        mapping gives the value, or the values, of some columns.

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If `value` is neither numeric nor a label, or not finite.

    Examples
    --------
    >>> set_to(1.0)
    set_to(1)
    >>> set_to("pro")
    set_to('pro')
    """
    if has_labels(texts := plain(value)) and not are_numerals(texts):
        return _made("set_to", given, texts.astype(object), where, axes_of(value))
    return _numeric("set_to", value, given, where)


def shift(amount: ArrayLike, *, where: Where = None) -> Intervention:
    """Return the soft intervention that adds `amount` to the natural value.

    Parameters
    ----------
    amount : number or array
        In the variable's own unit of measure: one for all, for each unit, or over any of the
        variable's dimensions. A DataArray goes by its dims and labels, a Series by its labels.
    where : boolean array of shape (unit,) or callable, optional
        The units that it acts on.

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If `amount` is not numeric, or not finite.

    Examples
    --------
    >>> shift(-0.25)
    shift(-0.25)
    """
    return _numeric("shift", amount, _shifted, where)


def scale(factor: ArrayLike, *, where: Where = None) -> Intervention:
    """Return the soft intervention that multiplies the natural value by `factor`.

    Parameters
    ----------
    factor : number or array
        Dimensionless: one for all, for each unit, or over any of the variable's dimensions. A
        DataArray goes by its dims and labels, a Series by its labels.
    where : boolean array of shape (unit,) or callable, optional
        The units that it acts on.

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If `factor` is not numeric, or not finite.

    Examples
    --------
    >>> scale(5)
    scale(5)
    """
    return _numeric("scale", factor, _scaled, where)


def affine(offset: float, factor: float) -> Intervention:
    """Return the soft intervention that sets the variable to offset + factor x natural value.

    Parameters
    ----------
    offset : number
        In the variable's own unit of measure.
    factor : number
        Dimensionless. Of a variable of whole numbers both are whole.

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If one of them is no finite number.

    Examples
    --------
    >>> affine(2.0, 0.5)
    affine(2, 0.5)
    """
    both = [numbers(x) for x in (offset, factor)]
    for name, one, number in zip(("offset", "factor"), (offset, factor), both, strict=True):
        if number is None or number.ndim or not np.isfinite(number):
            raise QueryError(f"{name} of affine is a finite number, not {shown(one)}")
    return Intervention("affine", _affine, both[0], factor=both[1])


def policy(function: Callable[[Values], Any], *, where: Where = None) -> Intervention:
    """Return the intervention that computes the value from other variables of the same world.

    Parameters
    ----------
    function : callable
        Maps a mapping from names to tensors to the new value; under the target's own name stands
        its natural value.
    where : boolean array of shape (unit,) or callable, optional
        The units that it acts on.

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If `function` cannot be called; when asked, if it fails or gives no number.

    Examples
    --------
    >>> policy(lambda v: v["z"] + 100.0)
    policy(...)
    """
    if not callable(function):
        raise QueryError(
            f"policy takes a function from variables to a value, not {function!r}; "
            "for a number use set_to"
        )

    def rule(site: Site) -> Any:
        return called(function, site.values, f"the policy on {site.name!r}")

    return replace(_made("policy", rule, None, where), free=True)


def replace_by(distribution: TensorVariable, *, where: Where = None) -> Intervention:
    """Return the stochastic intervention that draws the value from another distribution.

    The draws are new and independent of the variable's own noise; worlds that one query compares
    share them.

    Parameters
    ----------
    distribution : TensorVariable
        An unregistered PyMC distribution, such as ``pm.Normal.dist(100.0, 0.1)``, whose family has
        a structural form.
    where : boolean array of shape (unit,) or callable, optional
        The units that it acts on.

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If `distribution` is no PyMC distribution, or its parameters are none that it can have.
    ModelError
        If its family has no structural form.
    """
    from pytensor.tensor import TensorVariable

    from ..families.form import structural_form
    from .domains import check_distribution

    if not isinstance(distribution, TensorVariable) or distribution.owner is None:
        raise QueryError(
            f"replace_by takes a distribution such as pm.Normal.dist(0, 1), not {distribution!r}"
        )
    check_distribution(distribution, "replace_by takes", QueryError)
    form = structural_form.of(distribution)
    parameters = form.parameters(distribution)

    def rule(site: Site) -> TensorVariable:
        return form.predict(form.embed(site.draw(form, parameters)), *parameters)

    return _made("replace_by", rule, None, where)


def as_in(world: str, *, where: Where = None) -> Intervention:
    """Return the intervention that gives the variable its value in another world of the query.

    The worlds of a query go by names: ``"do"``, ``"versus"`` and ``"natural"``, the world as it
    was. A variable that is as in another world no longer answers to its own causes in this one,
    which makes nested counterfactuals: with ``do={"t": 1, "m": as_in("versus")}`` an outcome Y is
    Y(t = 1, M(versus)). Pearl (2001), doi:10.48550/arXiv.1301.2300.

    Parameters
    ----------
    world : str
        The name of a world.
    where : boolean array of shape (unit,) or callable, optional
        The units that it acts on.

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If `world` is no name; when asked, if the query has no world of that name, or worlds read
        each other in a circle.

    Examples
    --------
    >>> as_in("versus")
    as_in('versus')
    """
    if not isinstance(world, str):
        raise QueryError(f"as_in takes the name of a world, such as 'versus', not {world!r}")
    return replace(_made("as_in", lambda site: site.elsewhere(world), None, where), world=world)


def as_intervention(target: str, value: Any) -> Intervention:
    """Return `value` as an intervention: a plain number means `set_to`.

    Parameters
    ----------
    target : str
        What it acts on, for messages.
    value : Intervention, number or array

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If it is neither.
    """
    if isinstance(value, Intervention):
        return value
    try:
        return set_to(value)
    except QueryError as error:
        raise QueryError(f"`do` of {target!r}: {error}") from None


def _shifted(site: Site) -> Any:
    return site.natural() + site.amount


def _scaled(site: Site) -> Any:
    return site.natural() * site.amount


def _affine(site: Site) -> Any:
    assert site.factor is not None
    assert site.amount is not None
    return site.amount + site.factor * site.natural()


def _numeric(
    kind: str, amount: ArrayLike, rule: Callable[[Site], Any], where: Where
) -> Intervention:
    array = numbers(amount)
    if array is None:
        raise QueryError(
            f"{kind} takes a number, or an array with one number per unit, not {shown(amount)}"
        )
    if not are_finite(array):
        raise QueryError(
            f"{kind} takes finite numbers; {shown(amount)} holds NaN, infinity or what is beyond "
            f"{LARGEST:g}, whose square no float holds"
        )
    if array.dtype.kind == "b":
        array = array.astype(np.int64)
    return _made(kind, rule, array.copy(), where, axes_of(amount))


def _made(
    kind: str,
    rule: Callable[[Site], Any],
    amount: NDArray[Any] | None,
    where: Where,
    axes: tuple[Axis, ...] = (),
) -> Intervention:
    if where is None or callable(where):
        return Intervention(kind, rule, amount, where, amount_axes=axes)
    if isinstance(where, Mapping):
        return Intervention(kind, rule, amount, dict(where), amount_axes=axes)
    mask = plain(where)
    if mask.dtype.kind != "b":
        raise QueryError(
            "`where` takes a boolean array with one entry per unit, or a function of the world's "
            f"variables; this one holds {mask.dtype}"
        )
    return Intervention(
        kind, rule, amount, mask.copy(), amount_axes=axes, where_axes=axes_of(where)
    )
