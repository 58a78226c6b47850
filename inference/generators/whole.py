"""A generator as one PyMC model: rows of the covariates, then treatment and outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pymc as pm
from numpy.typing import NDArray

from ..errors import QueryError
from .mechanisms import GROUPS, Mechanism
from .regression import predictor, response
from .terms import FREE

if TYPE_CHECKING:
    from .generator import Generator

__all__ = ["parameters_of", "whole_model"]

Floats = NDArray[np.float64]
TREATED = GROUPS[-1]
LEVEL_TREATED = f"{FREE}_treated"  # not shrunk either


def whole_model(generator: Generator, frame: pd.DataFrame, row: str = "row") -> pm.Model:
    """Return the model of a generator: plain PyMC, for `pm.do`, `pm.observe` and every query.

    Parameters
    ----------
    generator : Generator
        With a treatment and an outcome.
    frame : pandas.DataFrame
        Rows of its covariates: the population that units are drawn from.
    row : str
        How the number of a unit's row is called.

    Returns
    -------
    pymc.Model
        Mechanisms ``row``, the treatment (0 or 1) and the outcome, with dims ``unit``, of length 1.
        Parameters: the weights, scales and noise of each mechanism, as `regression` has them under
        the mechanism's name; `parameters_of` has their draws.

    Raises
    ------
    QueryError
        If the generator has no treatment or outcome.
    """
    t_column, y_column = generator.treatment_column, generator.outcome_column
    of_t, of_y = generator.mechanism_of_treatment, generator.mechanism_of_outcome
    if t_column is None or y_column is None or of_t is None or of_y is None:
        raise QueryError("a model of the whole needs treatment= and outcome= in `learn`")
    t, y = t_column.name, y_column.name
    with pm.Model(coords={"unit": range(1)}) as model:
        at = pm.DiscreteUniform(row, 0, len(frame) - 1, dims="unit")
        eta = predictor(t, of_t.designs(frame), of_t.spread, at)
        treated = response(t, of_t.law, eta, of_t.spread).astype("float64")
        times = {TREATED: treated, LEVEL_TREATED: treated}
        eta = predictor(y, _with_treatment(of_y.designs(frame)), of_y.spread, at, times)
        response(y, of_y.law, eta, of_y.spread)
    return model


def parameters_of(generator: Generator) -> dict[str, Floats]:
    """Return the draws of the parameters of `whole_model`, each of shape (draw, ...).

    Parameters
    ----------
    generator : Generator

    Raises
    ------
    QueryError
        If the generator has no treatment or outcome.
    """
    found: dict[str, Floats] = {}
    for column, mechanism in (
        (generator.treatment_column, generator.mechanism_of_treatment),
        (generator.outcome_column, generator.mechanism_of_outcome),
    ):
        if column is None or mechanism is None:
            raise QueryError("a model of the whole needs treatment= and outcome= in `learn`")
        found |= _draws(column.name, mechanism)
    return found


def _with_treatment(groups: dict[str, Floats]) -> dict[str, Floats]:
    """Return the groups with the treatment apart from the intercept."""
    parts = {FREE: groups[FREE][:, :1], LEVEL_TREATED: np.ones((len(groups[FREE]), 1))}
    return {**parts, **{n: g for n, g in groups.items() if n != FREE}}


def _draws(name: str, mechanism: Mechanism) -> dict[str, Floats]:
    groups = mechanism.sizes
    if mechanism.treated:
        groups = {FREE: 1, LEVEL_TREATED: 1, **{n: k for n, k in groups.items() if n != FREE}}
    ends = np.cumsum(list(groups.values()))
    parts = np.split(mechanism.coefficients, ends[:-1], axis=1)
    found = {f"{name}_{g}_weight": p for g, p in zip(groups, parts, strict=True)}
    for k, group in enumerate(GROUPS[1:]):
        if group in groups:
            found[f"{name}_{group}_scale"] = mechanism.shrinkage[:, k : k + 1]
    if mechanism.law != "bernoulli":
        found[f"{name}_noise"] = mechanism.scales
    return found
