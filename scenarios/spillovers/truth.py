"""The truth of the spillovers: parameters and queries."""

from __future__ import annotations

from ifonly.inference.experiments.interference import spillover_effects

__all__ = ["PARAMETERS", "QUERIES", "ROLES", "UNITS"]

UNITS = 600
PARAMETERS = {"level": 2.0, "direct": 1.0, "spill": 0.5, "sigma": 0.5}
ROLES = {"t": "treatment", "y": "outcome"}
QUERIES = {
    f"{name} effect" if name != "everyone" else "effect of treating everyone": query
    for name, query in spillover_effects("y", "t", "exposure").items()
}
