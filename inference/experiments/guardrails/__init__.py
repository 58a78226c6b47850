"""What must not go wrong: the split of units, guardrail metrics, and the units that are harmed."""

from .harm import harm_bounds, share_harmed
from .non_inferiority import guardrail_table, joint_power, non_inferiority
from .sample_ratio import SampleRatio, sample_ratio

__all__ = [
    "SampleRatio",
    "guardrail_table",
    "harm_bounds",
    "joint_power",
    "non_inferiority",
    "sample_ratio",
    "share_harmed",
]
