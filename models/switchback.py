"""A switchback: one market over time, whose treatment carries over to later periods."""

import pymc as pm
import pytensor.tensor as pt

__all__ = ["switchback"]


def switchback() -> pm.Model:
    r"""Return a fresh model of periods in order, in which an effect builds up and fades.

    .. math::

        t_i &\sim \mathrm{Bernoulli}(0.5) \\
        stock_i &= (1 - \rho) \sum_{k \ge 0} \rho^k t_{i-k} \\
        y_i &\sim N(level + trend \cdot i / n + \tau \cdot stock_i, \sigma)

    Returns
    -------
    pymc.Model
        Parameters ``level``, ``trend`` (over the whole time) and ``tau`` (the effect of treating
        for good), in points of the outcome, ``rho`` (the share of the stock that is left a period
        later, 0 to 1) and ``sigma``. Mechanisms ``t`` (0 or 1) and ``y`` and the Deterministic
        ``stock`` (0 to 1), with dims ``unit``. A unit is a period; they are in order, and the
        stock is 0 before the first. The dimension ``unit`` has length 1.

    Notes
    -----
    Geometric carry-over (adstock). In the data of an experiment ``t`` follows a schedule of blocks,
    which a model need not know.

    Examples
    --------
    >>> model = pm.do(switchback(), {"rho": 0.5})
    >>> model["stock"].eval({model["t"]: [1, 0, 1]}).tolist()
    [0.5, 0.25, 0.625]
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        level = pm.Normal("level", 0.0, 5.0)
        trend = pm.Normal("trend", 0.0, 2.0)
        tau = pm.Normal("tau", 0.0, 2.0)
        rho = pm.Beta("rho", 2.0, 2.0)
        sigma = pm.HalfNormal("sigma", 2.0)

        t = pm.Bernoulli("t", 0.5, dims="unit")
        period = pt.arange(t.shape[0])
        lag = period[:, None] - period
        left = pt.switch(pt.ge(lag, 0), rho ** pt.maximum(lag, 0), 0.0)
        stock = pm.Deterministic("stock", (1.0 - rho) * pt.dot(left, t), dims="unit")
        passed = (period + 1.0) / t.shape[0]
        pm.Normal("y", level + trend * passed + tau * stock, sigma, dims="unit")
    return model
