"""The structural forms of PyMC's families: one file a kind, one line here each."""

from . import (
    binary,
    bounded,
    categories,
    censored,
    counts,
    finite,
    inflated,
    location_scale,
    multivariate,
    poisson_process,
    positive,
    series,
    shaped,
    simplex,
    tallies,
)

__all__ = [
    "binary",
    "bounded",
    "categories",
    "censored",
    "counts",
    "finite",
    "inflated",
    "location_scale",
    "multivariate",
    "poisson_process",
    "positive",
    "series",
    "shaped",
    "simplex",
    "tallies",
]
