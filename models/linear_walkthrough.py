"""One outcome, three causes, no interactions: the smallest complete model."""

import pymc as pm

__all__ = ["linear_walkthrough"]


def linear_walkthrough() -> pm.Model:
    r"""Return a fresh linear model of one outcome ``y`` with three independent causes.

    .. math::

        a, b, c &\sim N(0, 1) \\
        y_\mu &= \beta_{y0} + \beta_{ay} a + \beta_{by} b + \beta_{cy} c \\
        y &\sim N(y_\mu, \sigma_y)

    with priors :math:`\beta \sim N(0, 1)` and :math:`\sigma_y \sim N^+(1)`.

    Returns
    -------
    pymc.Model
        Parameters ``beta_y0``, ``beta_ay``, ``beta_by``, ``beta_cy`` and ``sigma_y``, without dims.
        Mechanisms ``a``, ``b``, ``c`` and ``y`` and the deterministic ``y_mu``, with dims
        ``unit``. Nothing has a physical unit. The dimension ``unit`` has length 1.

    Notes
    -----
    The model of the PyMC example "Interventional distributions and graph mutation with the
    do-operator" (Vincent, 2023, https://www.pymc.io/projects/examples).

    Examples
    --------
    >>> import pymc as pm
    >>> truth = {"beta_y0": 0.0, "beta_ay": 1.5, "beta_by": 0.7, "beta_cy": 0.3, "sigma_y": 0.2}
    >>> known = pm.do(linear_walkthrough(), truth)
    >>> mean = known["y_mu"].eval({known["a"]: [1.0], known["b"]: [1.0], known["c"]: [1.0]})
    >>> round(float(mean[0]), 12)
    2.5
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        beta_y0 = pm.Normal("beta_y0", 0.0, 1.0)
        beta_ay = pm.Normal("beta_ay", 0.0, 1.0)
        beta_by = pm.Normal("beta_by", 0.0, 1.0)
        beta_cy = pm.Normal("beta_cy", 0.0, 1.0)
        sigma_y = pm.HalfNormal("sigma_y", 1.0)

        a = pm.Normal("a", 0.0, 1.0, dims="unit")
        b = pm.Normal("b", 0.0, 1.0, dims="unit")
        c = pm.Normal("c", 0.0, 1.0, dims="unit")

        mu = pm.Deterministic(
            "y_mu", beta_y0 + beta_ay * a + beta_by * b + beta_cy * c, dims="unit"
        )
        pm.Normal("y", mu, sigma_y, dims="unit")
    return model
