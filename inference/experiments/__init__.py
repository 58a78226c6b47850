"""Experiments: group units, assign them to arms, check the balance, choose whom to treat."""

from .assignment import assign
from .balance import balance
from .cohorts import cells, cohorts, members
from .doubly_robust import doubly_robust_scores
from .guardrails import (
    SampleRatio,
    guardrail_table,
    harm_bounds,
    joint_power,
    non_inferiority,
    sample_ratio,
    share_harmed,
)
from .no_contrast import Region, no_contrast, warn_of_no_contrast
from .off_policy import chosen_by, off_policy
from .pareto import pareto, trade_off
from .pooling import Pooled, RandomEffects, dersimonian_laird, pool, reml, studies_of
from .power import assurance, assured_units, detectable_effect, power, sample_size
from .rate import effect_by_rank, rate, toc
from .rules import pays, rule_values
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
from .trimming import trimming_margin
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
    "Region",
    "SampleRatio",
    "Sprt",
    "StoppingRule",
    "assign",
    "assurance",
    "assured_units",
    "balance",
    "bounds",
    "cells",
    "chosen_by",
    "cohorts",
    "confidence_sequence",
    "confidence_sequence_rule",
    "cuped",
    "cuped_outcome",
    "dersimonian_laird",
    "detectable_effect",
    "difference",
    "doubly_robust_scores",
    "effect_by_rank",
    "equivalence_rule",
    "expected_loss_rule",
    "group_sequential",
    "guardrail_table",
    "harm_bounds",
    "joint_power",
    "members",
    "no_contrast",
    "non_inferiority",
    "off_policy",
    "pareto",
    "pays",
    "pool",
    "post_stratified",
    "posterior_rule",
    "power",
    "rate",
    "ratio_effect",
    "reml",
    "rule_values",
    "sample_ratio",
    "sample_size",
    "share_harmed",
    "size",
    "studies_of",
    "targeting",
    "toc",
    "trade_off",
    "trimming_margin",
    "warn_of_no_contrast",
]
