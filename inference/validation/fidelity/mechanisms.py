"""Whether a synthetic table teaches what the real one does: of the treatment and of the outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...inputs.optional import load
from .joint import FOLDS, logistic
from .tables import EXTRA, Tables

__all__ = ["contrast", "mechanisms"]

Floats = NDArray[np.float64]


def mechanisms(
    tables: Tables, treatment: str | None, outcome: str | None, seed: int
) -> dict[str, float]:
    """Return how well rules learnt from synthetic rows do on real ones.

    Parameters
    ----------
    tables : Tables
    treatment, outcome : str or None
        Columns of two values; the outcome may be a number.
    seed : int

    Returns
    -------
    dict of str to float
        ``treatment_auc``, ``outcome_auc``: trained on synthetic rows, tested on real ones, less
        what real rows attain (cross-validated); 0 is best. Of an outcome that is a number,
        ``outcome_r2`` is the same of the explained share of variance. ``contrast``: the difference
        of the two arms' mean outcomes, less that of the real table.
    """
    found = {}
    end = () if outcome is None else (outcome,)
    if treatment is not None:
        found["treatment_auc"] = _lost(tables, treatment, (treatment, *end), seed)
    if outcome is not None:
        name = "outcome_auc" if outcome in tables.levels else "outcome_r2"
        found[name] = _lost(tables, outcome, end, seed)
    if treatment is not None and outcome is not None:
        arms = [contrast(f[treatment], f[outcome]) for f in (tables.real, tables.synthetic)]
        found["contrast"] = arms[1] - arms[0]
    return found


def contrast(treatment: Any, outcome: Any) -> float:
    """Return the difference of the mean outcomes of two arms, coded as 0 and 1.

    Parameters
    ----------
    treatment : object
    outcome : object
    """
    arm, values = np.asarray(treatment), np.asarray(outcome, dtype=float)
    return float(values[arm == 1].mean() - values[arm == 0].mean())


def _lost(tables: Tables, target: str, without: tuple[str, ...], seed: int) -> float:
    selection = load("sklearn.model_selection", EXTRA)
    linear, metrics = load("sklearn.linear_model", EXTRA), load("sklearn.metrics", EXTRA)
    real, synthetic = (tables.design(f, without) for f in (tables.real, tables.synthetic))
    truth, learnt = (f[target].to_numpy() for f in (tables.real, tables.synthetic))
    if len(np.unique(learnt)) < 2:
        return float("nan")
    if target in tables.levels:
        learner, method, score = logistic(), "predict_proba", metrics.roc_auc_score
        folds = selection.StratifiedKFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    else:
        learner, method, score = linear.RidgeCV(np.geomspace(0.1, 1e3, 9)), "predict", _explained
        folds = selection.KFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    own = selection.cross_val_predict(learner, real, truth, cv=folds, method=method)
    theirs = getattr(learner.fit(synthetic, learnt), method)(real)
    if method == "predict_proba":
        own, theirs = own[:, 1], theirs[:, 1]
    return float(score(truth, theirs) - score(truth, own))


def _explained(truth: Floats, predicted: Floats) -> float:
    return float(1 - np.mean((truth - predicted) ** 2) / truth.var())
