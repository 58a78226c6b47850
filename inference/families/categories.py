r"""Categories: by Gumbel-max, by their order (``"monotone"``), and drawn anew.

Gumbel-max, :math:`V = \arg\max_k (\log p_k + N_k)` with Gumbel noise, treats all categories alike
and is counterfactually stable: a unit leaves its category only for one whose odds against it rose
(Oberst and Sontag 2019, arXiv:1905.05824, https://proceedings.mlr.press/v97/oberst19a.html). Its
noise given the category is drawn from the top down (Maddison, Tarlow and Minka 2014,
arXiv:1411.0030). The monotone coupling supposes that the categories are ordered, as in PyMC's
OrderedLogistic and OrderedProbit, where it is the default. For two categories both agree in law.
"""

import pymc as pm
import pytensor.tensor as pt
from pytensor.compile.ops import ViewOp
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import ancestors
from pytensor.scalar.basic import Exp, Sub
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import Join
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.subtensor import Subtensor

from .common import Anchored, Count, Independent, same
from .form import Bound, StructuralForm, structural_form
from .special import gumbel_move, ordered_move

__all__ = ["GumbelMax", "IndependentCategorical", "MonotoneCategorical"]

LEAST = 1e-300
GOLDEN = 0.6180339887498949


def _bare(variable: Variable) -> Variable:
    """Return the variable beneath names, views and added dimensions."""
    while variable.owner is not None and (
        isinstance(variable.owner.op, DimShuffle | ViewOp)
        or type(variable.owner.op).__name__.startswith("Model")
    ):
        variable = variable.owner.inputs[0]
    return variable


def is_ordered(rv: TensorVariable) -> bool:
    """Return whether p is what lies between the cut points of one number, as PyMC writes it.

    As the differences of a cumulative vector (OrderedLogistic), or by their logarithms
    (OrderedProbit).
    """
    p = _bare(rv.owner.op.dist_params(rv.owner)[0])
    kind = getattr(p.owner.op, "scalar_op", None) if p.owner is not None else None
    return (isinstance(kind, Sub) and _is_difference(p)) or (
        isinstance(kind, Exp) and _is_log_difference(_bare(p.owner.inputs[0]))
    )


def _is_log_difference(logs: Variable) -> bool:
    """Return whether the first, the middle and the last logarithms read one vector's parts."""
    if logs.owner is None or not isinstance(logs.owner.op, Join):
        return False
    pieces = [piece for piece in logs.owner.inputs if piece.type.ndim]  # less the axis, if any
    cuts = [{v.owner.inputs[0] for v in ancestors([p]) if _is_part(v)} for p in pieces]
    return len(cuts) == 3 and bool(set.intersection(*cuts))


def _is_part(variable: Variable) -> bool:
    return variable.owner is not None and isinstance(variable.owner.op, Subtensor)


def _is_difference(p: Variable) -> bool:
    """Return whether p is the difference of a joined vector's own parts."""
    sides = [_bare(side) for side in p.owner.inputs]
    if not all(s.owner is not None and isinstance(s.owner.op, Subtensor) for s in sides):
        return False
    upper, lower = (_bare(s.owner.inputs[0]) for s in sides)
    return upper is lower and upper.owner is not None and isinstance(upper.owner.op, Join)


def _last(p: TensorVariable) -> TensorVariable:
    """Return the last category."""
    return p.shape[-1] - 1


