"""How alike two tables are as a whole: energy distance, and tests by a classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from ...inputs.optional import load
from .tables import EXTRA, Tables

__all__ = ["boosted", "classified", "energy", "joint", "logistic"]

Floats = NDArray[np.float64]

MOST_ROWS = 2_000  # of each table, between which all distances are taken
FOLDS = 5


def joint(tables: Tables, seed: int) -> dict[str, float]:
    """Return how alike the two tables are as a whole.

    Parameters
    ----------
    tables : Tables
    seed : int

    Returns
    -------
    dict of str to float
        ``energy``: the energy distance of standardised rows, as a share of their mean distance.
        ``c2st_boosted``, ``c2st_logistic``: the area under the curve of a classifier that tells
        real from synthetic rows, cross-validated; 0.5 is best. A logistic one sees means only.

    References
    ----------
    .. [1] Szekely and Rizzo (2013), J. Stat. Plan. Inference 143, 1249-1272.
       doi:10.1016/j.jspi.2013.03.018
    .. [2] Lopez-Paz and Oquab (2017), Revisiting classifier two-sample tests, ICLR.
    """
    rng = np.random.default_rng(seed)
    rows = min(len(tables.real), len(tables.synthetic))
    one, other = (_some(f, rows, rng) for f in (tables.real, tables.synthetic))
    codes = np.vstack([one.to_numpy(), other.to_numpy()])
    design = np.vstack([tables.design(one), tables.design(other)])
    source = np.repeat([0, 1], rows)
    return {
        "energy": energy(tables.design(one[:MOST_ROWS]), tables.design(other[:MOST_ROWS])),
        "c2st_boosted": classified(boosted(seed), codes, source, seed),
        "c2st_logistic": classified(logistic(), design, source, seed),
    }


def energy(one: Floats, other: Floats) -> float:
    """Return the energy distance of two samples, over twice their mean distance: from 0 to 1.

    Parameters
    ----------
    one, other : ndarray of shape (unit, column)
    """
    between = cdist(one, other).mean()
    within = [_pairwise(sample) for sample in (one, other)]
    return float((2 * between - sum(within)) / (2 * between)) if between else 0.0


def _pairwise(sample: Floats) -> float:
    size = len(sample)
    return float(cdist(sample, sample).sum() / (size * (size - 1)))


def classified(learner: Any, features: Floats, labels: NDArray[Any], seed: int) -> float:
    """Return the cross-validated area under the curve of a classifier.

    Parameters
    ----------
    learner : scikit-learn classifier
    features : ndarray of shape (unit, column)
    labels : ndarray of shape (unit,)
        Of 0 and 1.
    seed : int
        Of the folds.
    """
    selection = load("sklearn.model_selection", EXTRA)
    metrics = load("sklearn.metrics", EXTRA)
    folds = selection.StratifiedKFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    chance = selection.cross_val_predict(
        learner, features, labels, cv=folds, method="predict_proba"
    )
    return float(metrics.roc_auc_score(labels, chance[:, 1]))


def boosted(seed: int) -> Any:
    """Return scikit-learn's boosted trees, with their defaults."""
    ensemble = load("sklearn.ensemble", EXTRA)
    return ensemble.HistGradientBoostingClassifier(random_state=seed % 2**32)


def logistic() -> Any:
    """Return a logistic regression on standardised columns, slightly shrunk."""
    pipeline, scaling = load("sklearn.pipeline", EXTRA), load("sklearn.preprocessing", EXTRA)
    linear = load("sklearn.linear_model", EXTRA)
    regression = linear.LogisticRegression(C=0.1, max_iter=500)
    return pipeline.make_pipeline(scaling.StandardScaler(), regression)


def _some(frame: pd.DataFrame, rows: int, rng: np.random.Generator) -> pd.DataFrame:
    return frame.iloc[rng.permutation(len(frame))[:rows]]
