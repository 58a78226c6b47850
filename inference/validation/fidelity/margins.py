"""How alike two tables are column by column."""

from __future__ import annotations

import numpy as np
from scipy.stats import ks_2samp, wasserstein_distance

from .tables import Tables

__all__ = ["margins"]


def margins(tables: Tables) -> dict[str, float]:
    """Return how alike the columns are, each figure the mean over columns.

    Parameters
    ----------
    tables : Tables

    Returns
    -------
    dict of str to float
        ``wasserstein``: the distance between two columns of numbers, in standard deviations of the
        real one. ``ks_complement``: 1 less the greatest difference of the two distribution
        functions. ``tv_complement``: 1 less the total variation between the shares of levels, a
        missing value being a level.
    """
    distances, complements = [], []
    for name in tables.ordered:
        one, other = (frame[name].dropna() for frame in (tables.real, tables.synthetic))
        if len(one) and len(other):
            distances.append(wasserstein_distance(one, other) / tables.spread[name])
            complements.append(1 - ks_2samp(one, other, method="asymp").statistic)
    variations = []
    for name in tables.levels:
        shares = [f[name].value_counts(normalize=True) for f in (tables.real, tables.synthetic)]
        variations.append(shares[0].sub(shares[1], fill_value=0.0).abs().sum() / 2)
    for name in tables.ordered:
        gaps = [f[name].isna().mean() for f in (tables.real, tables.synthetic)]
        if max(gaps):
            variations.append(abs(gaps[0] - gaps[1]))
    return {
        "wasserstein": _mean(distances),
        "ks_complement": _mean(complements),
        "tv_complement": 1 - _mean(variations),
    }


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
