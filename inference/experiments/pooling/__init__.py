"""Pooling experiments: a hierarchical posterior, and the classical estimates beside it."""

from .hierarchy import Pooled, pool
from .moments import RandomEffects, dersimonian_laird, reml
from .studies import studies_of

__all__ = ["Pooled", "RandomEffects", "dersimonian_laird", "pool", "reml", "studies_of"]
