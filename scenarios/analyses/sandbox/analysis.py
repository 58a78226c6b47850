"""A sandbox learnt from a user's table: rows like theirs, whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference.errors import DataError, KnobError
from ifonly.inference.generators.knobs import (
    Dial,
    Drawn,
    Expression,
    Knobs,
    Outcome,
    Sandbox,
    outcome_of,
    sandbox,
)
from ifonly.inference.generators.knobs.overlap import FIGURES
from ifonly.inference.generators.knobs.survival import check_share

if TYPE_CHECKING:
    from ifonly.inference.generators.generator import Generator
    from ifonly.inference.generators.knobs.verification import Verification

__all__ = ["Analysis", "analysed", "as_knob", "check_knobs", "dial_of", "made_of", "turned"]

POPULATION = 20_000  # rows, unless more are asked for
DRAWS = 20  # of the generator's posterior
APART = 0.99  # AUC of the propensity


@dataclass(frozen=True, eq=False)
class Analysis:
    """A sandbox, the rows drawn from it, and what it was learnt from.

    Attributes
    ----------
    table : pandas.DataFrame
        The user's.
    generator : Generator
        Learnt from it.
    knobs : Knobs
        As they were asked.
    sandbox : Sandbox
    drawn : Drawn
    seed : int
    """

    table: pd.DataFrame
    generator: Generator
    knobs: Knobs
    sandbox: Sandbox
    drawn: Drawn
    seed: int

    def verified(self) -> Verification:
        """Return what methods that know nothing of the knobs find in the whole population."""
        from ifonly.inference.generators.knobs.overlap import log_ratio
        from ifonly.inference.generators.knobs.verification import verified

        made = self.sandbox
        asked = made.propensity.asked
        ratio = log_ratio(made.propensity.values) if asked is None else asked
        return verified(
            made.draw(seed=self.seed + 1),
            ratio + made.propensity.shift if asked is not None else ratio,
            covariates=list(map(str, made.covariates)),
            treatment=made.treatment,
            outcome=made.outcome,
            seed=self.seed,
        )


def analysed(
    table: pd.DataFrame,
    treatment: str,
    outcome: str,
    knobs: Knobs,
    *,
    rows: int = 5_000,
    seed: int = 0,
    family: str | None = None,
    censoring: float | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Analysis:
    """Return rows like those of a table, with the asked overlap, effect and hidden confounding.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a unit; all columns but two are covariates.
    treatment : str
        A column of two values; the greater one counts as 1.
    outcome : str
    knobs : Knobs
    rows : int
        How many are drawn.
    seed : int
        Of everything random.
    family : str, optional
        The law of the outcome, as `learn` has it.
    censoring : float, optional
        Share of the rows whose time to an event, the outcome, is cut off: see `censored`.
    say : callable, optional
        Told, in one line, what is being done.

    Returns
    -------
    Analysis

    Raises
    ------
    DataError
        If nothing can be learnt from the table.
    KnobError
        If what is asked cannot be.
    """
    from ifonly.inference.generators.learn import learn

    if rows < 1:
        raise DataError(f"{rows} rows are asked for; ask for at least 1")
    check_knobs(knobs, table.drop(columns=[treatment, outcome], errors="ignore"))
    if censoring is not None:
        check_share(censoring)
    say(f"Learning a generator from {len(table):,} rows and {table.shape[1]} columns")
    generator = learn(table, treatment, outcome, seed=seed, draws=DRAWS, family=family)
    for notice in generator.notices:
        say(f"Note: {notice}")
    size = max(rows, POPULATION)
    say(f"Drawing a population of {size:,} rows, and turning the knobs")
    covariates = generator.covariates(size, seed)
    assert generator.family is not None
    law = outcome_of(generator.family, generator.scale())
    made = made_of(generator, covariates, knobs, law, table, treatment, outcome)
    if knobs.overlap is None and made.figures["auc"] > APART:
        say(
            "Note: the covariates tell the two arms apart, so that hardly any unit has one like it "
            "in the other arm; drop columns that follow from the treatment, or ask for an overlap"
        )
    drawn = made.draw(rows, seed)
    if censoring is not None:
        from ifonly.inference.generators.knobs.survival import censored

        drawn = censored(drawn, censoring, outcome=outcome, seed=seed)
    return Analysis(table, generator, knobs, made, drawn, seed)


def check_knobs(knobs: Knobs, covariates: pd.DataFrame) -> None:
    """Return nothing if the knobs' expressions can be read on a table, before anything is learnt.

    Parameters
    ----------
    knobs : Knobs
    covariates : pandas.DataFrame
        Of the user's table.

    Raises
    ------
    KnobError
        If one is no expression, names a column or a level that there is not, or is finite for no
        row.
    """
    for name, also in (("effect", {}), ("overlap", {}), ("confounding", {"t": 1.0})):
        text = getattr(knobs, name)
        if not isinstance(text, str):
            continue
        expression = Expression(text, _scales(covariates))
        found = expression(covariates, **also)
        expression.check_levels(covariates)
        if len(found) and not np.isfinite(found).any():
            raise KnobError(f"the {name} {text!r} is finite for no row of the table")


def turned(analysis: Analysis, **knobs: Any) -> Analysis:
    """Return the same population and the same random numbers with some knobs turned.

    Parameters
    ----------
    analysis : Analysis
    **knobs
        Those of `Knobs` that change.

    Returns
    -------
    Analysis
    """
    asked = replace(analysis.knobs, **knobs)
    before = analysis.sandbox
    made = made_of(
        analysis.generator, before.covariates, asked, before.law, analysis.table,
        before.treatment, before.outcome,
    )  # fmt: skip
    drawn = made.draw(len(analysis.drawn.rows), analysis.seed)
    return replace(analysis, knobs=asked, sandbox=made, drawn=drawn)


def made_of(
    generator: Generator,
    covariates: pd.DataFrame,
    knobs: Knobs,
    law: Outcome,
    table: pd.DataFrame,
    treatment: str,
    outcome: str,
) -> Sandbox:
    """Return a generator's population with the knobs turned.

    Parameters
    ----------
    generator : Generator
    covariates : pandas.DataFrame
        Rows of the generator.
    knobs : Knobs
    law : Outcome
        Of the generator's outcome.
    table : pandas.DataFrame
        The user's, by which ``z(column)`` is standardised.
    treatment, outcome : str

    Returns
    -------
    Sandbox
    """
    scales = _scales(table[[n for n in table if n in covariates]])
    return sandbox(
        generator, covariates, knobs, law, treatment=treatment, outcome=outcome, scales=scales
    )


def _scales(table: pd.DataFrame) -> Mapping[str, tuple[float, float]]:
    """Return mean and standard deviation of the table's own columns, for ``z(column)``."""
    numeric = table.select_dtypes(include=["number", "bool"]).astype(float)
    spread = {str(n): float(numeric[n].std(ddof=0)) for n in numeric}
    return {n: (float(numeric[n].mean()), s) for n, s in spread.items() if s > 0}


def dial_of(text: str) -> Dial | None:
    """Return the dial that a text such as ``auc=0.8`` names, or None if it is an expression.

    Examples
    --------
    >>> dial_of("auc=0.8")
    Dial(figure='auc', target=0.8)
    >>> dial_of("0.5*z(age)") is None
    True
    """
    name, sign, value = (part.strip() for part in text.partition("="))
    if not sign or value.startswith("=") or not name.isidentifier():
        return None
    if name not in FIGURES:
        raise KnobError(f"the overlap {text!r} is neither {', '.join(FIGURES)} nor an expression")
    try:
        number = float(value)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise KnobError(f"the overlap {text!r} names no number; write, for one, {name}=0.8")
    return Dial(name, number)  # type: ignore[arg-type]


def as_knob(text: str | None) -> str | float | None:
    """Return a knob as it was typed: a number where it is one, else the expression.

    Examples
    --------
    >>> as_knob("0.1"), as_knob("0.1*age"), as_knob(None)
    (0.1, '0.1*age', None)
    """
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return text
