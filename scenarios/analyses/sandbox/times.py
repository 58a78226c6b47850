"""A sandbox of several times: each has its treatment and outcome, given all that was before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from ifonly.inference.errors import DataError, KnobError
from ifonly.inference.generators.generator import Generator
from ifonly.inference.generators.gibbs import Prior
from ifonly.inference.generators.knobs import Knobs, Longitudinal, Stage, longitudinal, outcome_of
from ifonly.inference.generators.learn import learn

from .analysis import DRAWS, Analysis, check_knobs

__all__ = ["Times", "analysed_times", "each_time", "made_of_times"]


@dataclass(frozen=True, eq=False)
class Times:
    """A sandbox of several times.

    Attributes
    ----------
    stages : tuple of Analysis
        One for each time; its covariates are all that was before.
    made : Longitudinal
    """

    stages: tuple[Analysis, ...]
    made: Longitudinal


def each_time(text: str | None, times: int) -> list[str | None]:
    """Return a knob of each time, as it was typed.

    Parameters
    ----------
    text : str or None
        One expression for all times, in which ``time`` is the number of each; or one for each, with
        semicolons between.
    times : int

    Raises
    ------
    KnobError
        If there are neither one nor as many as times.

    Examples
    --------
    >>> each_time("0.1*time", 2), each_time("0.1; 0.2", 2), each_time(None, 2)
    (['0.1*1', '0.1*2'], ['0.1', '0.2'], [None, None])
    """
    if text is None or times == 1:
        return [text] * times
    parts = [part.strip() for part in text.split(";")]
    if len(parts) == 1:
        return [re.sub(r"\btime\b", str(k), parts[0]) for k in range(1, times + 1)]
    if len(parts) != times:
        raise KnobError(
            f"{text!r} has {len(parts)} expressions for {times} times; give one for all, or one "
            "for each with semicolons between"
        )
    return list(parts)


def analysed_times(
    table: pd.DataFrame,
    treatments: Sequence[str],
    outcomes: Sequence[str],
    knobs: Sequence[Knobs],
    *,
    rows: int = 5_000,
    seed: int = 0,
    family: str | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Times:
    """Return rows like those of a table with a treatment and an outcome at each of several times.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a unit; the columns that are neither treatment nor outcome are known from the start.
    treatments, outcomes : sequence of str
        In the order of time.
    knobs : sequence of Knobs
        Of each time.
    rows : int
        How many are drawn.
    seed : int
    family : str, optional
        The law of all outcomes, as `learn` has it.
    say : callable, optional
        Told, in one line, what is being done.

    Returns
    -------
    Times

    Raises
    ------
    DataError
        If treatments and outcomes do not match, or nothing can be learnt from the table.
    KnobError
        If what is asked cannot be; it says at which time.
    """
    if rows < 1:
        raise DataError(f"{rows} rows are asked for; ask for at least 1")
    if len(treatments) != len(outcomes):
        raise DataError(
            f"there are {len(treatments)} treatments and {len(outcomes)} outcomes; name one of "
            "each for each time"
        )
    later = [n for pair in zip(treatments[1:], outcomes[1:], strict=True) for n in pair]
    coded = table.drop(columns=later)
    learnt: list[Generator] = []
    for k, (t, y) in enumerate(zip(treatments, outcomes, strict=True)):
        _check(k, knobs[k], coded.drop(columns=[t, y], errors="ignore"))
        say(f"Learning time {k + 1} from {len(table):,} rows")
        coded = coded.assign(**{n: table[n] for n in (t, y)})
        # The law of the covariates is read at the first time alone.
        prior = None if k == 0 else Prior(components=1)
        one = learn(coded, t, y, seed=seed + k, draws=DRAWS, family=family, prior=prior)
        for notice in one.notices:
            say(f"Note: {notice}")
        learnt.append(one)
        for column in (one.treatment_column, one.outcome_column):
            assert column is not None
            # Later times read them as they will be drawn: as numbers.
            numbers = column.numbers(table[column.name])
            coded = coded.assign(
                **{column.name: numbers.astype(int) if column.name == t else numbers}
            )
    say(f"Drawing {rows:,} rows, and turning the knobs of {len(treatments)} times")
    made = made_of_times(learnt, knobs, rows, seed)
    parts = zip(learnt, knobs, made.sandboxes, made.drawn, strict=True)
    return Times(tuple(Analysis(coded, g, k, one, drawn, seed) for g, k, one, drawn in parts), made)


def _check(time: int, knobs: Knobs, before: pd.DataFrame) -> None:
    """Return nothing if the expressions of a time, from 0, can be read on all that was before.

    Parameters
    ----------
    time : int
    knobs : Knobs
    before : pandas.DataFrame

    Raises
    ------
    KnobError
    """
    try:
        check_knobs(knobs, before)
    except KnobError as error:
        raise KnobError(f"at time {time + 1}, {error}") from None


def made_of_times(
    learnt: Sequence[Generator], knobs: Sequence[Knobs], rows: int, seed: int
) -> Longitudinal:
    """Return the rows of generators, one for each time, with the knobs turned.

    Parameters
    ----------
    learnt : sequence of Generator
        Covariates are drawn from the first.
    knobs : sequence of Knobs
    rows : int
    seed : int
    """
    stages = []
    for one, asked in zip(learnt, knobs, strict=True):
        t, y = one.treatment_column, one.outcome_column
        assert t is not None
        assert y is not None
        stages.append(Stage(one, asked, outcome_of(str(one.family), one.scale()), t.name, y.name))
    return longitudinal(stages, learnt[0].covariates(rows, seed), seed=seed)
