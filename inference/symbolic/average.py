r"""Means over units, by linearity: what is the same for all units is taken out of the sum.

A change that is a polynomial in what is seen of the units, with coefficients that are drawn, has
the mean :math:`\sum_k c_k \, \overline{x_k}`: the means of the monomials are taken once for all
draws, and no array of draws by units is ever made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import reduce
from itertools import product
from operator import add, mul

import pytensor.tensor as pt
from pytensor.graph.traversal import ancestors, toposort
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import Alloc

__all__ = ["average"]

# Monomials beyond which a polynomial is not multiplied out.
MOST = 64

type _Terms = list[list[TensorVariable]]


def average(
    values: TensorVariable, weight: TensorVariable, drawn: Collection[TensorVariable] = ()
) -> TensorVariable:
    """Return the weighted mean over the leading unit axis.

    Parameters
    ----------
    values : TensorVariable of shape (unit, ...)
    weight : TensorVariable of shape (unit,) or (unit, groups)
        With groups only for `values` of one axis.
    drawn : collection of TensorVariable
        The symbols whose numbers differ from draw to draw.

    Returns
    -------
    TensorVariable of shape (...) or (groups,)

    Examples
    --------
    >>> average(pt.constant([1.0, 2.0, 6.0]), pt.constant([1.0, 1.0, 0.0])).eval()
    array(1.5)
    """
    values = values.astype("float64")
    if values.ndim > 1:
        return pt.tensordot(weight, values, axes=1) / weight.sum()
    coefficients = _polynomial(values, weight, set(drawn))
    if coefficients is None:
        return _weighted_sum(values, weight, set(drawn)) / weight.sum(axis=0)
    total = [pt.dot(carried, weight) * factor for carried, factor in coefficients]
    return reduce(add, total) / weight.sum(axis=0)


def _weighted_sum(
    values: TensorVariable, weight: TensorVariable, drawn: set[TensorVariable]
) -> TensorVariable:
    """Return the weighted sum over units.

    Of drawn values as a sum, which is fused with what they are; a product with one column is not.
    Of others as a product: in a sum PyTensor would cancel the weights against their own sum, and a
    mean over no unit would be a number.
    """
    values_drawn, weight_drawn = (bool(drawn & set(ancestors([v]))) for v in (values, weight))
    if weight.ndim == 1 and values_drawn and not weight_drawn:
        return (values * weight).sum(axis=0)
    return pt.dot(values, weight)


def _polynomial(
    values: TensorVariable, weight: TensorVariable, drawn: set[TensorVariable]
) -> list[tuple[TensorVariable, TensorVariable]] | None:
    """Return monomials of the units, none of which is drawn, with their coefficients."""

    def fixed(*variables: TensorVariable) -> bool:
        return drawn.isdisjoint(ancestors(variables))

    if not drawn or fixed(values) or not fixed(weight):
        return None
    terms = _expanded(values)
    if terms is None:
        return None
    everyone = pt.ones_like(weight if weight.ndim == 1 else weight[:, 0])
    found: dict[frozenset[tuple[TensorVariable, int]], tuple[TensorVariable, TensorVariable]] = {}
    for factors in terms:
        alone = [f[0] for f in factors if f.type.shape[0] == 1]
        carried = [f for f in factors if f.type.shape[0] != 1]
        if not fixed(*carried):
            return None
        key = frozenset(Counter(carried).items())
        factor = reduce(mul, alone or [pt.constant(1.0)])
        if key in found:
            factor = found[key][1] + factor
        found[key] = reduce(mul, carried or [everyone]), factor
    return list(found.values())


def _expanded(value: TensorVariable) -> _Terms | None:
    """Return the sum of products that `value` is, None where it has too many terms.

    A difference stays one factor: it may cancel exactly. Each node is expanded once, however many
    paths lead to it.
    """
    known: dict[TensorVariable, _Terms | None] = {}
    for node in toposort([value]):
        known.update((v, _terms(v, known)) for v in node.outputs)
    return known.get(value, [[value]])


def _terms(value: TensorVariable, known: dict[TensorVariable, _Terms | None]) -> _Terms | None:
    """Return the terms of `value`, given those of what it is made of."""
    owner = value.owner
    op = owner.op if "float" in getattr(value, "dtype", "") else None
    if isinstance(op, Alloc) and owner.inputs[0].ndim == 1:
        return known.get(owner.inputs[0], [[owner.inputs[0]]])
    if op not in (pt.add, pt.mul, pt.neg):
        return [[value]]
    inside = [terms for x in owner.inputs if (terms := known.get(x, [[x]])) is not None]
    if len(inside) < len(owner.inputs):
        return None
    if op == pt.add:
        found = [term for terms in inside for term in terms]
    elif op == pt.neg:
        found = [[pt.constant([-1.0]), *term] for term in inside[0]]
    else:
        if reduce(mul, map(len, inside)) > MOST:
            return None
        found = [[f for term in terms for f in term] for terms in product(*inside)]
    return found if len(found) <= MOST else None
