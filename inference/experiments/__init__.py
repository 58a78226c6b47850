"""Experiments: plan them, assign units to arms, look while they run, read and pool them."""

from .assignment import assign
from .balance import balance
from .cohorts import cells, cohorts, members
from .guardrails import (
    SampleRatio,
    guardrail_table,
    harm_bounds,
    joint_power,
    non_inferiority,
    sample_ratio,
    share_harmed,
)
from .pooling import Pooled, RandomEffects, dersimonian_laird, pool, reml, studies_of
from .power import assurance, assured_units, detectable_effect, power, sample_size
from .sequential import (
    Sprt,
    StoppingRule,
    bounds,
    confidence_sequence,
    confidence_sequence_rule,
    equivalence_rule,
    expected_loss_rule,
    group_sequential,
    posterior_rule,
    size,
)
from .targeting import targeting
from .variance import (
    ArmEffect,
    cuped,
    cuped_outcome,
    difference,
    post_stratified,
    ratio_effect,
)

__all__ = [
    "ArmEffect",
    "Pooled",
    "RandomEffects",
    "SampleRatio",
    "Sprt",
    "StoppingRule",
    "assign",
    "assurance",
    "assured_units",
    "balance",
    "bounds",
    "cells",
    "cohorts",
    "confidence_sequence",
    "confidence_sequence_rule",
    "cuped",
    "cuped_outcome",
    "dersimonian_laird",
    "detectable_effect",
    "difference",
    "equivalence_rule",
    "expected_loss_rule",
    "group_sequential",
    "guardrail_table",
    "harm_bounds",
    "joint_power",
    "members",
    "non_inferiority",
    "pool",
    "post_stratified",
    "posterior_rule",
    "power",
    "ratio_effect",
    "reml",
    "sample_ratio",
    "sample_size",
    "share_harmed",
    "size",
    "studies_of",
    "targeting",
]
