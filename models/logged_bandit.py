"""A log of a randomised policy with known probabilities: three arms, one feature, two goals."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt

__all__ = ["TILT", "logged_bandit"]

# The logging policy: log-odds of each arm per point of the feature. It is known, not learnt.
TILT = (0.0, 0.5, 1.0)


def logged_bandit() -> pm.Model:
    r"""Return a fresh model of a policy's log: feature, arm, and what the arm did to two goals.

    .. math::

        x &\sim N(0, 1) \\
        arm &\sim \mathrm{Categorical}(\mathrm{softmax}(tilt \cdot x)) \\
        revenue &\sim N(\alpha_{arm} + \beta_{arm} x, \sigma_r) \\
        retention &\sim N(\gamma_{arm} + \delta x, \sigma_k)

    Returns
    -------
    pymc.Model
        Parameters ``alpha``, ``beta`` and ``gamma`` with the dimension ``choice`` (three arms),
        ``delta``, ``sigma_r`` and ``sigma_k`` without. Mechanisms ``x`` (a feature of the user,
        standardised), ``arm`` (0, 1 or 2), ``revenue`` (in euros) and ``retention`` (in days), with
        dims ``unit``. The dimension ``unit`` has length 1.

    Notes
    -----
    The probabilities of the arms are those of the system that wrote the log, so they are numbers in
    the model: softmax of `TILT` times x, never 0.

    Examples
    --------
    >>> [v.name for v in logged_bandit().free_RVs if v.ndim == 1][-4:]
    ['x', 'arm', 'revenue', 'retention']
    """
    with pm.Model(coords={"unit": range(1), "choice": range(3)}) as model:
        alpha = pm.Normal("alpha", 0.0, 5.0, dims="choice")
        beta = pm.Normal("beta", 0.0, 5.0, dims="choice")
        gamma = pm.Normal("gamma", 0.0, 5.0, dims="choice")
        delta = pm.Normal("delta", 0.0, 5.0)
        sigma_r = pm.HalfNormal("sigma_r", 5.0)
        sigma_k = pm.HalfNormal("sigma_k", 5.0)

        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        odds = pt.exp(x[:, None] * np.array(TILT))
        arm = pm.Categorical("arm", p=odds / odds.sum(axis=-1, keepdims=True), dims="unit")
        pm.Normal("revenue", alpha[arm] + beta[arm] * x, sigma_r, dims="unit")
        pm.Normal("retention", gamma[arm] + delta * x, sigma_k, dims="unit")
    return model
