"""Interference: the outcome of a unit reads its own treatment and that of its neighbours."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from scipy import sparse

__all__ = ["interference"]


def interference(
    network: np.ndarray | sparse.sparray | None = None, share: float = 0.5
) -> pm.Model:
    r"""Return a fresh model of units whose neighbours' treatment spills over to them.

    .. math::

        t_i &\sim \mathrm{Bernoulli}(share) \\
        exposure_i &= \sum_j w_{ij} t_j, \quad w_{ij} = \frac{a_{ij}}{\sum_k a_{ik}} \\
        y_i &\sim N(level + direct \cdot t_i + spill \cdot exposure_i, \sigma)

    Parameters
    ----------
    network : array or sparse matrix of shape (unit, unit), optional
        The weight a_ij with which the treatment of unit j reaches unit i, 0 from i to itself. A
        unit without neighbours has exposure 0. By default a ring of any length: the neighbours of
        each unit are the units before and after it.
    share : float
        Of the units that are treated, known from the design.

    Returns
    -------
    pymc.Model
        Parameters ``level``, ``direct``, ``spill`` and ``sigma``, in points of the outcome.
        Mechanisms ``t`` (0 or 1) and ``y``, and the Deterministic ``exposure`` (the weighted share
        of treated neighbours, 0 to 1), with dims ``unit``. The dimension ``unit`` is as long as
        the network, and of length 1 without one.

    Notes
    -----
    What is known of each unit's neighbours is held as lists, as long as the longest, so that the
    model's cost grows with the edges and not with the square of the units.

    Examples
    --------
    >>> model = interference(np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]]))
    >>> model["exposure"].eval({model["t"]: [0, 1, 0]}).tolist()
    [0.5, 0.0, 0.0]
    """
    units = 1 if network is None else network.shape[0]
    with pm.Model(coords={"unit": range(units)}) as model:
        level = pm.Normal("level", 0.0, 2.0)
        direct = pm.Normal("direct", 0.0, 2.0)
        spill = pm.Normal("spill", 0.0, 2.0)
        sigma = pm.HalfNormal("sigma", 2.0)

        t = pm.Bernoulli("t", share, dims="unit")
        if network is None:
            place, last = pt.arange(t.shape[0]), t.shape[0]
            reached = (t[(place - 1) % last] + t[(place + 1) % last]) / 2.0
        else:
            neighbours, weights = _lists(network)
            reached = (weights * t[neighbours]).sum(axis=-1)
        exposure = pm.Deterministic("exposure", reached, dims="unit")
        pm.Normal("y", level + direct * t + spill * exposure, sigma, dims="unit")
    return model


def _lists(network: np.ndarray | sparse.sparray) -> tuple[np.ndarray, np.ndarray]:
    """Return each unit's neighbours and their weights, of shape (unit, most neighbours)."""
    rows = sparse.csr_array(network)
    degree = np.diff(rows.indptr)
    place = np.arange(rows.nnz) - np.repeat(rows.indptr[:-1], degree)
    unit = np.repeat(np.arange(len(degree)), degree)
    neighbours = np.zeros((len(degree), max(degree.max(initial=0), 1)), dtype=np.int64)
    weights = np.zeros(neighbours.shape)
    neighbours[unit, place] = rows.indices
    weights[unit, place] = rows.data
    whole = weights.sum(axis=1, keepdims=True)
    return neighbours, np.divide(weights, whole, out=weights, where=whole != 0)
