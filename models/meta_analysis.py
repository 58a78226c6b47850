"""Estimates of past experiments, whose true effects differ about a common mean."""

import pymc as pm

__all__ = ["meta_analysis"]


def meta_analysis(
    *, mean_sd: float = 5.0, spread_scale: float = 5.0, errors: str = "se"
) -> pm.Model:
    r"""Return a fresh hierarchical model of the estimates of several experiments.

    .. math::

        \mu &\sim N(0, \cdot), \qquad \tau \sim \text{HalfCauchy}(\cdot) \\
        z_j &\sim N(0, 1), \qquad \theta_j = \mu + \tau z_j \\
        y_j &\sim N(\theta_j, s_j)

    Parameters
    ----------
    mean_sd : float
        Standard deviation of the prior of the mean effect, in the outcome's unit.
    spread_scale : float
        Scale of the prior of the effects' standard deviation.
    errors : str
        Name of the data that hold the standard errors.

    Returns
    -------
    pymc.Model
        Parameters ``mu`` and ``tau``, without dims. Mechanisms ``z`` and ``estimate`` and the
        deterministic ``effect``, with dims ``unit``: an experiment is a unit. The data ``se`` (or
        another name) hold the standard errors, which are known.

    Notes
    -----
    Not centred, since the centred form's chains miss small values of ``tau`` (Betancourt and
    Girolami, 2015, arXiv:1312.0906). Gelman (2006, doi:10.1214/06-BA117A) for the priors.

    Examples
    --------
    >>> sorted(meta_analysis().named_vars)
    ['effect', 'estimate', 'mu', 'se', 'tau', 'z']
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        se = pm.Data(errors, [1.0], dims="unit")
        mu = pm.Normal("mu", 0.0, mean_sd)
        tau = pm.HalfCauchy("tau", spread_scale)
        z = pm.Normal("z", 0.0, 1.0, dims="unit")
        effect = pm.Deterministic("effect", mu + tau * z, dims="unit")
        pm.Normal("estimate", effect, se, dims="unit")
    return model
