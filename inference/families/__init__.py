"""The structural forms of PyMC's families: one file a kind, one line here each."""

from . import location_scale

__all__ = ["location_scale"]
