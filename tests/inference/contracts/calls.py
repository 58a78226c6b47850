"""One valid call of each function on experiments, from which hostile ones are made."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ifonly.inference import experiments as ex
from ifonly.inference import set_to
from ifonly.inference.experiments import bandits, drift, interference, switchback

RNG = np.random.default_rng(0)
N = 40
Y, X = RNG.normal(size=(2, N))
T = np.arange(N) % 2
CLUSTER = np.repeat(np.arange(10), 4)
STRATA = np.repeat([0, 1], N // 2)
EVEN = np.full((N, 2), 0.5)
EFFECT = xr.DataArray(RNG.normal(size=(2, 20, N)), dims=("chain", "draw", "unit"))
FRAME = pd.DataFrame({"y": Y, "t": T, "x": X, "day": np.arange(N) // 10})
RING = np.roll(np.eye(N), 1, 0) + np.roll(np.eye(N), -1, 0)
DRAWN = ex.exposures(RING, RNG.integers(0, 2, (50, N)))
ERRORS = np.array([1.0, 0.5, 0.2])
STREAM = np.repeat([0.0, 1.0], 200)

type Call = tuple[Callable[..., Any], Mapping[str, Any]]


def _played(rule: type) -> Callable[..., Any]:
    arms = bandits.Binary([0.5, 0.6])
    if rule is ex.LinUCB:
        arms = bandits.Linear([[0.0, 1.0], [0.0, -1.0]])
    return lambda **own: ex.play(rule(**own), arms, 5, seed=1)


# What takes one number for each unit (or look, list, experiment), and scalars.
PER_UNIT: Mapping[str, Call] = {
    "cluster_test": (ex.cluster_test, {"outcome": Y, "arm": CLUSTER % 2, "cluster": CLUSTER}),
    "cuped": (ex.cuped, {"outcome": Y, "arm": T, "before": X}),
    "cuped_outcome": (lambda **k: ex.cuped_outcome(**k)[1], {"outcome": Y, "before": X, "arm": T}),
    "difference": (ex.difference, {"outcome": Y, "arm": T}),
    "doubly_robust_scores": (
        lambda **k: ex.doubly_robust_scores(**k).mean(),
        {"treatment": T, "outcome": Y, "propensity": (X + 5) / 10, "treated_mean": X,
         "untreated_mean": X},
    ),
    "effect_by_rank": (ex.effect_by_rank, {"score": X, "effect": EFFECT, "groups": 4}),
    "exposure_effect": (
        ex.exposure_effect,
        {"outcome": Y, "exposure": DRAWN[0], "drawn": DRAWN, "of": 3, "versus": 2},
    ),
    "interleaving_test": (
        ex.interleaving_test, {"one": np.arange(N) % 3, "other": np.arange(N) % 4}
    ),
    "intraclass": (interference.intraclass, {"outcome": Y, "cluster": CLUSTER}),
    "neighbour_share": (interference.neighbour_share, {"network": RING, "assignment": T}),
    "pays": (ex.pays, {"effect": EFFECT, "cost": 0.1, "value": 1.0, "sureness": 0.5}),
    "pool": (
        lambda **k: ex.pool(**k).table,
        {"estimates": Y[:3], "errors": ERRORS, "mean_sd": 5.0, "spread_scale": 5.0},
    ),
    "post_stratified": (ex.post_stratified, {"outcome": Y, "arm": T, "strata": STRATA}),
    "ratio_effect": (
        ex.ratio_effect, {"numerator": Y, "denominator": np.abs(X) + 1, "arm": T}
    ),
    "reml": (ex.reml, {"estimates": Y[:3], "errors": ERRORS}),
    "reweighted": (ex.reweighted, {"outcome": Y, "weight": np.abs(X)}),
    "switchback": (
        switchback.switchback, {"outcome": Y, "arm": CLUSTER % 2, "block": 4, "draws": 50}
    ),
    "targeting": (ex.targeting, {"score": X, "effect": EFFECT, "cost": 1.0, "value": 1.0}),
}  # fmt: skip

SCALARS: Mapping[str, Call] = {
    "LinUCB": (_played(ex.LinUCB), {"width": 1.0, "ridge": 1.0}),
    "NormalThompson": (
        _played(ex.NormalThompson), {"sd": 1.0, "prior_mean": 0.0, "prior_sd": 1.0, "discount": 0.9}
    ),
    "Sprt": (
        lambda **k: ex.Sprt(**k).bounds, {"effect": 0.3, "sd": 1.0, "alpha": 0.05, "beta": 0.05}
    ),
    "UCB1": (_played(ex.UCB1), {"width": 2.0, "discount": 1.0}),
    "assurance": (ex.assurance, {"prior": (0.5, 0.2), "sd": 1.0, "units": 100}),
    "average_run_length": (ex.average_run_length, {"shift": 0.0, "k": 0.5, "h": 4.0, "sides": 2}),
    "carry_over_share": (switchback.carry_over_share, {"rho": 0.5, "block": 4, "burn_in": 1}),
    "confidence_sequence": (
        ex.confidence_sequence,
        {"estimate": Y[:3], "se": ERRORS, "alpha": 0.05, "tuned_at": 0.5, "null": 0.0},
    ),
    "cusum": (ex.cusum, {"values": Y, "mean": 0.0, "sd": 1.0, "k": 0.5, "h": 5.0}),
    "decision_interval": (drift.decision_interval, {"length": 300.0, "k": 0.5}),
    "design_effect": (ex.design_effect, {"size": 3.0, "correlation": 0.1}),
    "expected_loss_rule": (
        ex.expected_loss_rule,
        {"se": ERRORS, "threshold": 0.05, "prior_mean": 0.0, "prior_sd": 1.0},
    ),
    "group_sequential": (ex.group_sequential, {"looks": 2, "kind": "pocock", "alpha": 0.05}),
    "guardrail_table": (
        lambda estimate, se, margin: ex.guardrail_table({"a": (estimate, se)}, {"a": margin}),
        {"estimate": 0.0, "se": 0.1, "margin": 0.3},
    ),
    "harm_bounds": (ex.harm_bounds, {"control": 0.5, "treated": 0.6}),
    "off_policy": (
        lambda **k: ex.off_policy(FRAME, set_to(1), **k),
        {"arm": "t", "outcome": "y", "propensity": EVEN, "ci_prob": 0.9},
    ),
    "power": (
        ex.power, {"effect": 0.5, "sd": 1.0, "units": 100, "alpha": 0.05, "share": 0.5}
    ),
    "ramp_up": (ex.ramp_up, {"data": FRAME, "outcome": "y", "arm": "t", "period": "day"}),
    "sample_ratio": (ex.sample_ratio, {"counts": [10, 12], "shares": [0.5, 0.5]}),
    "sample_size": (
        ex.sample_size, {"effect": 0.5, "sd": 1.0, "explained": 0.1, "inflation": 1.1}
    ),
}  # fmt: skip
