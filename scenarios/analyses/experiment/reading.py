"""What was read in an experiment's table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ifonly.inference.experiments import ArmEffect, SampleRatio

from .plan import Plan

__all__ = ["ExperimentReading"]


@dataclass(frozen=True, eq=False)
class ExperimentReading:
    """What an experiment's table says.

    Attributes
    ----------
    plan : Plan
    arms : mapping of str to int
        Units in each arm, of all arms.
    compared : tuple of str
        Control and treated.
    ratio : SampleRatio
    balance : pandas.DataFrame or None
    effects : mapping of str to ArmEffect
        By how they are adjusted; the last is the one to read.
    guardrails : pandas.DataFrame or None
    sequence : pandas.DataFrame or None
        A row a look: ``time``, ``units``, ``estimate``, ``se``, ``low``, ``high`` (which hold at
        all looks together), ``p``.
    safe : tuple of float
        The interval that holds however often one looks.
    detectable : float
        The effect that so many units find with a power of 0.8.
    clusters : pandas.Series or None
        Units of each cluster that is compared.
    sorted_rows : bool
        Whether rows had to be brought in the order of time.
    advice : tuple of str
        What to do next, most urgent first.
    """

    plan: Plan
    arms: Mapping[str, int]
    compared: tuple[str, str]
    ratio: SampleRatio
    balance: pd.DataFrame | None
    effects: Mapping[str, ArmEffect]
    guardrails: pd.DataFrame | None
    sequence: pd.DataFrame | None
    safe: tuple[float, float]
    detectable: float
    clusters: pd.Series | None
    sorted_rows: bool
    advice: tuple[str, ...]

    @property
    def primary(self) -> ArmEffect:
        """The effect to read: adjusted for all that was given."""
        return list(self.effects.values())[-1]

    @property
    def table(self) -> pd.DataFrame:
        """The effects: a row per adjustment."""
        rows = {}
        for name, effect in self.effects.items():
            low, high = effect.interval(self.plan.ci_prob)
            rows[name] = {
                "estimate": effect.estimate,
                "se": effect.se,
                "low": low,
                "high": high,
                "p": effect.p,
                "like units": effect.units * effect.users_factor,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("adjusted for")
