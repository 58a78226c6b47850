"""The bases of the models of effects: which columns a table's covariates are made into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ifonly.inference.inputs.basis import Basis
from ifonly.inference.inputs.process_basis import ProcessBasis

from .assignment import MOST_CURVED, Assignment
from .lengthscales import Side, most_telling, processes, units_of
from .pairs import knots_of, pairs_of
from .table import EffectTable

__all__ = ["LOGIT", "MOST_SCREENED", "Bases", "bases_of", "curved_of", "held_of", "process_bases"]

LOGIT = "propensity_logit"
# Of more than `MOST_CURVED` covariates so many have curves.
MOST_SCREENED = 6
# The log-odds are a sum of lines and curves of the covariates, which a model of curves has of each.
# With so few each is told apart, and a column of their sum only blurs them. Each of many weak ones
# is shrunk away, and with it what it confounds; the sum is not. (Hahn et al., 2018,
# doi:10.1214/16-BA1044: confounding that regularisation brings.)
FEW = 10


@dataclass(frozen=True, eq=False)
class Bases:
    """The columns of a model, as they are made of covariates.

    Attributes
    ----------
    outcome, effect : Basis or ProcessBasis
    reference : float
        The treatment at which the outcome is the baseline, 0 or 1.
    sample : int
        Of the units from which the lengthscales of processes were learnt; see `units_of`.
    """

    outcome: Basis | ProcessBasis
    effect: Basis | ProcessBasis
    reference: float = 0.0
    sample: int = 0


def bases_of(
    table: EffectTable,
    assignment: Assignment,
    name: str,
    *,
    reference: float = 0.0,
    sample: int = 0,
) -> Bases:
    """Return the bases of the outcome and of the effect that a model has.

    Parameters
    ----------
    table : EffectTable
    assignment : Assignment
    name : str
        Of the model: linear, splines or process.
    reference : float
        Where it is not found beside the lengthscales of processes.
    sample : int
        Of the units from which the lengthscales of processes are learnt; see `units_of`.
    """
    if name == "process":
        return process_bases(table, assignment, sample)[0]
    frame, varied = held_of(table, assignment), table.frame[list(table.modifiers)]
    if name == "linear":
        return Bases(Basis.of(frame, pairs=()), Basis.of(varied, pairs=()), reference)
    among = curved_of(table, frame)
    knots = knots_of(len(among), len(table))
    many = len(among) < len(table.covariates)
    held = frame if len(table.covariates) > FEW else table.held
    of_outcome, of_effect = ([], []) if many else pairs_of(table, assignment)
    return Bases(
        Basis.of(held, knots=knots, pairs=of_outcome, curved={*among, LOGIT}, smooth=True),
        Basis.of(varied, knots=knots, pairs=of_effect, curved=among, smooth=True),
        reference,
    )


def curved_of(table: EffectTable, held: pd.DataFrame) -> tuple[str, ...]:
    """Return the covariates that have curves: of many those whose lines tell most.

    Parameters
    ----------
    table : EffectTable
    held : pandas.DataFrame
        As `held_of` gives it.
    """
    if len(table.covariates) <= MOST_CURVED:
        return table.covariates
    varied = table.frame[list(table.modifiers)]
    outcome, effect = (Basis.of(f, pairs=(), curved=()) for f in (held, varied))
    found = most_telling(
        Side(outcome, held, np.ones(len(table))), Side(effect, varied, table.t), table.y,
        MOST_SCREENED + 1,
    )  # fmt: skip
    return tuple(n for n in found if n != LOGIT)[:MOST_SCREENED]


def process_bases(
    table: EffectTable, assignment: Assignment, sample: int = 0
) -> tuple[Bases, float]:
    """Return the bases of a model with processes, and what these explain beside curves.

    Parameters
    ----------
    table : EffectTable
    assignment : Assignment
    sample : int
        Of the units from which lengthscales are learnt; see `units_of`.

    Returns
    -------
    Bases
    float
        The gain in the log marginal likelihood.
    """
    knots = knots_of(len(table.covariates), len(table))
    frame, varied = held_of(table, assignment), table.frame[list(table.modifiers)]
    outcome = Side(Basis.of(frame, knots=knots, pairs=()), frame, np.ones(len(table)))
    effect = Side(Basis.of(varied, knots=knots, pairs=()), varied, table.t)
    found = processes(outcome, effect, table.y, units_of(len(table), sample))
    return Bases(found.outcome, found.effect, found.reference, sample), found.gain


def held_of(table: EffectTable, assignment: Assignment) -> pd.DataFrame:
    """Return the covariates and the log-odds of treatment.

    Parameters
    ----------
    table : EffectTable
    assignment : Assignment
    """
    return table.held.assign(**{LOGIT: assignment.logit(table.held)})
