"""The truth of the logged bandit: parameters, a policy, and queries."""

from __future__ import annotations

from ifonly.inference import ATE, policy

__all__ = ["ARMS", "BY_FEATURE", "GAIN", "GOALS", "PARAMETERS", "QUERIES", "ROLES"]

PARAMETERS = {
    "alpha": [1.0, 1.2, 1.05],
    "beta": [-0.5, 0.0, 0.8],
    "gamma": [3.0, 2.9, 2.95],
    "delta": 0.5,
    "sigma_r": 1.0,
    "sigma_k": 1.0,
}
ROLES = {"x": "covariate", "arm": "treatment", "revenue": "outcome", "retention": "outcome"}
ARMS = [{"arm": k} for k in range(3)]
GOALS = ("revenue", "retention")
# The third offer to users above the mean of the feature, the first to the others.
BY_FEATURE = policy(lambda v: 2 * (v["x"] > 0))
GAIN = ATE("revenue", do={"arm": BY_FEATURE})
QUERIES = {
    "gain in revenue of the policy by feature": GAIN,
    **{
        f"{goal} of each offer, less that of the first": ATE(
            goal, do=ARMS, versus={"arm": 0}, dose="offer"
        )
        for goal in GOALS
    },
}
