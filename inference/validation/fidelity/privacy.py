"""Whether synthetic rows give away which rows a generator was learnt from."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...inputs.optional import load
from .tables import EXTRA, both

__all__ = ["privacy"]

Floats = NDArray[np.float64]


def privacy(
    learnt: pd.DataFrame, held_out: pd.DataFrame, synthetic: pd.DataFrame
) -> dict[str, float]:
    """Return how much nearer synthetic rows are to the rows that were learnt from.

    The distance to the closest record alone says little, because it is small wherever data are
    dense; both figures therefore compare with rows of the same law that were not learnt from.

    Parameters
    ----------
    learnt, held_out : pandas.DataFrame
        Rows that the generator was learnt from, and others; as many are taken of each.
    synthetic : pandas.DataFrame
        The rows that are judged.

    Returns
    -------
    dict of str to float
        ``holdout_share``: share of synthetic rows that are nearer to a row that was learnt from
        than to one that was not, ties counting half. ``membership_auc``: how well the distance to
        the nearest synthetic row tells whether a row was learnt from. For both, 0.5 is best.

    References
    ----------
    .. [1] Platzer and Reutterer (2021), Front. Big Data 4, 679939. doi:10.3389/fdata.2021.679939
    .. [2] Yao et al. (2025), The DCR delusion. arXiv:2505.01524
    """
    metrics = load("sklearn.metrics", EXTRA)
    rows = min(len(learnt), len(held_out))
    ends = pd.concat([learnt[:rows], held_out[:rows]], ignore_index=True)
    tables = both(ends, synthetic)
    real, drawn = (tables.design(f) for f in (tables.real, tables.synthetic))
    to_learnt, to_held = _nearest(drawn, real[:rows]), _nearest(drawn, real[rows:])
    nearer = np.mean(to_learnt < to_held) + np.mean(to_learnt == to_held) / 2
    member = np.repeat([1, 0], rows)
    attack = metrics.roc_auc_score(member, -_nearest(real, drawn))
    return {"holdout_share": float(nearer), "membership_auc": float(attack)}


def _nearest(rows: Floats, others: Floats) -> Floats:
    """Return the distance of each row to the nearest of the others (sum of differences)."""
    neighbours = load("sklearn.neighbors", EXTRA)
    search = neighbours.NearestNeighbors(n_neighbors=1, metric="manhattan").fit(others)
    found: Floats = search.kneighbors(rows)[0][:, 0]
    # The same difference, summed in another order, is no nearer.
    return np.round(found, 9)
