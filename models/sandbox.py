"""A population of given rows whose treatment and outcome share a latent confounder."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import ArrayLike

__all__ = ["sandbox"]


def sandbox(
    *,
    columns: Mapping[str, ArrayLike],
    threshold: ArrayLike,
    means: Sequence[ArrayLike],
    loadings: Sequence[ArrayLike],
    law: str,
    strength: float,
    scale: float = 1.0,
    treatment: str = "T",
    outcome: str = "Y",
    row: str = "row",
    latent: str | None = "U",
) -> pm.Model:
    r"""Return a fresh model of a sandbox: units are rows of a population.

    With :math:`h(x)` the normal quantile of the propensity, :math:`\mu_t(x)` the mean of Y(t) and
    :math:`l_t(x)` how the latent U loads on it:

    .. math::

        \text{row} &\sim \text{Uniform}\{0, \dots, n - 1\}, \qquad U \sim N(0, 1) \\
        T &\sim \text{Bernoulli}\left(
            \Phi\left((h + \lambda U) / \sqrt{1 - \lambda^2} + \alpha_T\right)\right) \\
        Y &\sim F\left(\mu_T, l_T U\right),

    where the location of Y also has :math:`\alpha_Y + T \beta`. It is in the outcome's unit for a
    normal law, a normal quantile for a binary one, and a logarithm for the others. The three
    parameters say how far a world is from the sandbox: there, all are 0.

    Parameters
    ----------
    columns : mapping of str to array of shape (row,)
        Numbers that a unit shows of its row.
    threshold : array of shape (row,)
        h.
    means, loadings : two arrays of shape (row,)
        Of Y(0) and of Y(1).
    law : {"normal", "bernoulli", "negative_binomial", "lognormal"}
        Of the outcome.
    strength : float
        :math:`\lambda`.
    scale : float
        Standard deviation of Y(t), or of its logarithm; of a count the size of its negative
        binomial law, infinite for a Poisson law.
    treatment, outcome : str
        How their variables are called.
    row, latent : str
        How the number of a unit's row and U are called. Without a U (None) the model is that of an
        analyst who thinks all confounders are seen: the propensity is the same, and U's part of Y
        is noise.

    Returns
    -------
    pymc.Model
        Mechanisms `row`, each of `columns`, `latent`, the treatment and the outcome, with dims
        ``unit``, which has length 1. Parameters ``T_intercept``, ``Y_intercept`` and ``Y_on_T``,
        under the names of treatment and outcome.

    Examples
    --------
    >>> zero = [0.0, 0.0]
    >>> model = sandbox(
    ...     columns={"age": [20.0, 30.0]}, threshold=zero, means=(zero, zero),
    ...     loadings=(zero, zero), law="normal", strength=0.5,
    ... )
    >>> sorted(v.name for v in model.free_RVs)
    ['T', 'T_intercept', 'U', 'Y', 'Y_intercept', 'Y_on_T', 'age', 'row']
    """
    h = np.asarray(threshold, dtype=float)
    with pm.Model(coords={"unit": range(1)}) as model:
        at = pm.DiscreteUniform(row, 0, len(h) - 1, dims="unit")
        for name, values in columns.items():
            pm.DiracDelta(name, _of(at, values), dims="unit")
        u, quantile = 0.0, _of(at, h)
        if latent is not None:
            u = pm.Normal(latent, 0.0, 1.0, dims="unit")
            quantile = (quantile + strength * u) / np.sqrt(1.0 - strength**2)
        shift = pm.Normal(f"{treatment}_intercept", 0.0, 0.5)
        treated = pm.Bernoulli(treatment, p=_normal(quantile + shift), dims="unit")
        moved = pm.Normal(f"{outcome}_intercept", 0.0, _unit(law, scale)) + treated * pm.Normal(
            f"{outcome}_on_{treatment}", 0.0, _unit(law, scale)
        )
        location, loading = (
            pt.switch(pt.eq(treated, 1), _of(at, v[1]), _of(at, v[0]))
            for v in (_located(law, means), loadings)
        )
        if latent is None:
            loading = 0.0
        _outcome(outcome, law, location + moved, loading, u, scale)
    return model


def _of(at: pt.TensorVariable, values: ArrayLike) -> pt.TensorVariable:
    return pt.constant(np.asarray(values))[at]


def _normal(quantile: pt.TensorVariable) -> pt.TensorVariable:
    return 0.5 * pt.erfc(-quantile / np.sqrt(2.0))


def _unit(law: str, scale: float) -> float:
    """Return the prior's standard deviation of what moves the location."""
    return scale if law == "normal" else 0.5


def _located(law: str, means: Sequence[ArrayLike]) -> list[Any]:
    from scipy.special import ndtri

    to = {"normal": np.asarray, "bernoulli": ndtri}.get(law, np.log)
    return [to(np.asarray(m, dtype=float)) for m in means]


def _outcome(
    name: str,
    law: str,
    location: pt.TensorVariable,
    loading: Any,
    u: Any,
    scale: float,
) -> None:
    rest = pt.sqrt(1.0 - loading**2)
    if law == "normal":
        pm.Normal(name, location + scale * loading * u, scale * rest, dims="unit")
    elif law == "bernoulli":
        pm.Bernoulli(name, p=_normal((location + loading * u) / rest), dims="unit")
    elif law == "lognormal":
        pm.LogNormal(
            name, location - scale**2 / 2.0 + scale * loading * u, scale * rest, dims="unit"
        )
    else:
        mean = pt.exp(location + loading * u - loading**2 / 2.0)
        if np.isinf(scale):
            pm.Poisson(name, mean, dims="unit")
        else:
            pm.NegativeBinomial(name, mu=mean, alpha=scale, dims="unit")
