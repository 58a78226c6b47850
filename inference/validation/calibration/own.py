"""A model of one's own as what is calibrated: with its parameters, and what is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pymc as pm

from ...scm.written import as_written
from ...worlds.world import World

__all__ = ["OwnModel", "own_model"]


@dataclass(frozen=True, eq=False)
class OwnModel:
    """A model that is no scenario.

    Attributes
    ----------
    model : pm.Model
        With nothing observed.
    parameters : mapping of str to array
        The true value of every parameter; empty where they are drawn from the prior.
    hidden : tuple of str
        Mechanisms that the analyst does not see.
    units : int
        Of each world by default.
    unit : str
        Name of the unit dimension.
    """

    model: pm.Model
    parameters: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    units: int = 500
    unit: str = "unit"

    def simulate(self, units: int, seed: int) -> World:
        """Return a world at the true parameters.

        Parameters
        ----------
        units : int
        seed : int
        """
        return World.simulate(
            self.model,
            self.parameters,
            units=units,
            seed=seed,
            hidden=self.hidden,
            unit=self.unit,
        )


def own_model(
    model: pm.Model, parameters: Mapping[str, Any], hidden: tuple[str, ...], unit: str
) -> OwnModel:
    """Return a model of one's own, as its author wrote it, in a form that worlds come from.

    Parameters
    ----------
    model : pm.Model
        It may observe data of its own, which say what its units are.
    parameters : mapping of str to array
    hidden : tuple of str
    unit : str
    """
    written = as_written(model, unit, parameters=tuple(parameters) or None)
    return OwnModel(written.model, dict(parameters), tuple(hidden), unit=written.unit)
