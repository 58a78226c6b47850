"""Learning a generator from a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, unknown
from ..inputs.arms import control_of
from ..inputs.arrays import shown
from ..inputs.scalars import checked_seed, positive_whole
from ..inputs.tables import as_table
from .columns import Column, read_column
from .convergence import warn_of_chains
from .covariates import learn_covariates
from .derived import derived_columns
from .generator import Generator
from .gibbs import Prior, Sweeps
from .kinds import is_ordered
from .laws import LAWS, Law, law_of
from .mechanisms import learn_mechanism

__all__ = ["learn"]

FEWEST = 30  # rows; below, a table says next to nothing about 2 columns
FEW = 10  # rows of an arm; below, they say hardly more than the prior
DETERMINED = 0.05  # of an outcome's standard deviation


def learn(
    table: Any,
    treatment: str | None = None,
    outcome: str | None = None,
    *,
    seed: int,
    draws: int = 50,
    kinds: Mapping[str, str] | None = None,
    family: str | None = None,
    prior: Prior | None = None,
) -> Generator:
    """Return a generator of tables like this one.

    The covariates have a Dirichlet-process mixture: in each component a normal law of the scores
    of the ordered columns, times a law of each other column. The treatment and the outcome have
    regressions of their own, because a joint mixture attenuates how they depend on the rest.
    Columns that are functions of others are made by these.

    Parameters
    ----------
    table : pandas.DataFrame or what it takes
        A row for each unit. Missing values are part of the law.
    treatment : str, optional
        A column of two values. The greater one is 1; of texts the one that is not called as a
        control is, such as "placebo".
    outcome : str, optional
        A column of two values or of numbers.
    seed : int
        Of all random numbers: the same seed gives the same result.
    draws : int
        How many generators are kept.
    kinds : mapping of str to str, optional
        Kinds of columns where they are known better than they can be found: ``"categorical"`` for
        numbers that have no order.
    family : str, optional
        The law of the outcome: ``"bernoulli"``, ``"normal"``, ``"lognormal"`` or
        ``"negative_binomial"``.
    prior : Prior, optional
        Of the mixture.

    Returns
    -------
    Generator

    Raises
    ------
    DataError
        If the table has too few rows, no covariate, or a column that nothing can be learnt from;
        if the treatment has no two arms; or if the outcome does not fit its law.

    Warns
    -----
    ConvergenceWarning
        If the chains of the mixture do not agree.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"age": rng.integers(20, 60, 200), "arm": rng.integers(0, 2, 200)})
    >>> generator = learn(frame, "arm", seed=1, draws=5)
    >>> generator.table(3, seed=2).dtypes.astype(str).to_dict()
    {'age': 'int64', 'arm': 'int64'}
    """
    draws = positive_whole("draws", draws)
    streams = np.random.SeedSequence(checked_seed(seed)).spawn(3)
    of_x, of_t, of_y = (np.random.default_rng(stream) for stream in streams)
    kinds = {} if kinds is None else kinds
    _check_options(treatment, outcome, kinds, family, prior)
    frame = _frame(table, [name for name in (treatment, outcome) if name is not None])
    known = _columns(frame, kinds)
    arm = None if treatment is None else _two_arms(known.pop(treatment))
    end = None if outcome is None else _whole(known.pop(outcome))
    if not known:
        raise DataError("the table has no covariate beside treatment and outcome; give one")
    own, derived = derived_columns(frame, tuple(known.values()))
    x = tuple(own)
    law = None if end is None else _law(end, frame, family)
    laid = learn_covariates(frame, x, prior or Prior(), Sweeps(draws=draws), of_x, derived)
    warn_of_chains(laid.traces)
    given = None if arm is None else arm.numbers(frame[arm.name])
    t, y = None, None
    if given is not None:
        t = learn_mechanism(frame, x, ("bernoulli", given), None, draws, of_t)
    if end is not None and law is not None:
        response = (law, end.numbers(frame[end.name]))
        y = learn_mechanism(frame, x, response, given, draws, of_y)
    notices = _notices(frame, x) + _notices_of_roles(frame, arm, end)
    if derived:
        told = "; ".join(d.told for d in derived)
        notices += (f"columns that follow from others are made from them: {told}",)
    if y is not None and end is not None and y.law == "normal":
        left = float(y.scales.mean() / frame[end.name].astype(float).std())
        if left < DETERMINED:
            notices += (
                f"the outcome {end.name!r} follows from the covariates but for {left:.1%} of its "
                "spread; drop those that are made from it",
            )
    return Generator(laid, arm, end, t, y, tuple(map(str, frame)), notices)


def _check_options(
    treatment: object, outcome: object, kinds: object, family: object, prior: object
) -> None:
    """Raise a `DataError` for an option of another type."""
    for name, given in {"treatment": treatment, "outcome": outcome, "family": family}.items():
        if not isinstance(given, str | None):
            raise DataError(f"{name} is a text, not {shown(given)}")
    texts = isinstance(kinds, Mapping) and all(isinstance(v, str) for v in kinds.values())
    if not texts:
        raise DataError(f"kinds maps columns to kinds, not {shown(kinds)}")
    if not isinstance(prior, Prior | None):
        raise DataError(f"prior is a Prior, not {shown(prior)}")


def _frame(table: Any, roles: list[str]) -> pd.DataFrame:
    try:
        table = as_table(table)
        frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(table)
    except Exception:  # a foreign thing raises whatever it likes
        raise DataError(
            f"the table is a pandas DataFrame or columns of one length, not {type(table).__name__}"
        ) from None
    names = [str(name) for name in frame]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"the table has the column {twice[0]!r} twice; drop one")
    frame = frame.set_axis(names, axis=1).reset_index(drop=True)
    for name in roles:
        if name not in frame:
            raise DataError(unknown("the roles name the column", name, map(str, frame)))
    if len(set(roles)) < len(roles):
        raise DataError(f"treatment and outcome are both {roles[0]!r}; name two columns")
    if len(frame) < FEWEST:
        raise DataError(f"the table has {len(frame)} rows, and at least {FEWEST} are needed")
    return frame


def _columns(frame: pd.DataFrame, kinds: Mapping[str, str]) -> dict[str, Column]:
    for name in kinds:
        if name not in frame:
            raise DataError(unknown("kinds names the column", name, map(str, frame)))
    names = map(str, frame)
    return {name: read_column(name, frame[name], kinds.get(name)) for name in names}


def _two_arms(column: Column) -> Column:
    if column.kind != "binary":
        size = len(column.levels) if column.margin is None else len(column.margin.values)
        one = f"has one arm, {column.levels[0]!r}" if size == 1 else f"has {size} values"
        raise DataError(
            f"the treatment {column.name!r} {one}; give a column of two values, both of which occur"
        )
    if all(isinstance(level, str) for level in column.levels):
        control = control_of(column.levels)
        ordered = sorted(column.levels, key=lambda level: bool(level != control))
        column = replace(column, levels=tuple(ordered))
    return _whole(column)


def _whole(column: Column) -> Column:
    if column.gaps:
        raise DataError(f"the column {column.name!r} misses values; drop those rows first")
    if column.kind in ("categorical", "constant"):
        raise DataError(
            f"the outcome {column.name!r} is {column.kind}; give a column of two values or of "
            "numbers"
        )
    return column


def _law(column: Column, frame: pd.DataFrame, family: str | None) -> Law:
    values = column.numbers(frame[column.name])
    found = law_of(values)
    if family is None:
        return found
    if family not in LAWS:
        raise DataError(unknown("the outcome's law is", family, LAWS))
    law: Law = next(law for law in LAWS if law == family)
    least = values.min()
    whole = bool(np.all(values == np.round(values)))
    fits = {
        "bernoulli": column.kind == "binary",
        "normal": is_ordered(column.kind),
        "lognormal": is_ordered(column.kind) and least > 0,
        "negative_binomial": is_ordered(column.kind) and least >= 0 and whole,
    }
    if not fits[law]:
        raise DataError(
            f"the outcome {column.name!r} is {column.kind} with least value {least:g}, which no "
            f"{law} law gives; leave family= out, or name another"
        )
    return law


def _notices(frame: pd.DataFrame, columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Return what a user should know of the covariates, in words."""
    found = [
        f"the column {c.name!r} is {c.levels[0]!r} in every row, and stays so"
        for c in columns
        if c.kind == "constant" and not c.gaps
    ]
    for column in columns:
        if column.margin is not None and frame[column.name].nunique() == len(frame):
            steps = np.diff(column.margin.values)
            if column.kind == "integer" and np.all(steps == 1):
                found.append(
                    f"the column {column.name!r} looks like the number of the row; drop it"
                )
    return tuple(found)


def _notices_of_roles(
    frame: pd.DataFrame, arm: Column | None, end: Column | None
) -> tuple[str, ...]:
    """Return what a user should know of the treatment and the outcome, in words."""
    found = [
        f"the {role} {column.name!r} is 1 where it is {column.levels[1]!r} in the table, and 0 "
        f"where it is {column.levels[0]!r}"
        for role, column in (("treatment", arm), ("outcome", end))
        if column is not None and column.kind == "binary" and column.levels != (0, 1)
    ]
    if arm is None:
        return tuple(found)
    counts = frame[arm.name].value_counts()
    for level, of in zip(arm.levels, ("untreated", "treated"), strict=True):
        if (count := int(counts[level])) < FEW:
            found.append(
                f"only {count} of {len(frame)} rows {'is' if count == 1 else 'are'} {of}: what is "
                f"learnt of the {of} is hardly more than the prior; give more rows, or choose the "
                "effect yourself"
            )
    return tuple(found)
