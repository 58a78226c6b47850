"""Interference: units that act on each other, by design (clusters, exposures) and by a model."""

from .clusters import assign_clusters, cluster_test, design_effect, intraclass, naive_size
from .effects import spillover_effects
from .exposures import exposure_effect, exposures, neighbour_share

__all__ = [
    "assign_clusters",
    "cluster_test",
    "design_effect",
    "exposure_effect",
    "exposures",
    "intraclass",
    "naive_size",
    "neighbour_share",
    "spillover_effects",
]
