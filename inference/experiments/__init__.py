"""Experiments: group units, assign them to arms, check the balance, choose whom to treat."""

from .assignment import (
    assign,
)
from .balance import (
    balance,
)
from .bandits import (
    UCB1,
    LinUCB,
    NormalThompson,
    Thompson,
    arm_means,
    lai_robbins,
    play,
)
from .cohorts import (
    cells,
    cohorts,
    members,
)
from .doubly_robust import (
    doubly_robust_scores,
)
from .drift import (
    average_run_length,
    cusum,
    detect,
    effective_fraction,
    importance_weights,
    ramp_up,
    reweighted,
)
from .guardrails import (
    SampleRatio,
    guardrail_table,
    harm_bounds,
    joint_power,
    non_inferiority,
    sample_ratio,
    share_harmed,
)
from .interference import (
    assign_clusters,
    cluster_test,
    design_effect,
    exposure_effect,
    exposures,
    spillover_effects,
)
from .interleaving import (
    interleaving_test,
    team_draft,
)
from .no_contrast import (
    Region,
    no_contrast,
    warn_of_no_contrast,
)
from .off_policy import (
    chosen_by,
    off_policy,
)
from .pareto import (
    pareto,
    trade_off,
)
from .pooling import (
    Pooled,
    RandomEffects,
    dersimonian_laird,
    pool,
    reml,
    studies_of,
)
from .power import (
    assurance,
    assured_units,
    detectable_effect,
    power,
    sample_size,
)
from .rate import (
    effect_by_rank,
    rate,
    toc,
)
from .rules import (
    pays,
    rule_values,
)
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
from .targeting import (
    targeting,
)
from .trimming import (
    trimming_margin,
)
from .variance import (
    ArmEffect,
    cuped,
    cuped_outcome,
    difference,
    post_stratified,
    ratio_effect,
)

__all__ = [
    "UCB1",
    "ArmEffect",
    "LinUCB",
    "NormalThompson",
    "Pooled",
    "RandomEffects",
    "Region",
    "SampleRatio",
    "Sprt",
    "StoppingRule",
    "Thompson",
    "arm_means",
    "assign",
    "assign_clusters",
    "assurance",
    "assured_units",
    "average_run_length",
    "balance",
    "bounds",
    "cells",
    "chosen_by",
    "cluster_test",
    "cohorts",
    "confidence_sequence",
    "confidence_sequence_rule",
    "cuped",
    "cuped_outcome",
    "cusum",
    "dersimonian_laird",
    "design_effect",
    "detect",
    "detectable_effect",
    "difference",
    "doubly_robust_scores",
    "effect_by_rank",
    "effective_fraction",
    "equivalence_rule",
    "expected_loss_rule",
    "exposure_effect",
    "exposures",
    "group_sequential",
    "guardrail_table",
    "harm_bounds",
    "importance_weights",
    "interleaving_test",
    "joint_power",
    "lai_robbins",
    "members",
    "no_contrast",
    "non_inferiority",
    "off_policy",
    "pareto",
    "pays",
    "play",
    "pool",
    "post_stratified",
    "posterior_rule",
    "power",
    "ramp_up",
    "rate",
    "ratio_effect",
    "reml",
    "reweighted",
    "rule_values",
    "sample_ratio",
    "sample_size",
    "share_harmed",
    "size",
    "spillover_effects",
    "studies_of",
    "targeting",
    "team_draft",
    "toc",
    "trade_off",
    "trimming_margin",
    "warn_of_no_contrast",
]
