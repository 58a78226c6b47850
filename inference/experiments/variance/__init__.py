"""Effects of an arm with less variance: covariates, strata, ratios."""

from .cuped import cuped, cuped_outcome
from .difference import ArmEffect, difference
from .post_stratification import post_stratified
from .ratio import ratio_effect

__all__ = [
    "ArmEffect",
    "cuped",
    "cuped_outcome",
    "difference",
    "post_stratified",
    "ratio_effect",
]
