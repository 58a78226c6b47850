"""An effect that varies with covariates: a straight line in each, for outcome and effect."""

from collections.abc import Mapping

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from .effects_parts import Terms, assembled

__all__ = ["effects_linear"]


def effects_linear(
    outcome_terms: Terms,
    effect_terms: Terms,
    propensity: NDArray[np.float64],
    *,
    treatment: str = "t",
    outcome: str = "y",
    family: str = "normal",
    location: float = 0.0,
    scale: float = 1.0,
    reference: float = 0.0,
    covariates: Mapping[str, NDArray[np.float64]] | None = None,
) -> pm.Model:
    r"""Return a fresh model of an outcome with interactions of the treatment and its modifiers.

    With the columns :math:`F` and :math:`G`, :math:`t` the treatment and :math:`s` the given scale:

    .. math::

        y &\sim N(m + (t - r) \tau, \sigma), \qquad m = a + F b, \qquad \tau = c + G d \\
        b_j &\sim N(0, (2.5 s)^2), \qquad d_j \sim N(0, s^2)

    Parameters
    ----------
    outcome_terms, effect_terms : mapping of str to array of shape (unit, term)
        The columns by the names of their groups, of about unit variance.
    propensity : array of shape (unit,)
        The probability of treatment.
    treatment, outcome : str
        What these mechanisms are called.
    family : {"normal", "bernoulli", "poisson"}
        Of the outcome; :math:`m + (t - r) \tau` is its probit, or the logarithm of its mean.
    location, scale : float
        Of the outcome, in its unit, such as its mean and standard deviation.
    reference : float
        The treatment, 0 or 1, :math:`r`, at which the outcome is the baseline :math:`m`: the arm of
        the simpler outcome.
    covariates : mapping of str to array of shape (unit,), optional
        Kept as data, for queries that group by them.

    Returns
    -------
    pymc.Model
        Mechanisms ``treatment`` (0 or 1) and ``outcome``, and the deterministics ``baseline`` and
        ``effect``, with dims ``unit``. Parameters: ``outcome_intercept`` and ``effect_intercept``;
        of each group ``outcome_<group>_weight`` and ``effect_<group>_weight``, dims
        ``outcome_<group>_term`` and ``effect_<group>_term``; ``noise``.

    Examples
    --------
    >>> line = np.linspace(-1.5, 1.5, 4)[:, None]
    >>> model = effects_linear({"line": line}, {"line": line}, np.full(4, 0.5))
    >>> sorted(v.name for v in model.free_RVs)[:3]
    ['effect_intercept', 'effect_line_weight', 'noise']
    """
    return assembled(
        outcome_terms,
        effect_terms,
        propensity,
        lambda part, _: 2.5 * scale if part == "outcome" else scale,
        treatment=treatment,
        outcome=outcome,
        family=family,
        location=location,
        scale=scale,
        reference=reference,
        covariates=covariates,
        effect_width=2.5,
    )
