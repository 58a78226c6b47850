"""The truth of the switchback: parameters and queries."""

from __future__ import annotations

from ifonly.inference import ATE, as_in

__all__ = ["ALWAYS", "BLOCK", "PARAMETERS", "QUERIES", "ROLES"]

BLOCK = 10
PARAMETERS = {"level": 5.0, "trend": 1.0, "tau": 1.0, "rho": 0.8, "sigma": 0.3}
ROLES = {"toss": "assignment", "y": "outcome"}
# The arm `t` follows from the toss of each block's first period.
ALWAYS = ATE("y", do={"t": 1}, versus={"t": 0})
QUERIES = {
    "effect of treating always": ALWAYS,
    "effect of the schedule as it was": ATE("y", do={"t": as_in("natural")}, versus={"t": 0}),
}
