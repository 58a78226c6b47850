"""The names under which a density has its frame among its data."""

__all__ = ["CENTRE", "ROOT"]

CENTRE, ROOT = "centre of the frame", "root of the frame"
