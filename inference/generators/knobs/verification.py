"""Verification that knows only the drawn tables: what a fitted eye finds, beside what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit, ndtr, ndtri

from ...inputs.optional import load
from .confounding import threshold_given
from .sandbox import Drawn, Sandbox

__all__ = ["Verification", "boosted_ratio", "by_oracle", "verified"]

Array = NDArray[np.float64]
FOLDS = 3
BINS, DIGITS = 20, 10  # of like asked values, and to which two are the same
EXTRA = "estimators"
# Flexible enough for a density ratio of any shape, and stopped before it learns the noise.
BOOSTED = {"max_iter": 200, "learning_rate": 0.08, "max_leaf_nodes": 15, "early_stopping": True}
NEAR = 1e-4  # probabilities nearer to 0 or 1 than this are taken for it


@dataclass(frozen=True, eq=False)
class Verification:
    """What is found in drawn tables by methods that know nothing of how they were made.

    Attributes
    ----------
    ratio_error : float
        Mean square error of a boosted log density ratio against the asked one, over the rows.
    ratio, effect, confounding_0, confounding_1 : pandas.DataFrame
        Rows in groups of like asked values: asked, found, error (one standard error), rows.
    oracle : pandas.DataFrame
        The average effect, adjusting for nothing, for x, and for x and U: found, error, truth.
    """

    ratio_error: float
    ratio: pd.DataFrame
    effect: pd.DataFrame
    confounding_0: pd.DataFrame
    confounding_1: pd.DataFrame
    oracle: pd.DataFrame

    @property
    def figures(self) -> dict[str, float]:
        """The error of the ratio, and for the others the root mean square error over the groups.

        The latter is in standard errors: about 1 where what is found is what was asked.
        """
        found = {"alpha_mse": self.ratio_error}
        for name in ("effect", "confounding_0", "confounding_1"):
            table = getattr(self, name)
            off = (table["found"] - table["asked"]) / table["error"]
            found[f"{name}_z"] = float(np.sqrt((off**2).mean()))
        return found


def by_oracle(made: Sandbox, *, draws: int = 200, seed: int = 0) -> tuple[Array, Array]:
    """Return the confounding of Y(0) and of Y(1) of each unit, by simulation over U.

    Whoever knows U knows E[Y(t) | x, U] and who is treated; its means over simulated U in the two
    arms differ by the confounding. No formula of the confounding is used.

    Parameters
    ----------
    made : Sandbox
    draws : int
        Of U, for each unit.
    seed : int

    Returns
    -------
    pair of arrays of shape (unit,)
    """
    rng = np.random.default_rng(seed)
    h, means = made.threshold, (made.means.untreated, made.means.treated)
    arms = np.zeros((2, len(made)))
    sums = np.zeros((2, 2, len(made)))  # of Y(t), by arm
    for k in range(draws):  # one in each of as many equally likely intervals
        u = ndtri((k + rng.random(len(made))) / draws)
        share = ndtr(threshold_given(h, u, made.strength))
        arms += np.stack([1.0 - share, share])
        for t in (0, 1):
            given = made.law.given(means[t], made.loadings[t], u)
            sums[t] += given * np.stack([1.0 - share, share])
    found = sums / arms
    return found[0, 1] - found[0, 0], found[1, 1] - found[1, 0]


def boosted_ratio(table: pd.DataFrame, treated: Array, seed: int = 0) -> Array:
    """Return the log p(x | T = 0) / p(x | T = 1) of each row, as boosted trees find it.

    Each row's is from trees that were fitted to other rows.

    Parameters
    ----------
    table : pandas.DataFrame
        The covariates.
    treated : array of shape (unit,)
        0 or 1.
    seed : int

    Returns
    -------
    array of shape (unit,)

    Raises
    ------
    ExtraError
        If scikit-learn is not installed.
    """
    load("sklearn.ensemble", EXTRA)
    t = np.asarray(treated, dtype=float)
    return np.asarray(logit(t.mean()) - logit(_crossed(_features(table), t, seed, _classifier)))


def verified(
    drawn: Drawn,
    ratio: Array,
    *,
    covariates: list[str],
    treatment: str = "T",
    outcome: str = "Y",
    seed: int = 0,
) -> Verification:
    """Return what is found in drawn rows, beside what was asked.

    Parameters
    ----------
    drawn : Drawn
        The truth's columns y0, y1 and u are read as data; tau and kappa as what was asked.
    ratio : array of shape (unit,)
        The asked log p(x | T = 0) / p(x | T = 1) of these rows, with the reported shift.
    covariates : list of str
    treatment, outcome : str
    seed : int

    Returns
    -------
    Verification

    Raises
    ------
    ExtraError
        If scikit-learn is not installed.
    """
    rows, truth = drawn.rows, drawn.truth
    load("sklearn.ensemble", EXTRA)
    x, t = _features(rows[covariates]), rows[treatment].to_numpy(dtype=float)
    chance = _crossed(x, t, seed, _classifier)
    found = logit(t.mean()) - logit(chance)
    y = {arm: truth[f"y{arm}"].to_numpy() for arm in (0, 1)}
    with_u = np.column_stack([x, truth["u"].to_numpy()])
    given_u = _crossed(with_u, t, seed + 2, _classifier)
    kappa = {}
    for arm in (0, 1):
        # E[(Y(t) - m) (T - e) / (e (1 - e)) | x] is kappa, for any m; a fitted one lessens noise.
        rest = y[arm] - _crossed(x, y[arm], seed + 1, _regressor)
        score = rest * (t - chance) / (chance * (1.0 - chance))
        kappa[arm] = _grouped(truth[f"kappa_{arm}"].to_numpy(), score)
    return Verification(
        float(((found - ratio) ** 2).mean()),
        _grouped(ratio, found),
        _grouped(truth["tau"].to_numpy(), y[1] - y[0]),
        kappa[0],
        kappa[1],
        _oracle(
            (x, with_u), t, rows[outcome].to_numpy(dtype=float), truth, (chance, given_u), seed
        ),
    )


def _features(table: pd.DataFrame) -> Array:
    """Return columns of numbers for trees: levels as codes, missing values as they are."""
    columns = []
    for name in table:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            columns.append(column.to_numpy(dtype=float, na_value=np.nan))
        else:
            codes = pd.factorize(column, sort=False)[0].astype(float)
            columns.append(np.where(codes < 0, np.nan, codes))
    return np.column_stack(columns)


def _classifier(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=seed, **BOOSTED)


def _regressor(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=seed, **BOOSTED)


def _crossed(
    x: Array,
    y: Array,
    seed: int,
    make: Callable[[int], Any],
    among: NDArray[np.bool_] | None = None,
) -> Array:
    """Return predictions for each row from a fit to the other folds, or to those of them among."""
    fold = np.random.default_rng(seed).permutation(len(y)) % FOLDS
    out = np.empty(len(y))
    for k in range(FOLDS):
        learn = (fold != k) if among is None else (fold != k) & among
        model = make(seed).fit(x[learn], y[learn])
        if hasattr(model, "predict_proba"):
            out[fold == k] = np.clip(model.predict_proba(x[fold == k])[:, 1], NEAR, 1.0 - NEAR)
        else:
            out[fold == k] = model.predict(x[fold == k])
    return out


def _grouped(asked: Array, found: Array) -> pd.DataFrame:
    """Return the mean of what was asked and of what is found, in groups of like asked values."""
    # Of few values each is a group: quantiles would put the least two together.
    values, group = np.unique(np.round(asked, DIGITS), return_inverse=True)
    if len(values) > BINS:
        group = pd.qcut(asked, BINS, labels=False, duplicates="drop")
    table = pd.DataFrame({"asked": asked, "found": found}).groupby(group)
    out = table.mean()
    out["error"] = (table["found"].std() / np.sqrt(table["found"].size())).to_numpy()
    out["rows"] = table["found"].size().to_numpy()
    return out.reset_index(drop=True)


def _oracle(
    held: tuple[Array, Array],
    t: Array,
    y: Array,
    truth: pd.DataFrame,
    chances: tuple[Array, Array],
    seed: int,
) -> pd.DataFrame:
    """Return doubly robust averages of the effect, by what is adjusted for."""
    raw = [y[t == 1], y[t == 0]]
    spread = np.sqrt(sum(v.var(ddof=1) / len(v) for v in raw))
    found = {"nothing": (raw[0].mean() - raw[1].mean(), spread)}
    for name, x, e in zip(("x", "x and U"), held, chances, strict=True):
        low, high = (_crossed(x, y, seed + 3, _regressor, t == arm) for arm in (0, 1))
        weight = np.where(t == 1, 1.0 / e, -1.0 / (1.0 - e))
        score = high - low + weight * (y - np.where(t == 1, high, low))
        found[name] = (float(score.mean()), float(score.std() / np.sqrt(len(score))))
    table = pd.DataFrame(found, index=["found", "error"]).T.rename_axis("adjusted for")
    return table.assign(truth=float((truth["y1"] - truth["y0"]).mean()))
