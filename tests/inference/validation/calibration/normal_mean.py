"""A scenario whose posterior is known in closed form: a normal mean under a normal prior.

Workers import it by this name, so it is a module of its own. With y_i = effect * t_i + noise, known
noise and t_i = 1 for all, the posterior of the effect is normal, with precision 1 / prior_sd^2 + n.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pymc as pm

from ifonly.inference import ATE, Calibration, World

PRIOR_SD = 2.0


def normal_mean(prior_sd: float = PRIOR_SD, noise_sd: float = 1.0) -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        effect = pm.Normal("effect", 0.0, prior_sd)
        t = pm.Normal("t", 1.0, 1e-9, dims="unit")
        pm.Normal("y", effect * t, noise_sd, dims="unit")
    return model


@dataclass(frozen=True, eq=False)
class NormalMean:
    """What `calibrate` takes, and nothing else of a Scenario."""

    model: pm.Model = field(default_factory=normal_mean)
    parameters: dict[str, Any] = field(default_factory=lambda: {"effect": 0.7})
    hidden: tuple[str, ...] = ()
    units: int = 10

    def simulate(self, units: int, seed: int) -> World:
        return World.simulate(self.model, self.parameters, units=units, seed=seed)


QUERY = ATE("y", do={"t": 1.0}, versus={"t": 0.0})
# The posterior has a closed form, which the default method finds; these tests are of sampling.
QUICK: dict[str, Any] = {
    "method": "nuts", "jobs": 1, "draws": 200, "tune": 200, "progress": False, "seed": 11,
}  # fmt: skip


def same(one: Calibration, two: Calibration) -> None:
    """Hold two tables equal but for the time that they took."""
    pd.testing.assert_frame_equal(
        one.table.drop(columns="seconds"), two.table.drop(columns="seconds"), check_exact=True
    )
