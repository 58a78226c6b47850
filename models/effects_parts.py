"""What the models of effects that vary share: their data, the treatment and the outcome."""

from collections.abc import Callable, Mapping

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

__all__ = ["FAMILIES", "Terms", "assembled", "columns", "horseshoe", "outcome_of", "treatment_of"]

# Columns of a basis by the name of their group, each of shape (unit, term).
Terms = Mapping[str, NDArray[np.float64]]
FAMILIES = ("normal", "bernoulli", "poisson")


def _unit_coords(
    outcome_terms: Terms, effect_terms: Terms, propensity: NDArray[np.float64]
) -> dict[str, range]:
    """Return the coordinates of a model: its units, and the terms of each group.

    Parameters
    ----------
    outcome_terms, effect_terms : mapping of str to array of shape (unit, term)
    propensity : array of shape (unit,)

    Returns
    -------
    dict of str to range
    """
    coords = {"unit": range(len(propensity))}
    for part, terms in (("outcome", outcome_terms), ("effect", effect_terms)):
        coords |= {f"{part}_{name}_term": range(v.shape[1]) for name, v in terms.items()}
    return coords


def columns(part: str, terms: Terms) -> dict[str, TensorVariable]:
    """Add each group of columns to the model in context, as data with dims unit and term.

    Parameters
    ----------
    part : str
        ``"outcome"`` or ``"effect"``.
    terms : mapping of str to array of shape (unit, term)

    Returns
    -------
    dict of str to TensorVariable
    """
    return {
        name: pm.Data(f"{part}_{name}", v, dims=("unit", f"{part}_{name}_term"))
        for name, v in terms.items()
    }


def treatment_of(
    name: str,
    propensity: NDArray[np.float64],
    covariates: Mapping[str, NDArray[np.float64]] | None = None,
) -> TensorVariable:
    """Add the treatment, 0 or 1, whose probability is known for each unit.

    Parameters
    ----------
    name : str
        Of the treatment.
    propensity : array of shape (unit,)
        The probability of treatment given the covariates.
    covariates : mapping of str to array of shape (unit,), optional
        What queries may group by; no equation reads them.

    Returns
    -------
    TensorVariable
        Dims ``unit``.
    """
    for label, values in (covariates or {}).items():
        pm.Data(label, values, dims="unit")
    return pm.Bernoulli(name, pm.Data("propensity", propensity, dims="unit"), dims="unit")


def outcome_of(
    name: str, family: str, predictor: TensorVariable, scale: float = 1.0
) -> TensorVariable:
    """Add the outcome: its mean is the predictor, by the link that its family has.

    Parameters
    ----------
    name : str
        Of the outcome.
    family : {"normal", "bernoulli", "poisson"}
        The link is the identity, the probit and the logarithm.
    predictor : TensorVariable
        Dims ``unit``.
    scale : float
        Of the half-Cauchy prior of the noise, where the family has noise.

    Returns
    -------
    TensorVariable
        Dims ``unit``.

    Raises
    ------
    ValueError
        If there is no such family.
    """
    if family == "normal":
        return pm.Normal(name, predictor, pm.HalfCauchy("noise", scale), dims="unit")
    if family == "bernoulli":
        return pm.Bernoulli(name, pm.math.invprobit(predictor), dims="unit")
    if family == "poisson":
        return pm.Poisson(name, pm.math.exp(predictor), dims="unit")
    raise ValueError(f"family is one of {', '.join(FAMILIES)}, not {family!r}")


def horseshoe(stem: str, dims: str, sparsity: float) -> TensorVariable:
    """Add the scales of one group of weights: a shared one times one for each.

    Parameters
    ----------
    stem : str
        What the names of the scales begin with.
    dims : str
        The dimension of the weights.
    sparsity : float
        The scale of the shared one.

    Returns
    -------
    TensorVariable
        Of that dimension.
    """
    shared = pm.HalfCauchy(f"{stem}_global", sparsity)
    return shared * pm.HalfCauchy(f"{stem}_local", 1.0, dims=dims)


def assembled(
    outcome_terms: Terms,
    effect_terms: Terms,
    propensity: NDArray[np.float64],
    summed: Callable[[str, Terms], TensorVariable],
    *,
    treatment: str,
    outcome: str,
    family: str,
    location: float,
    scale: float,
    reference: float,
    covariates: Mapping[str, NDArray[np.float64]] | None,
    effect_width: float = 10.0,
) -> pm.Model:
    """Return the model of a baseline and an effect, each an intercept plus a sum of terms.

    Parameters
    ----------
    outcome_terms, effect_terms : mapping of str to array of shape (unit, term)
    propensity : array of shape (unit,)
    summed : callable
        Takes ``"outcome"`` or ``"effect"`` and the terms; adds their weights to the model at hand
        and returns the sum, with dims ``unit``.
    treatment, outcome, family, location, scale, reference, covariates
        As the models take them.
    effect_width : float
        Prior standard deviation of the effect's intercept, in `scale`.

    Returns
    -------
    pymc.Model
    """
    with pm.Model(coords=_unit_coords(outcome_terms, effect_terms, propensity)) as model:
        treated = treatment_of(treatment, propensity, covariates)
        baseline = pm.Normal("outcome_intercept", location, 10.0 * scale)
        baseline += summed("outcome", outcome_terms)
        effect = pm.Normal("effect_intercept", 0.0, effect_width * scale)
        effect += summed("effect", effect_terms)
        baseline = pm.Deterministic("baseline", baseline, dims="unit")
        effect = pm.Deterministic("effect", effect, dims="unit")
        away = treated - reference if reference else treated
        outcome_of(outcome, family, baseline + away * effect, scale)
    return model
