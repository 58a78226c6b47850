"""Weak instruments: instruments by the graph that hardly move the treatment in the data."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import AssumptionWarning, DataError
from .causal import OUTSIDE, CausalGraph
from .instruments import Instrument, instruments
from .latents import shown_by
from .regression import LEAST_LEFT, encoded, residuals, standardised

__all__ = ["LEAST_F", "first_stage", "warn_of_weak_instruments"]

Floats = NDArray[np.float64]

# Staiger and Stock (1997), doi:10.2307/2171753: below 10 the estimate is biased towards that of the
# confounded regression.
LEAST_F = 10.0


def first_stage(
    treatment: NDArray[Any],
    instruments: NDArray[Any],
    held: Floats,
    *,
    others: NDArray[Any] | None = None,
    weights: Floats | None = None,
) -> float:
    """Return the F statistic of the excluded instruments in a linear regression of the treatment.

    Parameters
    ----------
    treatment : array of shape (unit,)
    instruments : array of shape (unit,) or (unit, instrument)
    held : array of shape (unit, column)
        The other regressors, with the constant.
    others : array of shape (unit, variable), optional
        Further treatments that the same instruments serve; the statistic is then conditional on
        them [1]_.
    weights : array of shape (unit,), optional
        Of the units in the regression; positive.

    Returns
    -------
    float
        0 where the instruments do not vary, or the units are too few; infinite where they determine
        the treatment.

    References
    ----------
    .. [1] Sanderson and Windmeijer (2016), Journal of Econometrics 190, 212-221.
       doi:10.1016/j.jeconom.2015.06.004

    Examples
    --------
    >>> z = np.array([0.0, 0.0, 1.0, 1.0])
    >>> round(first_stage(np.array([0.0, 1.0, 2.0, 3.0]), z, np.ones((4, 1))), 6)
    8.0
    """
    root = 1.0 if weights is None else np.sqrt(weights)[:, None]
    held = held * root

    def left(columns: NDArray[Any]) -> Floats:
        columns = np.asarray(columns, dtype=float).reshape(len(held), -1)
        return residuals(standardised(columns) * root, held)

    z, target = left(instruments), left(treatment)[:, 0]
    df_rest = len(z) - held.shape[1] - z.shape[1]
    if df_rest < 1 or np.linalg.norm(z) <= LEAST_LEFT * np.sqrt(len(z)):
        return 0.0
    count = z.shape[1]
    if others is not None:
        rival = left(others)
        fitted = rival - residuals(rival, z)
        target = target - rival @ np.linalg.lstsq(fitted, target, rcond=None)[0]
        count -= rival.shape[1]
    rest = residuals(target, z)
    explained = target @ target - rest @ rest
    with np.errstate(divide="ignore"):
        return float((explained / count) / (rest @ rest / df_rest))


def warn_of_weak_instruments(
    graph: CausalGraph,
    columns: Mapping[str, NDArray[Any]],
    missing: Mapping[str, NDArray[np.bool_]] | None = None,
    spared: Collection[str] = (),
) -> None:
    """Warn of each confounded effect whose instruments are all weak in the data; return nothing.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    columns : mapping of str to array of shape (unit, ...)
        What is seen of each variable.
    missing : mapping of str to boolean array of shape (unit,), optional
        Where a column has no value.
    spared : collection of str
        Latents to say nothing of, because something else than an instrument identifies them.

    Warns
    -----
    AssumptionWarning

    Notes
    -----
    An effect rests on an instrument if a latent confounds cause and outcome, and at most one other
    variable shows the latent. With two independent proxies no instrument is needed.
    """
    for cause, outcome, latent in _leaning(graph):
        if latent in spared:
            continue
        found = {
            i: strength
            for i in instruments(graph, cause, outcome)
            if (strength := _strength(graph, i, cause, columns, missing or {})) is not None
        }
        if not found or max(found.values()) >= LEAST_F:
            continue
        best = max(found, key=found.__getitem__)
        names = ", ".join(str(i) for i in found)
        warnings.warn(
            f"weak instrument: {names} hardly moves {cause} (first-stage F {found[best]:.1f}, "
            f"below {LEAST_F:g}), and the latent {latent!r} is behind {cause} and {outcome}, so "
            "the data say little of that effect and its posterior leans on the prior; add units, a "
            f"stronger instrument, or columns that {latent} moves",
            AssumptionWarning,
            stacklevel=2,
        )


def _leaning(graph: CausalGraph) -> list[tuple[str, str, str]]:
    """Return each cause, effect and latent that confounds them with fewer than two proxies."""
    found = {}
    for latent in graph.ordered(graph.latents - {OUTSIDE}):
        seen = shown_by(graph, latent)
        for cause in seen:
            for outcome in set(seen) & graph.children(cause):
                proxies = set(seen) - {outcome} - graph.descendants(cause)
                if len(proxies) < 2:
                    found[cause, outcome] = latent
    return [(*pair, latent) for pair, latent in found.items()]


def _strength(
    graph: CausalGraph,
    instrument: Instrument,
    cause: str,
    columns: Mapping[str, NDArray[Any]],
    missing: Mapping[str, NDArray[np.bool_]],
) -> float | None:
    """Return the first-stage F; None if treatment or instrument is no number."""
    names = [cause, instrument.name, *graph.ordered(instrument.given)]
    if any(n not in columns or columns[n].ndim > 1 for n in names):
        return None
    if any(columns[n].dtype.kind not in "biuf" for n in names[:2]):
        return None
    if len(lengths := {n: len(columns[n]) for n in names}) and len(set(lengths.values())) > 1:
        raise DataError(f"the columns have different lengths: {lengths}")
    if any(n in graph.categorical and len(np.unique(columns[n])) > 2 for n in names[:2]):
        return None
    some = np.ones(len(columns[cause]), bool)
    for name in set(names) & set(missing):
        some &= ~missing[name]
    held = [np.ones((some.sum(), 1))]
    for name in names[2:]:
        block = encoded(pd.Series(columns[name][some]), name in graph.categorical)
        held.append(standardised(block.to_numpy()))
    return first_stage(columns[cause][some], columns[instrument.name][some], np.hstack(held))
