r"""The fixed laws by rank: numbers of a law drawn between two others, and what an end hides.

A rank is the logit of a law's cdf, :math:`z = \log P(N \le x) - \log P(N > x)`, which keeps both
tails. With :math:`\sigma` the logistic function, a rank between two others is exact in closed form,
for :math:`\sigma(x) - \sigma(a) = \sigma(x)\,\sigma(-a)\,(1 - e^{a - x})`. The normal law has
kernels of its own: its ranks leave the range of floats before its numbers do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Constant
from pytensor.tensor import TensorVariable

from .form import StructuralForm
from .special import truncated_logit, truncated_quantile

__all__ = ["RANKS", "Rank", "constant", "drawn", "edge", "finite"]

BELOW, ABOVE = pt.constant(-np.inf), pt.constant(np.inf)
FAR = 800.0
LAST = 2.0**-54
GREAT = pt.constant(np.array(1e300))


@dataclass(frozen=True)
class Rank:
    """How one law is told by rank.

    Attributes
    ----------
    of : callable
        From a number of the law to its rank.
    at : callable
        From a rank to the number that has it.
    ends : tuple of float
        The least and the greatest number of the law.
    """

    of: Callable[[TensorVariable], TensorVariable]
    at: Callable[[TensorVariable], TensorVariable]
    ends: tuple[float, float] = (-np.inf, np.inf)

    @property
    def extremes(self) -> tuple[float, float]:
        """Draws of the law that are as low, and as high, as any that matter."""
        low, high = self.ends
        return max(low, -FAR), min(high, FAR)

    def between(
        self, rank: TensorVariable, low: TensorVariable, high: TensorVariable
    ) -> TensorVariable:
        """Return the number that has `rank` among those of the law from `low` to `high`.

        Parameters
        ----------
        rank : TensorVariable
        low : TensorVariable
        high : TensorVariable
        """
        if constant(low, self.ends[0]) and constant(high, self.ends[1]):
            return self.at(rank)
        return self.at(between(rank, self.of(low), self.of(high)))

    def within(
        self, number: TensorVariable, low: TensorVariable, high: TensorVariable
    ) -> TensorVariable:
        """Return the rank of `number` among those of the law from `low` to `high`.

        Parameters
        ----------
        number : TensorVariable
        low : TensorVariable
        high : TensorVariable
        """
        if constant(low, self.ends[0]) and constant(high, self.ends[1]):
            return self.of(number)
        return within(self.of(number), self.of(low), self.of(high))


class _NormalRank(Rank):
    """The standard normal, and its upper half: exact however far the two ends lie out."""

    def between(
        self, rank: TensorVariable, low: TensorVariable, high: TensorVariable
    ) -> TensorVariable:
        """Return the number that has `rank` among those of the law from `low` to `high`."""
        return truncated_quantile(rank, low, high)

    def within(
        self, number: TensorVariable, low: TensorVariable, high: TensorVariable
    ) -> TensorVariable:
        """Return the rank of `number` among those of the law from `low` to `high`."""
        return truncated_logit(number, low, high)


def between(rank: TensorVariable, low: TensorVariable, high: TensorVariable) -> TensorVariable:
    """Return the rank, in the whole law, of what has `rank` from `low` to `high`, ranks as well."""
    up, down = _log_below(rank), _log_above(rank)
    below = _log_below(high) + pt.logaddexp(up, down + (_log_below(low) - _log_below(high)))
    above = _log_above(low) + pt.logaddexp(down, up + (_log_above(high) - _log_above(low)))
    return below - above


def within(rank: TensorVariable, low: TensorVariable, high: TensorVariable) -> TensorVariable:
    """Return the rank from `low` to `high` of what has `rank` in the whole law: `between` back."""
    ends = pt.softplus(-high) - pt.softplus(low)
    return rank + ends + pt.log(-pt.expm1(low - rank)) - pt.log(-pt.expm1(rank - high))


def _log_below(rank: TensorVariable) -> TensorVariable:
    return -pt.softplus(-rank)


def _log_above(rank: TensorVariable) -> TensorVariable:
    return -pt.softplus(rank)


def _log_expm1(x: TensorVariable) -> TensorVariable:
    """Return log(exp(x) - 1) for positive x, however great."""
    return x + pt.log(-pt.expm1(-x))


def _laplace_of(number: TensorVariable) -> TensorVariable:
    size = pt.abs(number)
    return pt.sign(number) * (size + np.log(2.0) + pt.log1p(-0.5 * pt.exp(-size)))


def _laplace_at(rank: TensorVariable) -> TensorVariable:
    return pt.sign(rank) * -(np.log(2.0) + _log_above(pt.abs(rank)))


def _cauchy_of(number: TensorVariable) -> TensorVariable:
    beyond = pt.arctan2(1.0, pt.abs(number)) / np.pi
    return pt.sign(number) * (pt.log1p(-beyond) - pt.log(beyond))


def _cauchy_at(rank: TensorVariable) -> TensorVariable:
    return pt.sign(rank) / pt.tan(np.pi * pt.sigmoid(-pt.abs(rank)))


def _half_cauchy_at(rank: TensorVariable) -> TensorVariable:
    small = pt.tan(0.5 * np.pi * pt.sigmoid(-pt.abs(rank)))
    return pt.switch(rank < 0.0, small, 1.0 / small)


RANKS: Mapping[str, Rank] = MappingProxyType(
    {
        "logistic": Rank(lambda x: x, lambda z: z),
        "uniform": Rank(lambda x: pt.log(x) - pt.log1p(-x), pt.sigmoid, (0.0, 1.0)),
        "exponential": Rank(_log_expm1, pt.softplus, (0.0, np.inf)),
        "gumbel": Rank(lambda x: -_log_expm1(pt.exp(-x)), lambda z: -pt.log(pt.softplus(-z))),
        "laplace": Rank(_laplace_of, _laplace_at),
        "cauchy": Rank(_cauchy_of, _cauchy_at),
        "half_cauchy": Rank(
            lambda x: pt.log(pt.arctan2(x, 1.0)) - pt.log(pt.arctan2(1.0, x)),
            _half_cauchy_at,
            (0.0, np.inf),
        ),
        "normal": _NormalRank(
            lambda x: truncated_logit(x, BELOW, ABOVE),
            lambda z: truncated_quantile(z, BELOW, ABOVE),
        ),
        "half_normal": _NormalRank(
            lambda x: truncated_logit(x, pt.constant(0.0), ABOVE),
            lambda z: truncated_quantile(z, pt.constant(0.0), ABOVE),
            (0.0, np.inf),
        ),
    }
)


def drawn(law: str, uniform: TensorVariable) -> TensorVariable:
    """Return draws of a law from uniform ones.

    Parameters
    ----------
    law : str
    uniform : TensorVariable
    """
    if law == "uniform":
        return uniform
    inside = pt.clip(uniform, LAST, 1.0 - LAST)
    return RANKS[law].at(pt.log(inside) - pt.log1p(-inside))


def edge(
    form: StructuralForm,
    bound: TensorVariable,
    parameters: tuple[TensorVariable, ...],
    *,
    upper: bool,
    discrete: bool,
) -> TensorVariable:
    """Return where, in a monotone form's noise, the values on one side of `bound` end.

    Parameters
    ----------
    form : StructuralForm
        Monotone, of one number of noise.
    bound : TensorVariable
        It belongs to both sides; it may be infinite.
    parameters : tuple of TensorVariable
        Of the form.
    upper : bool
        Whether the values end here, from below: the greatest noise of a value at most `bound`;
        else the least noise of a value at least `bound`.
    discrete : bool
        Whether the values are whole numbers.

    Returns
    -------
    TensorVariable
        An end of the law where all values, or none, lie on that side.
    """
    rank = RANKS[form.law]
    if constant(bound, np.inf if upper else -np.inf):
        return pt.constant(rank.ends[upper])
    least, greatest = form.bounds(*parameters)
    if discrete:
        bound = pt.floor(bound) if upper else pt.ceil(bound)
    below, above = pt.isinf(bound) & (bound < 0), pt.isinf(bound) & (bound > 0)
    if least is not None:
        below |= bound < least if upper and discrete else bound <= least
    if greatest is not None:
        above |= bound >= greatest if upper or not discrete else bound > greatest
    inner = next((b for b in (least, greatest) if b is not None), 0.0)
    inside = pt.switch(below | above, inner, bound)
    draw = pt.constant(rank.extremes[upper])
    noise = form.abduct(inside, *parameters, draws=draw)
    return pt.switch(below, rank.ends[0], pt.switch(above, rank.ends[1], noise))


def constant(variable: TensorVariable, number: float) -> bool:
    """Return whether a variable is known beforehand to be `number` everywhere.

    Parameters
    ----------
    variable : TensorVariable
    number : float
    """
    return isinstance(variable, Constant) and bool(np.all(variable.data == number))


def finite(variable: TensorVariable) -> TensorVariable:
    """Return a variable with great numbers for infinite ones, so that it is equal to itself."""
    return pt.clip(variable.astype("float64"), -GREAT, GREAT)
