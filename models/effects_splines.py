"""An effect that varies with covariates: additive curves and products, most of them shrunk away."""

from collections.abc import Mapping

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from .effects_parts import Terms, assembled, horseshoe

__all__ = ["effects_splines"]


def effects_splines(
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
    sparsity: float = 0.1,
    covariates: Mapping[str, NDArray[np.float64]] | None = None,
) -> pm.Model:
    r"""Return a fresh model of an outcome whose treatment effect varies from unit to unit.

    With groups :math:`g` of columns :math:`F_g` and :math:`G_g` of a basis (straight lines, curves,
    products), :math:`t` the treatment and :math:`s` the given scale:

    .. math::

        y &\sim N(m + (t - r) \tau, \sigma), \qquad
        m = a + \sum_g F_g b_g, \qquad \tau = c + \sum_g G_g d_g \\
        b_{gj} &\sim N(0, s \gamma_g \lambda_{gj}), \qquad
        d_{gj} \sim N(0, s \delta_g \kappa_{gj}), \qquad
        \lambda, \kappa \sim C^+(1), \quad \gamma, \delta \sim C^+(\text{sparsity})

    Each group has a horseshoe of its own (Carvalho, Polson and Scott, 2010,
    https://doi.org/10.1093/biomet/asq017), so that the effect is shrunk otherwise than the outcome.

    Parameters
    ----------
    outcome_terms, effect_terms : mapping of str to array of shape (unit, term)
        The columns by the names of their groups, of about unit variance. What tells of the
        probability of treatment belongs in those of the outcome.
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
    sparsity : float
        The scale of the global scales; the smaller, the more terms are shrunk away.
    covariates : mapping of str to array of shape (unit,), optional
        Kept as data, for queries that group by them.

    Returns
    -------
    pymc.Model
        Mechanisms ``treatment`` (0 or 1) and ``outcome``, and the deterministics ``baseline`` and
        ``effect``, with dims ``unit``. Parameters: ``outcome_intercept`` and ``effect_intercept``;
        of each group ``outcome_<group>_weight`` and ``effect_<group>_weight`` with their
        ``..._local`` scales, dims ``outcome_<group>_term``, and ``..._global`` scale; ``noise``.

    Examples
    --------
    >>> line = np.linspace(-1.5, 1.5, 4)[:, None]
    >>> model = effects_splines({"line": line}, {"line": line}, np.full(4, 0.5))
    >>> [v.name for v in model.free_RVs if v.name.endswith("global")]
    ['outcome_line_global', 'effect_line_global']
    """
    return assembled(
        outcome_terms,
        effect_terms,
        propensity,
        lambda part, group: scale * horseshoe(part, group, sparsity),
        treatment=treatment,
        outcome=outcome,
        family=family,
        location=location,
        scale=scale,
        reference=reference,
        covariates=covariates,
    )
