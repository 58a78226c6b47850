"""The analyses that the findings compare: the model told the form, and the one with no kink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ifonly.inference import Posterior, World, condition
from ifonly.models.heterogeneous_exposure import interactions

from ..reports.findings import Pair
from .truth import COVARIATES

if TYPE_CHECKING:
    import pandas as pd
    import pymc as pm

__all__ = ["INTERACTIONS", "TOLD", "Analyses", "again", "ols_effect"]

TOLD, INTERACTIONS = "told the form", "interactions"


@dataclass(frozen=True, eq=False)
class Analyses:
    """A world, its rows, and each model's posterior beside it.

    Attributes
    ----------
    world : World
    data : pandas.DataFrame
        What the analyst sees.
    told : Pair
        The posterior of the model that has the true form of the effect.
    linear : Pair
        That of the model with interactions alone, which misses the kink.
    """

    world: World
    data: pd.DataFrame
    told: Pair
    linear: Pair

    @classmethod
    def of(cls, world: World, posterior: Posterior) -> Analyses:
        """Return the analyses of a world; the second model is conditioned on the same rows.

        Parameters
        ----------
        world : World
        posterior : Posterior
        """
        data = world.data.to_dataframe()
        other = again(interactions(), data, like=posterior, seed=1)
        return cls(world, data, Pair(world, posterior), Pair(world, other))

    @property
    def pairs(self) -> dict[str, Pair]:
        """Both analyses by name."""
        return {TOLD: self.told, INTERACTIONS: self.linear}


def again(model: pm.Model, data: pd.DataFrame, like: Posterior, seed: int) -> Posterior:
    """Return the posterior of a model given some rows, with as many draws as another has.

    Parameters
    ----------
    model : pm.Model
    data : pd.DataFrame
    like : Posterior
    seed : int
    """
    sizes = like.idata["posterior"].sizes
    draws: Any = {"draws": sizes["draw"], "chains": sizes["chain"]}
    return condition(model, data, seed=seed, progress=False, **draws)


def ols_effect(data: pd.DataFrame) -> tuple[float, float]:
    """Return the coefficient of exposure in a regression without interactions, and its error."""
    x = np.column_stack([data["exposure"], np.ones(len(data)), data[list(COVARIATES)]])
    y = data["weekly_value"].to_numpy(dtype=float)
    found = np.linalg.lstsq(x, y, rcond=None)[0]
    left = y - x @ found
    inverse = np.linalg.inv(x.T @ x)
    variance = left @ left / (len(y) - x.shape[1])
    return float(found[0]), float(np.sqrt(variance * inverse[0, 0]))
