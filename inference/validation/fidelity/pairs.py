"""How alike two tables are in the dependence of two columns at a time."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from .tables import Tables

__all__ = ["pairs"]

BINS = 5  # into which numbers are put beside levels


def pairs(tables: Tables) -> dict[str, float]:
    """Return how alike pairs of columns depend on each other, each figure the mean over pairs.

    Parameters
    ----------
    tables : Tables

    Returns
    -------
    dict of str to float
        ``spearman_similarity``: of two columns of numbers, 1 less half of the difference of the two
        rank correlations. ``contingency_similarity``: of a pair with levels, 1 less the total
        variation between the shares of its cells; numbers stand in five quantile groups.
    """
    similar = []
    ordered = list(tables.ordered)
    if len(ordered) > 1:
        found = [f[ordered].corr("spearman").to_numpy() for f in (tables.real, tables.synthetic)]
        apart = np.abs(found[0] - found[1])[np.triu_indices(len(ordered), 1)]
        similar = list(1 - apart[~np.isnan(apart)] / 2)
    one, other = _groups(tables, tables.real), _groups(tables, tables.synthetic)
    cells = [
        1 - _variation(one[[a, b]], other[[a, b]])
        for a, b in combinations(one, 2)
        if a in tables.levels or b in tables.levels
    ]
    return {
        "spearman_similarity": float(np.mean(similar)) if similar else float("nan"),
        "contingency_similarity": float(np.mean(cells)) if cells else float("nan"),
    }


def _groups(tables: Tables, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the number of each row's group, -1 where a value is missing."""
    out = {name: frame[name].to_numpy() for name in tables.levels}
    for name in tables.ordered:
        edges = np.unique(tables.real[name].quantile(np.arange(1, BINS) / BINS))
        group = np.searchsorted(edges, frame[name].to_numpy())
        out[name] = np.where(frame[name].isna(), -1, group)
    return pd.DataFrame(out)


def _variation(one: pd.DataFrame, other: pd.DataFrame) -> float:
    shares = [frame.value_counts(normalize=True) for frame in (one, other)]
    return float(shares[0].sub(shares[1], fill_value=0.0).abs().sum() / 2)
