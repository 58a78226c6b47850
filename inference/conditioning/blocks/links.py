r"""Links of generalised linear mechanisms: the log-likelihood as a function of the predictor.

Of a row with :math:`n` units (or trials) whose values sum up to :math:`y` it is
:math:`y f(\eta) + n g(\eta)` and a constant, so that units of equal covariates are one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pytensor.graph.basic import Variable
from pytensor.scalar import basic as scalar
from pytensor.scalar.math import Sigmoid, Softplus
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.random import basic as families
from scipy.special import expit, log_ndtr

from .probit import probit_predictor
from .problem import Problem

__all__ = ["Link", "Written", "dispersed", "written"]

Floats = NDArray[np.float64]
# Beyond them exponentials of exponentials overflow.
FAR = 700.0


@dataclass(frozen=True)
class Curve:
    """A function of the predictor.

    Attributes
    ----------
    at : callable
        Its value.
    bends : callable
        Its first and second derivative.
    """

    at: Callable[[Floats], Floats]
    bends: Callable[[Floats], tuple[Floats, Floats]]

    def less(self, other: Curve) -> Curve:
        """Return the difference to another curve."""

        def bends(x: Floats) -> tuple[Floats, Floats]:
            (one, two), (three, four) = self.bends(x), other.bends(x)
            return one - three, two - four

        return Curve(lambda x: self.at(x) - other.at(x), bends)


@dataclass(frozen=True)
class Link:
    """A log-likelihood ``y * f(eta) + n * g(eta)``.

    Attributes
    ----------
    of_sum, of_count : Curve
        f and g.
    """

    of_sum: Curve
    of_count: Curve


def _softplus_bends(x: Floats) -> tuple[Floats, Floats]:
    p = expit(x)
    return p, p * expit(-x)


def _log_softplus(x: Floats) -> Floats:
    # Far below zero softplus is exp, and its logarithm the identity.
    return np.where(x < -30.0, x, np.log(np.logaddexp(0.0, np.maximum(x, -30.0))))


def _log_softplus_bends(x: Floats) -> tuple[Floats, Floats]:
    near = np.maximum(x, -30.0)
    share = np.where(x < -30.0, 1.0, expit(near) / np.logaddexp(0.0, near))
    return share, share * (expit(-x) - share)


def _log_cdf_bends(x: Floats) -> tuple[Floats, Floats]:
    ratio = np.exp(-0.5 * x**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(x))
    return ratio, -ratio * (x + ratio)


def _mirrored_bends(x: Floats) -> tuple[Floats, Floats]:
    slope, bend = _log_cdf_bends(-x)
    return -slope, bend


def _log_any(x: Floats) -> Floats:
    """Return log(1 - exp(-exp(x))): that there is any event."""
    near = np.clip(x, -18.0, FAR)
    return np.where(x < -18.0, x, np.log(-np.expm1(-np.exp(np.minimum(near, 6.0)))))


def _log_any_bends(x: Floats) -> tuple[Floats, Floats]:
    mu = np.exp(np.clip(x, -18.0, 6.0))
    share = np.where(x < -18.0, 1.0, mu / np.expm1(mu))
    return share, share * (1.0 - mu - share)


def _exp(x: Floats) -> Floats:
    return np.exp(np.minimum(x, FAR))


NOTHING = Curve(lambda x: np.zeros_like(x), lambda x: (np.zeros_like(x), np.zeros_like(x)))
IDENTITY = Curve(lambda x: x, lambda x: (np.ones_like(x), np.zeros_like(x)))
SOFTPLUS = Curve(lambda x: np.logaddexp(0.0, x), _softplus_bends)
LOG_SOFTPLUS = Curve(_log_softplus, _log_softplus_bends)
EXP = Curve(_exp, lambda x: (_exp(x), _exp(x)))
LOG_CDF = Curve(log_ndtr, _log_cdf_bends)
MIRRORED = Curve(lambda x: log_ndtr(-x), _mirrored_bends)
NO_EVENT = NOTHING.less(EXP)
LINKS: Mapping[tuple[str, str], Link] = {
    ("binary", "logit"): Link(IDENTITY, NOTHING.less(SOFTPLUS)),
    ("binary", "probit"): Link(LOG_CDF.less(MIRRORED), MIRRORED),
    ("binary", "cloglog"): Link(Curve(_log_any, _log_any_bends).less(NO_EVENT), NO_EVENT),
    ("counts", "log"): Link(IDENTITY, NO_EVENT),
    ("counts", "softplus"): Link(LOG_SOFTPLUS, NOTHING.less(SOFTPLUS)),
}


def dispersed(alpha: Any) -> Link:
    """Return the link of a negative binomial with log mean, but for what only `alpha` changes.

    Parameters
    ----------
    alpha : float or array that broadcasts against the predictors
        The variance is the mean and its square over `alpha`.
    """
    log = np.log(alpha)

    def bends(x: Floats) -> tuple[Floats, Floats]:
        q = expit(x - log)
        return q, q * expit(log - x)

    def times(x: Floats) -> tuple[Floats, Floats]:
        slope, bend = bends(x)
        return alpha * slope, alpha * bend

    total = Curve(lambda x: np.logaddexp(log, x), bends)
    of_count = Curve(lambda x: alpha * (np.logaddexp(log, x) - log), times)
    return Link(IDENTITY.less(total), NOTHING.less(of_count))


@dataclass(frozen=True)
class Written:
    """How an equation writes a generalised linear mechanism.

    Attributes
    ----------
    predictor : TensorVariable
    link : Link or None
        None of a negative binomial, whose link has a parameter.
    trials : TensorVariable or None
    alpha : TensorVariable or None
    """

    predictor: TensorVariable
    link: Link | None
    trials: TensorVariable | None = None
    alpha: TensorVariable | None = None


def written(problem: Problem, name: str) -> Written | None:
    """Return the predictor and the link of a mechanism, or None if it has none.

    Parameters
    ----------
    problem : Problem
    name : str
        Of the mechanism.
    """
    op = problem.equations[name].expression.owner.op
    parameters = problem.parameters_of(name)
    if isinstance(op, families.BernoulliRV | families.BinomialRV):
        found = _chance(problem, parameters[-1])
        kind, trials = "binary", parameters[0] if len(parameters) > 1 else None
    elif isinstance(op, families.PoissonRV):
        found, kind, trials = _mean(problem, parameters[0]), "counts", None
    elif isinstance(op, families.NegBinomialRV):
        predictor = _dispersed_predictor(problem, *parameters)
        return None if predictor is None else Written(predictor, None, alpha=parameters[0])
    else:
        return None
    if found is None:
        return None
    predictor, link = found
    return Written(predictor, LINKS[kind, link], trials)


def _chance(problem: Problem, p: Variable) -> tuple[TensorVariable, str] | None:
    if (inner := _inside(problem, p, Sigmoid)) is not None:
        return inner, "logit"
    if (inner := probit_predictor(problem, _bare(problem, p))) is not None:
        return inner, "probit"
    bare = _bare(problem, p)
    left = None
    if _is(bare, scalar.Sub) and _is_one(problem, bare.owner.inputs[0]):  # 1 - exp(-exp(eta))
        left = _inside(problem, bare.owner.inputs[1], scalar.Exp)
    elif _is(bare, scalar.Neg):  # -expm1(-exp(eta))
        left = _inside(problem, bare.owner.inputs[0], scalar.Expm1)
    mean = None if left is None else _inside(problem, left, scalar.Neg)
    inner = None if mean is None else _inside(problem, mean, scalar.Exp)
    return None if inner is None else (inner, "cloglog")


def _mean(problem: Problem, mu: Variable) -> tuple[TensorVariable, str] | None:
    for kind, name in ((scalar.Exp, "log"), (Softplus, "softplus")):
        if (inner := _inside(problem, mu, kind)) is not None:
            return inner, name
    return None


def _dispersed_predictor(problem: Problem, n: Variable, p: Variable) -> TensorVariable | None:
    """Return the log mean of a negative binomial: PyMC has p as sigmoid(log n - log mean)."""
    odds = _inside(problem, p, Sigmoid)
    if odds is None or not _is(odds := _bare(problem, odds), scalar.Sub):
        return None
    own, mean = (_inside(problem, v, scalar.Log) for v in odds.owner.inputs)
    if own is None or mean is None or not _same(problem, own, n):
        return None
    return _inside(problem, mean, scalar.Exp)


def _inside(problem: Problem, variable: Variable, kind: type) -> TensorVariable | None:
    """Return what a function is of, or None where it is another."""
    bare = _bare(problem, variable)
    return bare.owner.inputs[0] if _is(bare, kind) else None


def _bare(problem: Problem, variable: Variable) -> Variable:
    """Return a variable without names and added axes in front."""
    while True:
        op = getattr(variable.owner, "op", None)
        if variable in problem.definitions:
            variable = problem.definitions[variable]
        elif isinstance(op, DimShuffle) and op.is_left_expand_dims:
            variable = variable.owner.inputs[0]
        else:
            return variable


def _is(variable: Variable, kind: type) -> bool:
    op = getattr(variable.owner, "op", None)
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, kind)


def _is_one(problem: Problem, variable: Variable) -> bool:
    data = getattr(_bare(problem, variable), "data", None)
    return data is not None and bool(np.all(data == 1))


def _same(problem: Problem, one: Variable, two: Variable) -> bool:
    one, two = _bare(problem, one), _bare(problem, two)
    if one is two:
        return True
    first, second = (getattr(v, "data", None) for v in (one, two))
    return first is not None and second is not None and bool(np.array_equal(first, second))
