"""An experiment with two arms: a measure from before, an outcome, and whether the user stays."""

import pymc as pm

__all__ = ["ab_test"]


def ab_test() -> pm.Model:
    r"""Return a fresh model of an experiment in which the treatment is drawn by lot.

    .. math::

        x &\sim N(0, 1), \qquad T \sim \text{Bernoulli}(0.5) \\
        y &\sim N(y_0 + \beta x + \delta T, \sigma) \\
        k &\sim \text{Bernoulli}(p_0 + (p_1 - p_0) T)

    with priors :math:`y_0, \beta \sim N(0, 2)`, :math:`\delta \sim N(0, 0.5)`,
    :math:`\sigma \sim N^+(2)` and :math:`p \sim \text{Beta}(1, 1)` for each arm.

    Returns
    -------
    pymc.Model
        Parameters ``level``, ``slope``, ``effect``, ``sigma`` without dims and ``stay``, of which
        there are two. Mechanisms ``before``, ``treated``, ``y`` and ``stayed``, with dims ``unit``.
        Nothing has a physical unit.

    Examples
    --------
    >>> sorted(ab_test().named_vars)
    ['before', 'effect', 'level', 'sigma', 'slope', 'stay', 'stayed', 'treated', 'y']
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        level = pm.Normal("level", 0.0, 2.0)
        slope = pm.Normal("slope", 0.0, 2.0)
        effect = pm.Normal("effect", 0.0, 0.5)
        sigma = pm.HalfNormal("sigma", 2.0)
        stay = pm.Beta("stay", 1.0, 1.0, shape=2)
        before = pm.Normal("before", 0.0, 1.0, dims="unit")
        treated = pm.Bernoulli("treated", 0.5, dims="unit")
        pm.Normal("y", level + slope * before + effect * treated, sigma, dims="unit")
        pm.Bernoulli("stayed", stay[0] + (stay[1] - stay[0]) * treated, dims="unit")
    return model
