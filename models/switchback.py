"""A switchback: one market over time, whose treatment carries over to later periods."""

import pymc as pm
import pytensor.tensor as pt

__all__ = ["switchback"]

DOUBLINGS = 10


def switchback(block: int = 1) -> pm.Model:
    r"""Return a fresh model of periods in order, in which an effect builds up and fades.

    .. math::

        toss_i &\sim \mathrm{Bernoulli}(0.5), \quad t_i = toss \text{ of the first period of } i
        \text{'s block} \\
        stock_i &= (1 - \rho) \sum_{k \ge 0} \rho^k t_{i-k} \\
        y_i &\sim N(level + trend \cdot i / n + \tau \cdot stock_i, \sigma)

    Parameters
    ----------
    block : int
        Periods in a block, which share an arm.

    Returns
    -------
    pymc.Model
        Parameters ``level``, ``trend`` (over the whole time) and ``tau`` (the effect of treating
        for good), in points of the outcome, ``rho`` (the share of the stock that is left a period
        later, 0 to 1) and ``sigma``. Mechanisms ``toss`` (0 or 1; only that of a block's first
        period counts) and ``y``, and the Deterministics ``t`` (the arm, 0 or 1) and ``stock`` (0 to
        1), with dims ``unit``. A unit is a period; they are in order, and the stock is 0 before the
        first. The dimension ``unit`` has length 1.

    Notes
    -----
    Geometric carry-over, as of an advertisement (adstock). In data of one's own the arm serves as
    ``toss``: it is the same in all periods of a block.

    Examples
    --------
    >>> model = pm.do(switchback(), {"rho": 0.5})
    >>> model["stock"].eval({model["toss"]: [1, 0, 1]}).tolist()
    [0.5, 0.25, 0.625]
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        level = pm.Normal("level", 0.0, 5.0)
        trend = pm.Normal("trend", 0.0, 2.0)
        tau = pm.Normal("tau", 0.0, 2.0)
        rho = pm.Beta("rho", 2.0, 2.0)
        sigma = pm.HalfNormal("sigma", 2.0)

        toss = pm.Bernoulli("toss", 0.5, dims="unit")
        period = pt.arange(toss.shape[0])
        t = pm.Deterministic("t", toss[(period // block) * block], dims="unit")
        stock = pm.Deterministic("stock", (1.0 - rho) * _carried(t, rho), dims="unit")
        passed = (period + 1.0) / toss.shape[0]
        pm.Normal("y", level + trend * passed + tau * stock, sigma, dims="unit")
    return model


def _carried(arm: pt.TensorVariable, rho: pt.TensorVariable) -> pt.TensorVariable:
    """Return the sum over k of rho^k times the arm k periods ago, of the last 1,024 periods.

    Doubling: 1 + x + x^2 + ... is (1 + x)(1 + x^2)(1 + x^4)..., x being a step back times rho.
    """
    total, factor = arm.astype("float64"), rho
    for step in range(DOUBLINGS):
        before = pt.concatenate([pt.zeros(2**step), total])[: -(2**step)]
        total, factor = total + factor * before, factor**2
    return total
