"""A ramp-up: each day more of the traffic is treated, while what days are like changes too."""

from collections.abc import Sequence

import numpy as np
import pymc as pm
import pytensor.tensor as pt

__all__ = ["SHARES", "ramp_up"]

# The share treated on each day: a careful start, then half.
SHARES = (0.05, 0.1, 0.3, 0.5)


def ramp_up(shares: Sequence[float] = SHARES) -> pm.Model:
    r"""Return a fresh model of visitors over the days of a ramp-up.

    .. math::

        day &\sim \mathrm{Categorical}(traffic) \\
        t &\sim \mathrm{Bernoulli}(share_{day}) \\
        y &\sim \mathrm{Bernoulli}(\mathrm{sigmoid}(base_{day} + effect \cdot t))

    Parameters
    ----------
    shares : sequence of float
        The share treated on each day, known from the plan.

    Returns
    -------
    pymc.Model
        Parameters ``traffic`` (each day's share of the visitors) and ``base`` (log-odds of a
        conversion), with the dimension ``when`` of the days, and ``effect`` (in log-odds).
        Mechanisms ``day`` (0, 1, ...), ``t`` (0 or 1) and ``y`` (0 or 1), with dims ``unit``. The
        dimension ``unit`` has length 1.

    Examples
    --------
    >>> len(ramp_up(shares=(0.1, 0.5)).coords["when"])
    2
    """
    with pm.Model(coords={"unit": range(1), "when": range(len(shares))}) as model:
        traffic = pm.Dirichlet("traffic", np.ones(len(shares)), dims="when")
        base = pm.Normal("base", -1.0, 1.5, dims="when")
        effect = pm.Normal("effect", 0.0, 1.0)

        day = pm.Categorical("day", p=traffic, dims="unit")
        t = pm.Bernoulli("t", pt.constant(np.asarray(shares, dtype=float))[day], dims="unit")
        pm.Bernoulli("y", logit_p=base[day] + effect * t, dims="unit")
    return model
