"""The truth of the ramp-up: parameters and queries."""

from __future__ import annotations

from ifonly.inference import ATE, ATT, CATE

__all__ = ["AVERAGE", "PARAMETERS", "QUERIES", "ROLES"]

PARAMETERS = {
    "traffic": [0.25, 0.25, 0.25, 0.25],
    "base": [1.0, 0.0, -1.0, -1.5],
    "effect": 0.4,
}
ROLES = {"day": "confounder", "t": "treatment", "y": "outcome"}
TREATED, UNTREATED = {"t": 1}, {"t": 0}
AVERAGE = ATE("y", do=TREATED, versus=UNTREATED, expectation=True)
QUERIES = {
    "average effect": AVERAGE,
    "effect on the treated": ATT("y", do=TREATED, versus=UNTREATED, expectation=True),
    "effect on each day": CATE(
        "y", do=TREATED, versus=UNTREATED, by={"day": None}, expectation=True
    ),
}
