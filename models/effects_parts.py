"""What the models of effects that vary share: their data, the treatment and the outcome."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

__all__ = ["FAMILIES", "Terms", "assembled", "horseshoe", "outcome_of", "treatment_of"]

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


def _summed(part: str, terms: Terms, width: Callable[[str, str], TensorVariable | float]) -> Any:
    """Add each group of columns as data and its weights; return the sum, with dims unit."""
    total: Any = 0.0 if terms else 0.0 * pm.modelcontext(None)["propensity"]  # one for each unit
    for group, values in terms.items():
        stem, dims = f"{part}_{group}", f"{part}_{group}_term"
        data = pm.Data(stem, values, dims=("unit", dims))
        total += data @ pm.Normal(f"{stem}_weight", 0.0, width(part, group), dims=dims)
    return total


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


def horseshoe(part: str, group: str, sparsity: float) -> TensorVariable:
    """Add the scales of one group of weights: a shared one times one for each.

    Parameters
    ----------
    part : str
        ``"outcome"`` or ``"effect"``.
    group : str
    sparsity : float
        The scale of the shared one.

    Returns
    -------
    TensorVariable
        Dims ``<part>_<group>_term``.
    """
    stem = f"{part}_{group}"
    shared = pm.HalfCauchy(f"{stem}_global", sparsity)
    return shared * pm.HalfCauchy(f"{stem}_local", 1.0, dims=f"{stem}_term")


def assembled(
    outcome_terms: Terms,
    effect_terms: Terms,
    propensity: NDArray[np.float64],
    width: Callable[[str, str], TensorVariable | float],
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
    width : callable
        Takes ``"outcome"`` or ``"effect"`` and the name of a group, and returns the prior standard
        deviation of its weights.
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
        baseline += _summed("outcome", outcome_terms, width)
        effect = pm.Normal("effect_intercept", 0.0, effect_width * scale)
        effect += _summed("effect", effect_terms, width)
        baseline = pm.Deterministic("baseline", baseline, dims="unit")
        effect = pm.Deterministic("effect", effect, dims="unit")
        away = treated - reference if reference else treated
        outcome_of(outcome, family, baseline + away * effect, scale)
    return model
