"""Which models a table is given: those asked for, or those that its data ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ifonly.inference.errors import QueryError

from .assignment import MOST_CURVED, Assignment
from .bases import MOST_SCREENED, bases_of, process_bases
from .models import Fitted, fit
from .pool import DECISIVE, LEAST_GAIN, fit_pooled, fitted
from .table import EffectTable

__all__ = ["checked_family", "conditioned", "suited"]

# Processes join the curves where the log marginal likelihood is higher by `LEAST_GAIN`, and where
# there are no more units than their search is made for.
MOST_UNITS = 20_000
# With more covariates lines are not shrunk one by one: a sweep costs as the cube of the weights.
MOST_LINES = 250
SAMPLING = "Sampling the model {}"


def conditioned(
    read: EffectTable,
    assignment: Assignment,
    model: str,
    options: Mapping[str, Any],
    tell: Callable[[str], object] = lambda step: None,
) -> dict[str, Fitted]:
    """Return the models that are asked for, or that the data ask for, conditioned.

    Parameters
    ----------
    read : EffectTable
    assignment : Assignment
    model : str
        A key of `MODELS`, or ``"auto"``: processes where they explain more than curves, and curves
        where they do not explain decisively more.
    options : mapping
        Of `fit`.
    tell : callable
        Is called with each step, in words, as it begins.

    Returns
    -------
    dict of str to Fitted
    """
    if model != "auto":
        tell(SAMPLING.format(model))
        return {model: fitted(read, assignment, model, **options)}
    parts: dict[str, Fitted] = {}
    gain, reference = 0.0, 0.0
    if options["family"] == "normal" and len(read) <= MOST_UNITS and read.modifiers:
        tell("Looking how smoothly outcome and effect vary")
        bases, gain = process_bases(read, assignment)
        reference = bases.reference
    if gain <= DECISIVE:
        tell(SAMPLING.format("splines"))
        curves = bases_of(read, assignment, "splines", reference=reference)
        parts["splines"] = fit(read, assignment, "splines", bases=curves, **options)
    if gain > LEAST_GAIN:
        tell(SAMPLING.format("process") + " at several lengthscales")
        parts["process"] = fit_pooled(read, assignment, first=(bases, gain), **options)
    return parts


def suited(read: EffectTable, model: str, family: str) -> tuple[EffectTable, str]:
    """Return the table and the model that ``"auto"`` takes where it would have too much to learn.

    Parameters
    ----------
    read : EffectTable
    model : str
        A key of `MODELS`, or ``"auto"``.
    family : str
        Of the outcome.

    Returns
    -------
    EffectTable
        With a note, if curves of most covariates are left out.
    str
        ``"linear"`` for counts and for very many covariates, ``"splines"`` for many, else `model`.
    """
    if model != "auto":
        return read, model
    if len(read.covariates) > MOST_CURVED:
        lines = family == "poisson" or len(read.covariates) > MOST_LINES
        bent = "" if lines else f" but the {MOST_SCREENED} that tell most"
        note = (
            f"{len(read.covariates)} covariates are more than the {MOST_CURVED} whose curves and "
            f"products are learnt: outcome and effect are taken to be straight lines in all{bent}; "
            "name fewer for curves"
        )
        return replace(read, notes=(*read.notes, note)), "linear" if lines else "splines"
    return read, "linear" if family == "poisson" else model


def checked_family(table: EffectTable, model: str, family: str) -> str:
    """Return the family of the outcome, or refuse one that the outcome or the model does not have.

    Parameters
    ----------
    table : EffectTable
    model : str
    family : str
        One of `LINKS`, or ``"auto"``.

    Raises
    ------
    QueryError
        If it does not fit.
    """
    values = set(np.unique(table.y)[:3].tolist())
    binary = values <= {0.0, 1.0}
    if family == "auto":
        return "bernoulli" if binary else "normal"
    if family == "bernoulli" and not binary:
        raise QueryError(f"family 'bernoulli' takes an outcome of 0 and 1, not {table.outcome!r}")
    counts = bool((table.y >= 0).all() and (table.y == table.y.round()).all())
    if family == "poisson" and not counts:
        raise QueryError(f"family 'poisson' takes counts; {table.outcome!r} holds other numbers")
    if family == "poisson" and model in ("splines", "process"):
        raise QueryError(
            f"the model {model!r} has outcomes that are normal or binary, and counts have "
            "'linear'; give model='linear', or family='normal' for large counts"
        )
    return family