class _PlainCategorical(Count):
    """The quantile function of categories 0 to K - 1 with chances p."""

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and the last category."""
        return 0, _last(parameters[0])

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return how many cumulative chances the noise exceeds, told from its own tail."""
        p, z = parameters[0], noise[..., None]
        below = pt.cumsum(p, axis=-1)
        above = pt.cumsum(p[..., ::-1], axis=-1)[..., ::-1]
        passed = pt.switch(
            z < 0.0, pt.sigmoid(z) > below[..., :-1], pt.sigmoid(-z) < above[..., 1:]
        )
        return passed.sum(axis=-1).astype("int64")

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return logistic noise from the category's interval."""
        p = parameters[0]
        k, here = pt.arange(p.shape[-1]), value[..., None]
        below = pt.switch(k < here, p, 0.0).sum(axis=-1)
        mass = pt.switch(pt.eq(k, here), p, 0.0).sum(axis=-1)
        above = pt.switch(k > here, p, 0.0).sum(axis=-1)
        low, high = below + pt.sigmoid(draws) * mass, above + pt.sigmoid(-draws) * mass
        tail = pt.minimum(low, high)
        logit = pt.log(tail) - pt.log1p(-tail)
        return pt.switch(low < high, logit, -logit)


class _Categorical(Anchored):
    """What the anchored couplings share: one number that tells vectors of chances apart."""

    arity = 1

    def traits(self, *parameters: TensorVariable) -> tuple[TensorVariable, ...]:
        """Return a weighted sum of the chances; it differs wherever they do."""
        p = parameters[0]
        weight = 1.0 + ((pt.arange(p.shape[-1]) + 1.0) * GOLDEN) % 1.0
        return ((p * weight).sum(axis=-1),)


@structural_form.register(pm.Categorical, default=is_ordered)
class MonotoneCategorical(_Categorical):
    """Categorical(p), its categories taken as ordered: the quantile function.

    Exact for categories however unlikely. The default of what PyMC orders (OrderedLogistic,
    OrderedProbit).
    """

    law = "logistic"
    coupling = "monotone"
    plain = _PlainCategorical()

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the category of the value's rank under `new` chances, which needs no anchor."""
        if same(parameters[0], new[0]):
            return value.astype("int64")
        return ordered_move(value, parameters[0], new[0], draws)


@structural_form.register(pm.Categorical, default=lambda rv: not is_ordered(rv))
class GumbelMax(StructuralForm):
    """Categorical(p) as the first of K Gumbel races."""

    law = "gumbel"
    coupling = "gumbel_max"
    ambiguous = True

    def width(self, *parameters: TensorVariable) -> TensorVariable | None:
        """Return the number of categories."""
        return parameters[0].shape[-1]

    def bounds(self, *parameters: TensorVariable) -> tuple[Bound, Bound]:
        """Return zero and the last category."""
        return 0, _last(parameters[0])

    def predict(self, noise: TensorVariable, *parameters: TensorVariable) -> TensorVariable:
        """Return the category with the greatest log p + noise."""
        chances = pt.log(pt.maximum(parameters[0], LEAST))
        return pt.argmax(chances + noise, axis=-1).astype("int64")

    def abduct(
        self, value: TensorVariable, *parameters: TensorVariable, draws: TensorVariable
    ) -> TensorVariable:
        """Return Gumbel noise given that `value` won: its own the greatest, the others below it."""
        chances = pt.log(pt.maximum(parameters[0], LEAST))
        won = pt.eq(pt.arange(draws.shape[-1]), value[..., None])
        top = pt.switch(won, draws, 0.0).sum(axis=-1, keepdims=True)
        # A Gumbel kept below `top`; then a hair less, so that rounding makes no tie.
        below = -pt.logaddexp(-draws, chances - top)
        hair = 1e-12 * (1.0 + pt.abs(top) + pt.abs(chances))
        return pt.switch(won, top - chances, below - hair)

    def transport(
        self,
        value: TensorVariable,
        parameters: tuple[TensorVariable, ...],
        new: tuple[TensorVariable, ...],
        draws: TensorVariable,
    ) -> TensorVariable:
        """Return the winner under `new` chances; unchanged chances give `value`."""
        if same(parameters[0], new[0]):
            return value.astype("int64")
        return gumbel_move(value, parameters[0], new[0], draws)


@structural_form.register(pm.Categorical)
class IndependentCategorical(Independent, _Categorical):
    """Categorical(p), drawn anew for every p."""

    plain = _PlainCategorical()
