"""An effect that varies with covariates: curves, products, and a smooth function of all at once."""

from collections.abc import Mapping

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from .effects_parts import Terms, assembled, horseshoe

__all__ = ["effects_process"]

PROCESS = "process"  # the group whose columns are those of a Gaussian process


def effects_process(
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
    r"""Return a fresh model of an outcome and an effect that are sums and processes.

    With groups :math:`g` of columns :math:`F_g` and :math:`G_g` of a basis, the columns
    :math:`\Phi` and :math:`\Psi` of two Gaussian processes in weight space, :math:`t` the treatment
    and :math:`s` the given scale:

    .. math::

        y &\sim N(m + (t - r) \tau, \sigma), \qquad
        m = a + \sum_g F_g b_g + \Phi u, \qquad \tau = c + \sum_g G_g d_g + \Psi v \\
        u_j &\sim N(0, s \alpha), \quad v_j \sim N(0, s \beta), \quad
        \alpha, \beta \sim C^+(0.5)

    and the horseshoes of :func:`ifonly.models.effects_splines.effects_splines` on :math:`b` and
    :math:`d`. Each unit's mean is a function of its own row, so that ``pm.do`` works unit by unit.

    Parameters
    ----------
    outcome_terms, effect_terms : mapping of str to array of shape (unit, term)
        The columns by the names of their groups; those of the group ``process`` have independent
        standard normal weights times an amplitude.
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
        As that of `effects_splines`; with the group ``process``, whose weights have one scale,
        ``outcome_process_amplitude`` and ``effect_process_amplitude``.

    Examples
    --------
    >>> line, bumps = np.linspace(-1.5, 1.5, 4)[:, None], np.eye(4)
    >>> terms = {"line": line, "process": bumps}
    >>> model = effects_process(terms, terms, np.full(4, 0.5))
    >>> [v.name for v in model.free_RVs if v.name.endswith("amplitude")]
    ['outcome_process_amplitude', 'effect_process_amplitude']
    """

    def width(part: str, group: str) -> TensorVariable:
        if group == PROCESS:
            return scale * pm.HalfCauchy(f"{part}_{group}_amplitude", 0.5)
        return scale * horseshoe(part, group, sparsity)

    return assembled(
        outcome_terms,
        effect_terms,
        propensity,
        width,
        treatment=treatment,
        outcome=outcome,
        family=family,
        location=location,
        scale=scale,
        reference=reference,
        covariates=covariates,
    )
