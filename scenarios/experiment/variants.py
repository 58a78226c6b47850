"""Variants of the experiment: each differs from it in one thing, which its name says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ifonly.inference import ATE

from ..scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["outcome_of_the_eligible", "variants"]

# With these the mean effect is that of the homogeneous world: they cancel over the population.
HETEROGENEOUS = {"Y_on_T_x_activity": 0.4, "Y_on_T_x_regular": -0.15, "Y_on_T_x_vip": 0.6}
PLACEBO = {
    "placebo_intercept": 2.0,
    "placebo_on_age": 0.02,
    "placebo_on_activity": 0.3,
    "placebo_on_regular": 0.4,
    "placebo_on_vip": 1.0,
    "placebo_on_u": 1.0,
    "placebo_sd": 1.0,
}
RANDOMISED = {"arm_probability": 0.5, "T_on_arm": 8.0}


def outcome_of_the_eligible(data: xr.Dataset) -> xr.Dataset:
    """Return the data without the outcome of the ineligible: NaN where ``E`` is 0."""
    return data.assign(Y=data["Y"].where(data["E"] == 1))


def variants(scenario: Scenario) -> dict[str, Scenario]:
    """Return the variants of `scenario` by name.

    Parameters
    ----------
    scenario : Scenario
        The homogeneous one.

    Returns
    -------
    dict of str to Scenario
        ``gate``: only the eligible can be treated. ``heterogeneous``: the effect varies with
        activity and segment, with the same mean. ``collider_hurts``: ``u`` lowers ``C``, so that
        conditioning on it adds to the bias of ``u``. ``outcome_missing``: ``Y`` is not seen of the
        ineligible. ``placebo``: an outcome that the treatment does not reach. ``randomised``: an
        arm drawn by lot decides nearly alone who is treated.
    """
    total = scenario.queries["total effect of T"]
    of_t = total.worlds(total.doses[0])
    eligible = ATE("Y", do=of_t["do"], versus=of_t["versus"], where=lambda v: v["E"] > 0)
    on_placebo = ATE("placebo", do=of_t["do"], versus=of_t["versus"])
    of_arm = ATE("Y", do={"arm": 1}, versus={"arm": 0})

    def but(title: str, **changes: Any) -> Scenario:
        return replace(scenario, title=f"{scenario.title}; {title}", **changes)

    def truth(**more: float) -> Mapping[str, Any]:
        return {**scenario.parameters, **more}

    return {
        "gate": but(
            "only the eligible can be treated",
            arguments={"gate": True},
            queries={**scenario.queries, "effect on the eligible": eligible},
        ),
        "heterogeneous": but(
            "its effect varies with activity and segment",
            arguments={"heterogeneous": True},
            parameters=truth(**HETEROGENEOUS),
        ),
        "collider_hurts": but("the collider hurts", parameters=truth(C_on_u=-0.8)),
        "outcome_missing": but(
            "the outcome of the ineligible is not seen", seen=outcome_of_the_eligible
        ),
        "placebo": but(
            "a placebo outcome beside the outcome",
            arguments={"placebo": True},
            parameters=truth(**PLACEBO),
            roles={**scenario.roles, "placebo": "placebo outcome"},
            queries={**scenario.queries, "effect on the placebo outcome": on_placebo},
        ),
        "randomised": but(
            "a randomised arm drives it",
            arguments={"randomised": True},
            parameters=truth(**RANDOMISED),
            roles={**scenario.roles, "arm": "randomised arm"},
            queries={**scenario.queries, "effect of the arm": of_arm},
        ),
    }
