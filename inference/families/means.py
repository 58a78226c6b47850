"""Means of families: PyMC's own, and those that it lacks.

A category is no number, and its mean is that of each indicator: the probability of each category,
along a trailing axis. A truncated or censored normal has a mean in closed form (Johnson, Kotz and
Balakrishnan, *Continuous Univariate Distributions*, vol. 1, 2nd ed., 1994, section 13.10).
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.distributions.censored import CensoredRV
from pymc.distributions.continuous import TruncatedNormalRV
from pymc.distributions.dist_math import normal_lcdf
from pymc.distributions.mixture import _BaseMixtureRV
from pymc.distributions.moments import mean
from pymc.distributions.truncated import TruncatedRV
from pytensor.graph.basic import Constant
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import CategoricalRV, NormalRV

from .censored import inner_of
from .form import full_precision

__all__ = ["is_categorical", "mean_of"]


def is_categorical(rv: TensorVariable) -> bool:
    """Return whether the values of `rv` are codes of categories."""
    return rv.owner is not None and isinstance(rv.owner.op, CategoricalRV)


def mean_of(rv: TensorVariable) -> TensorVariable:
    """Return the mean of a random variable given its parameters.

    Parameters
    ----------
    rv : TensorVariable
        Drawn from a family; its parameters may be any expressions.

    Returns
    -------
    TensorVariable
        Of the shape of `rv`; of a category, with a trailing axis of all categories.

    Raises
    ------
    NotImplementedError
        If no mean is known.
    pymc.exceptions.UndefinedMomentException
        If there is none.

    Examples
    --------
    >>> mean_of(pm.HurdlePoisson.dist(psi=0.4, mu=2.0)).eval().round(4)
    np.float64(0.9252)
    >>> mean_of(pm.Categorical.dist([0.2, 0.8])).eval()
    array([0.2, 0.8])
    """
    op = rv.owner.op
    if is_categorical(rv):
        return op.dist_params(rv.owner)[0]
    if isinstance(op, _BaseMixtureRV) and not rv.owner.op.ndim_supp:
        weights, *components = op.dist_params(rv.owner)
        means = [mean_of(c) for c in components]
        values = means[0] if len(means) == 1 else pt.stack(pt.broadcast_arrays(*means), axis=-1)
        return (weights * values).sum(axis=-1)
    if isinstance(op, TruncatedNormalRV):
        return _truncated_normal(*map(full_precision, op.dist_params(rv.owner)))
    if isinstance(op, TruncatedRV | CensoredRV):
        inner, lower, upper = inner_of(rv)
        if isinstance(inner.owner.op, NormalRV):
            of = _truncated_normal if isinstance(op, TruncatedRV) else _censored_normal
            parameters = (*inner.owner.op.dist_params(inner.owner), lower, upper)
            return of(*map(full_precision, parameters))
        if isinstance(op, TruncatedRV) and _is_positive_part(inner, lower, upper):
            return mean_of(inner) / -pt.expm1(pm.logcdf(inner, 0))
    return mean(rv)


def _is_positive_part(inner: TensorVariable, lower: TensorVariable, upper: TensorVariable) -> bool:
    """Return whether a count has lost its zeros and nothing else, as in a hurdle."""
    if np.dtype(inner.dtype).kind not in "iu":
        return False
    if not all(isinstance(end, Constant) for end in (lower, upper)):
        return False
    endless = np.isinf(upper.data) | (upper.data == np.iinfo(inner.dtype).max)
    return bool(np.all(lower.data == 1) and np.all(endless))


def _truncated_normal(
    mu: TensorVariable, sigma: TensorVariable, lower: TensorVariable, upper: TensorVariable
) -> TensorVariable:
    """Return the mean of a normal given that it lies between the limits."""
    beyond = lower > mu  # where both tails are told from above
    ends = pt.switch(beyond, 2 * mu - lower, upper), pt.switch(beyond, 2 * mu - upper, lower)
    log_mass = pm.math.logdiffexp(*(normal_lcdf(mu, sigma, end) for end in ends))
    below, above = (pt.exp(_log_density(mu, sigma, end) - log_mass) for end in (lower, upper))
    return mu + sigma * (below - above)


def _censored_normal(
    mu: TensorVariable, sigma: TensorVariable, lower: TensorVariable, upper: TensorVariable
) -> TensorVariable:
    """Return the mean of a normal clipped to the limits."""
    low, high = pt.exp(normal_lcdf(mu, sigma, lower)), pt.exp(normal_lcdf(-mu, sigma, -upper))
    below, above = (pt.exp(_log_density(mu, sigma, end)) for end in (lower, upper))
    inside = mu * (1 - low - high) + sigma * (below - above)
    return inside + _ends(lower, low) + _ends(upper, high)


def _log_density(mu: TensorVariable, sigma: TensorVariable, end: TensorVariable) -> TensorVariable:
    """Return the logarithm of the standard normal density at an end of an interval."""
    return -0.5 * ((end - mu) / sigma) ** 2 - 0.5 * np.log(2 * np.pi)


def _ends(end: TensorVariable, chance: TensorVariable) -> TensorVariable:
    """Return an end times its chance: zero for an end at infinity."""
    return pt.switch(pt.isinf(end), 0.0, end) * chance
