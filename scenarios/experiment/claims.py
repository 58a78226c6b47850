"""Where the experiment's reference is wrong: what it says, and the fact, computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference import Posterior
from ifonly.inference.errors import ExtraError
from ifonly.inference.experiments import cells, members

from ..scenario import Section
from .others import EFFECTS, EXPOSURES, ON_EXPOSURE, effects, roles_of, said
from .reference import CLAIMS
from .truth import SEGMENTS, published

__all__ = ["figures", "in_words", "over_fresh_data", "section"]

Floats = NDArray[np.float64]
TITLE = "9. Where the reference is wrong"
FRESH = 60  # data sets; each takes a tenth of a second
STRATA = {"segment": None, "activity": 4}


def section(posterior: Posterior, data: pd.DataFrame) -> Section:
    """Return finding 9.

    Parameters
    ----------
    posterior : Posterior
        Of the published rows, or of the first of them.
    data : pandas.DataFrame
        All published rows.
    """
    try:
        return in_words(figures(posterior, data))
    except ExtraError as error:
        return Section(TITLE, f"To see it, {error}.")


def in_words(found: Mapping[str, float]) -> Section:
    """Return the section from the numbers that `figures` has found."""
    rows = [(says, fact.format(**found)) for says, fact in CLAIMS]
    return Section(
        TITLE,
        "The reference is a notebook on the published rows, made with NumPy, statsmodels and "
        "scikit-learn. Every number on the right but those "
        "quoted from it is computed here, from the same rows, from fresh ones, or by algebra.",
        pd.DataFrame(rows, columns=["it says", "the fact"]),
    )


def figures(posterior: Posterior, data: pd.DataFrame, fresh: int = FRESH) -> dict[str, float]:
    """Return the numbers that the facts name.

    Parameters
    ----------
    posterior : Posterior
        Of the published rows, or of the first of them.
    data : pandas.DataFrame
        All published rows.
    fresh : int
        How many fresh data sets.
    """
    joint = effects(posterior)["total"]
    truth = {n.replace("through exposure", "through"): v for n, v in EFFECTS.items()}
    return {
        **truth,
        "per_exposure": ON_EXPOSURE,
        "exposures": EXPOSURES,
        "joint": float(joint.mean()),
        "joint_sd": float(joint.std(ddof=1)),
        **_regressions(posterior, data),
        **over_fresh_data(fresh),
        "treated": float(data["T"][data["E"] == 0].mean()),
        "naive_se": two_stage(data)[1],
        **_assignment(data),
        **_power(data),
        **_learner(posterior, data),
    }


def _regressions(posterior: Posterior, data: pd.DataFrame) -> dict[str, float]:
    roles = roles_of(posterior.model, data)
    table = said(data, roles, EFFECTS["total"], ci_prob=0.95)
    of: Any = table[["estimate", "se", "low", "high"]].astype(float).to_dict(orient="index")
    iv, ols, pre = (of[n] for n in ("2SLS", "OLS", "OLS with pre_metric"))
    gain = ols["estimate"] - pre["estimate"]
    return {
        "iv": iv["estimate"],
        "iv_se": iv["se"],
        "iv_low": iv["low"],
        "iv_high": iv["high"],
        "iv_eligible": of["2SLS, eligible only"]["estimate"],
        "iv_weighted": of["2SLS, eligible and weighted"]["estimate"],
        "naive": of["difference"]["estimate"],
        "ols": ols["estimate"],
        "with_pre": pre["estimate"],
        "with_c": of["OLS with C"]["estimate"],
        "removed": gain / (ols["estimate"] - EFFECTS["total"]),
        "removed_of_iv": gain / (ols["estimate"] - iv["estimate"]),
    }


def two_stage(data: pd.DataFrame, weight: Floats | None = None) -> tuple[float, float]:
    """Return the estimate in plain linear algebra, with the *wrong* error of two separate stages.

    That error is of the second regression's own residuals, where the first stage's fit stands for
    the treatment.
    """
    levels = pd.get_dummies(data["segment"], drop_first=True, dtype=float).to_numpy().T
    others = [np.ones(len(data)), *(data[n] for n in ("age", "activity")), *levels]
    if data["E"].nunique() > 1:
        others.append(data["E"])
    root = np.ones(len(data)) if weight is None else np.sqrt(weight)
    x = np.column_stack(others) * root[:, None]
    t, y, z = (data[n].to_numpy(dtype=float) * root for n in ("T", "Y", "Z"))
    first = np.column_stack([z, x])
    second = np.column_stack([first @ _solve(first, t), x])
    found = _solve(second, y)
    left = y - second @ found
    inverse = np.linalg.inv(second.T @ second)
    variance = left @ left / (len(y) - second.shape[1])
    return float(found[0]), float(np.sqrt(variance * inverse[0, 0]))


def _solve(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0])


def over_fresh_data(count: int) -> dict[str, float]:
    """Return mean and sd of 2SLS of all, of the eligible, and of them weighted, over fresh rows."""
    from ifonly.inference.estimators import propensity

    found = []
    for seed in range(1, count + 1):
        data = published(seed=seed)
        some = data[data["E"] == 1]
        chance = propensity(data, "E", ["activity"])
        weight = 1.0 / chance[data["E"] == 1].to_numpy()
        found.append((two_stage(data)[0], two_stage(some)[0], two_stage(some, weight)[0]))
    mean, sd = np.mean(found, axis=0), np.std(found, axis=0, ddof=1)
    names = ("all", "eligible", "weighted")
    return {
        "fresh": count,
        **{f"{n}_mean": float(v) for n, v in zip(names, mean, strict=True)},
        **{f"{n}_sd": float(v) for n, v in zip(names, sd, strict=True)},
    }


def _assignment(data: pd.DataFrame) -> dict[str, float]:
    """Return what labels drawn by lot give, with CUPED, and within strata, by algebra."""
    from scipy.stats import norm

    y = data["Y"]
    lot = float(y.std() * np.sqrt(4 / len(y)))
    reduction = float(y.corr(data["pre_metric"]) ** 2)
    strata = cells(members(data, STRATA))
    between = y - y.groupby(strata).transform("mean")
    explained = float(1 - between.var() / y.var())
    size = 2 * norm.sf(norm.isf(0.025) / np.sqrt(1 - explained))
    return {
        "lot_sd": lot,
        "cuped_sd": lot * float(np.sqrt(1 - reduction)),
        "reduction": reduction,
        "users_factor": 1 / (1 - reduction),
        "more_users": 1 / (1 - reduction) - 1,
        "explained": explained,
        "welch_size": float(size),
    }


def _power(data: pd.DataFrame) -> dict[str, float]:
    """Return how many users a comparison of two arms needs for 80 % power at 5 %."""
    from scipy.stats import norm

    deviates = norm.isf(0.025) + norm.isf(0.2)

    def users(effect: float, variance: float) -> float:
        return float(np.round(4 * variance * deviates**2 / effect**2))

    spread = float(data["Y"].var())
    taken = data.groupby("Z")["T"].mean()
    itt = EFFECTS["total"] * float(taken[1] - taken[0])
    # Were T drawn by lot, an arm would have what T does not explain of Y.
    many = published(units=400_000, seed=0)
    in_an_arm = float((many["Y"] - EFFECTS["total"] * many["T"]).var())
    return {
        "itt": itt,
        "n_itt": users(itt, spread),
        "n_treated": users(EFFECTS["total"], spread),
        "n_in_arms": users(EFFECTS["total"], in_an_arm),
    }


def _learner(posterior: Posterior, data: pd.DataFrame) -> dict[str, float]:
    from ifonly.inference.estimators import XLearner

    roles = roles_of(posterior.model, data).adding("pre_metric")
    found: Any = XLearner(bootstraps=0).effects(data, roles).to_numpy()
    first = np.sort(found)[-len(found) // 100 :]
    by_segment = [found[data["segment"] == k].mean() for k in range(len(SEGMENTS))]
    return {
        "learner_mean": float(found.mean()),
        "learner_sd": float(found.std()),
        "learner_skew": float(((found - found.mean()) ** 3).mean() / found.std() ** 3),
        "learner_apart": float(np.ptp(by_segment)),
        "learner_top": float(first.mean()),
    }
