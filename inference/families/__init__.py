"""The structural forms of PyMC's families: one file a kind, one line here each."""

from . import (
    binary,
    bounded,
    categories,
    censored,
    counts,
    custom,
    inflated,
    location_scale,
    mixtures,
    multivariate,
    poisson_process,
    positive,
)

__all__ = [
    "binary",
    "bounded",
    "categories",
    "censored",
    "counts",
    "custom",
    "inflated",
    "location_scale",
    "mixtures",
    "multivariate",
    "poisson_process",
    "positive",
]
