r"""Regressions of PyMC: a mechanism whose groups of terms are shrunk as the data ask for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import ArrayLike, NDArray
from pytensor.tensor import TensorVariable

from .laws import Law
from .terms import FREE, WIDEST

__all__ = ["predictor", "regression", "response"]

Floats = NDArray[np.float64]


def regression(law: Law, groups: Mapping[str, Floats], spread: float) -> pm.Model:
    r"""Return the model of one mechanism.

    With the terms :math:`x_g` of group g, and s the standard deviation of the response (of its
    logarithm, where that is normal; 1 for a binary one and for a count),

    .. math::

        \eta &= \sum_g x_g^\top w_g, \qquad w_{level} \sim N(0, (10 s)^2) \\
        w_{g} &\sim N(0, \sigma_g^2), \qquad \sigma_g \sim \mathrm{HalfCauchy}(s)

    and the response is :math:`\mathrm{Bernoulli}(\Phi(\eta))`; or normal, or log-normal, about
    :math:`\eta` with a standard deviation :math:`\sim \mathrm{HalfCauchy}(s)`; or negative binomial
    of mean :math:`e^\eta` and a size :math:`\sim \mathrm{HalfCauchy}(10)`.

    Parameters
    ----------
    law : {"bernoulli", "normal", "lognormal", "negative_binomial"}
    groups : mapping of str to array of shape (unit, term)
        ``level`` is not shrunk.
    spread : float
        s.

    Returns
    -------
    pymc.Model
        Mechanism ``response``, dims ``unit``. Parameters ``response_<group>_weight``, dims
        ``response_<group>_term``, ``response_<group>_scale``, and ``response_noise``.

    Examples
    --------
    >>> model = regression("normal", {"level": np.ones((4, 1))}, 1.0)
    >>> [v.name for v in model.free_RVs]
    ['response_level_weight', 'response_noise', 'response']
    """
    units = len(groups[FREE])
    with pm.Model(coords={"unit": range(units)}) as model:
        eta = predictor("response", groups, spread)
        response("response", law, eta, spread)
    return model


def predictor(
    name: str,
    groups: Mapping[str, ArrayLike],
    spread: float,
    at: TensorVariable | None = None,
    times: Mapping[str, TensorVariable] | None = None,
) -> TensorVariable:
    """Add the weights of a mechanism to the model in context, and return its predictor.

    Parameters
    ----------
    name : str
        Of the mechanism.
    groups : mapping of str to array of shape (row, term)
    spread : float
        As in `regression`.
    at : TensorVariable of shape (unit,), optional
        Which row each unit has; by default units are rows.
    times : mapping of str to TensorVariable of shape (unit,), optional
        What groups are multiplied by.

    Returns
    -------
    TensorVariable of shape (unit,)
    """
    model = pm.modelcontext(None)
    total = pt.zeros(())
    for group, terms in groups.items():
        table = np.asarray(terms, dtype=np.float64)
        stem, own = f"{name}_{group}", WIDEST * spread
        model.add_coord(f"{stem}_term", range(table.shape[1]))
        if not group.startswith(FREE):
            # An array of one: sampled with the weights, which is faster than to integrate over it.
            own = pm.HalfCauchy(f"{stem}_scale", spread, shape=1)
        weight = pm.Normal(f"{stem}_weight", 0.0, own, dims=f"{stem}_term")
        rows = pt.constant(table)
        part = (rows if at is None else rows[at]) @ weight
        total = total + (part * times[group] if times and group in times else part)
    return total


def response(name: str, law: Law, eta: TensorVariable, spread: float) -> TensorVariable:
    """Add the mechanism of a predictor to the model in context.

    Parameters
    ----------
    name : str
    law : str
    eta : TensorVariable of shape (unit,)
    spread : float
        As in `regression`.

    Returns
    -------
    TensorVariable of shape (unit,)
    """
    if law == "bernoulli":
        return pm.Bernoulli(name, pm.math.invprobit(eta), dims="unit")
    if law == "negative_binomial":
        size = pm.HalfCauchy(f"{name}_noise", 10.0)
        return pm.NegativeBinomial(name, mu=pt.exp(eta), alpha=size, dims="unit")
    noise = pm.HalfCauchy(f"{name}_noise", spread)
    family = pm.Normal if law == "normal" else pm.LogNormal
    return family(name, eta, noise, dims="unit")
