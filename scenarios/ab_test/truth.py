"""The true parameters of the A/B test, its roles, and the queries worth asking."""

from __future__ import annotations

from typing import Any

from ifonly.inference import ATE, Query

__all__ = ["DAYS", "PARAMETERS", "QUERIES", "ROLES", "SPREAD", "UNITS"]

UNITS, DAYS = 1_500, 15
PARAMETERS: dict[str, Any] = {
    "level": 5.0,
    "slope": 1.4,
    "effect": 0.3,
    "sigma": 1.4,
    "stay": [0.70, 0.68],
}
# Standard deviation of the outcome within an arm: what came before, and noise.
SPREAD = (PARAMETERS["slope"] ** 2 + PARAMETERS["sigma"] ** 2) ** 0.5
ROLES = {
    "before": "covariate",
    "treated": "treatment",
    "y": "outcome",
    "stayed": "guardrail",
}
ON, OFF = {"treated": 1}, {"treated": 0}
QUERIES: dict[str, Query] = {
    "effect on y": ATE("y", do=ON, versus=OFF),
    "effect on staying": ATE("stayed", do=ON, versus=OFF, units="new"),
}
