"""What one expression is beyond another, computed from what differs between them alone.

Two worlds hold copies of one equation, in which few symbols differ. Term by term most of it
cancels before anything is computed: :math:`(a + b x') - (a + b x) = b (x' - x)`. The answer costs
less, loses no digits to a common part that is large, and is zero to the last bit where no value
differs, for it is then a sum of zeros times factors.
"""

from __future__ import annotations

from functools import reduce
from operator import add, mul

import numpy as np
import pytensor.tensor as pt
from pytensor import scalar
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.op import Op
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle, Elemwise

__all__ = ["change"]

type _Pairs = dict[tuple[TensorVariable, TensorVariable], TensorVariable | None]


def change(new: TensorVariable, old: TensorVariable) -> TensorVariable:
    """Return ``new - old``, of few operations and free of rounding where they have much in common.

    Parameters
    ----------
    new, old : TensorVariable
        Of as many axes. Whole numbers and booleans are taken as int64.

    Returns
    -------
    TensorVariable
        Of length 1 along an axis on which the difference does not depend.

    Examples
    --------
    >>> a, b, x, y = pt.vectors("abxy")
    >>> change(a + b * x, a + b * y).eval({b: [2.0], x: [3.0], y: [1.0]})
    array([4.])
    """
    found = _change(new, old, {})
    if found is None:
        return pt.zeros((1,) * new.ndim, dtype=_signed(new).dtype)
    return found


def _change(new: TensorVariable, old: TensorVariable, known: _Pairs) -> TensorVariable | None:
    """Return ``new - old``, or None where that is nothing."""
    if new is old:
        return None
    if (new, old) not in known:
        known[new, old] = _by_terms(new, old, known)
    return known[new, old]


def _by_terms(new: TensorVariable, old: TensorVariable, known: _Pairs) -> TensorVariable | None:
    if isinstance(new, Constant) and isinstance(old, Constant) and new.equals(old):
        return None
    if (more := _beyond(new, old)) is not None:
        return more
    if (less := _beyond(old, new)) is not None:
        return -less
    a, b = new.owner, old.owner
    if a is None or b is None or new.index != old.index or a.op != b.op:
        return _signed(new) - _signed(old)
    if len(a.inputs) != len(b.inputs) or not all(map(_fit, a.inputs, b.inputs)):
        return _signed(new) - _signed(old)
    parts = [_change(x, y, known) for x, y in zip(a.inputs, b.inputs, strict=True)]
    if all(part is None for part in parts):
        return None
    # Shorter whole numbers wrap round, so that their sums are not always sums.
    exact = "float" in new.dtype or new.dtype == "int64"
    linear = _linear(a.op, a.inputs, b.inputs, parts) if exact else None
    return _signed(new) - _signed(old) if linear is None else linear


def _fit(new: Variable, old: Variable) -> bool:
    """Return whether two shapes fit: not those of 2 and of 3 categories."""
    shapes = (getattr(v.type, "shape", ()) for v in (new, old))
    return all(
        1 in pair or None in pair or pair[0] == pair[1] for pair in zip(*shapes, strict=False)
    )


def _linear(
    op: Op,
    new: list[TensorVariable],
    old: list[TensorVariable],
    parts: list[TensorVariable | None],
) -> TensorVariable | None:
    """Return the change of what `op` gives from the changes of its inputs, None if it is no sum."""
    if isinstance(op, DimShuffle):
        return op(parts[0])
    if isinstance(op, Alloc) and all(part is None for part in parts[1:]):
        return pt.shape_padleft(parts[0], len(new) - 1 - new[0].ndim)
    kind = getattr(op, "scalar_op", None) if isinstance(op, Elemwise) else None
    if isinstance(kind, scalar.Add):
        return reduce(add, [part for part in parts if part is not None])
    if isinstance(kind, scalar.Mul):  # one factor after the other
        steps = [
            reduce(mul, [*old[:k], part, *new[k + 1 :]])
            for k, part in enumerate(parts)
            if part is not None
        ]
        return reduce(add, steps)
    if isinstance(kind, scalar.Sub):
        gain, loss = parts
        return reduce(add, [x for x in (gain, None if loss is None else -loss) if x is not None])
    if isinstance(kind, scalar.TrueDiv) and parts[1] is None:
        return parts[0] / old[1]
    return None


def _beyond(
    total: TensorVariable, term: TensorVariable, without: set[TensorVariable] | None = None
) -> TensorVariable | None:
    """Return the rest of a sum, of which `term` itself is one term; None if it is not.

    `without` are the sums that were searched, since many paths may lead to one of them.
    """
    if total.owner is None or total.owner.op != pt.add or "float" not in total.dtype:
        return None
    without = set() if without is None else without
    if total in without:
        return None
    for k, one in enumerate(total.owner.inputs):
        inner = None if one is term else _beyond(one, term, without)
        if one is term or inner is not None:
            rest = [x for j, x in enumerate(total.owner.inputs) if j != k]
            return reduce(add, rest if inner is None else [inner, *rest])
    without.add(total)
    return None


def _signed(value: TensorVariable) -> TensorVariable:
    return value.astype("int64") if np.dtype(value.dtype).kind in "bui" else value
