"""Our models of effects that vary as estimators, so that they are scored beside all others."""

from __future__ import annotations

from typing import Any, override

import numpy as np

from ifonly.inference.errors import QueryError, unknown
from ifonly.inference.estimators.effects import estimator, register, registered
from ifonly.inference.estimators.roles import Roles
from ifonly.inference.estimators.unit_effects import UnitEffectEstimator, UnitEffects
from ifonly.inference.inputs.columns import read_columns

from .. import EFFECT_MODELS
from .analysis import effects
from .stacking import mixed

__all__ = ["ESTIMATORS", "EffectModel", "estimators_named", "register_effect_models"]


class EffectModel(UnitEffectEstimator):
    """A model of `ifonly effects`.

    Parameters
    ----------
    model : {"auto", "linear", "splines", "process"}

    Examples
    --------
    >>> EffectModel("splines").name, EffectModel("auto").name
    ('splines', 'ifonly')
    """

    library = "ifonly"

    def __init__(self, model: str) -> None:
        self.model = model
        self.name = "ifonly" if model == "auto" else model
        self.label = f"ifonly {model}"

    @override
    def unit_effects(
        self, data: Any, roles: Roles, *, at: Any = None, ci_prob: float = 0.95, seed: int = 0
    ) -> UnitEffects:
        found = effects(
            data,
            treatment=roles.treatment,
            outcome=roles.outcome,
            covariates=roles.adjust,
            model=self.model,
            ci_prob=ci_prob,
            seed=seed,
        )
        if at is None:
            return found.answer
        rows = read_columns(at, found.table.covariates, "the effects need the column")
        drawn = {n: found.parts[n].effects(rows) for n, w in found.weights.items() if w > 0}
        return found.answer_of(np.asarray(mixed(drawn, found.weights)))


# By the names that the arena has for them.
ESTIMATORS = {e.name: e for e in map(EffectModel, EFFECT_MODELS.values())}


def register_effect_models() -> None:
    """Add our models to the estimators that are found by name; return nothing.

    Examples
    --------
    >>> from ifonly.inference.estimators.effects import estimator
    >>> register_effect_models()
    >>> estimator("splines").label
    'ifonly splines'
    """
    for name, model in ESTIMATORS.items():
        if name not in registered():
            register(name, model)


def estimators_named(text: str) -> list[UnitEffectEstimator]:
    """Return estimators of unit effects, ours among them, by their names.

    Parameters
    ----------
    text : str
        Names with commas between; ``package.module:object`` is one of the user's own.

    Returns
    -------
    list of UnitEffectEstimator

    Raises
    ------
    QueryError
        If there is none of a name, or no name.

    Examples
    --------
    >>> [e.name for e in estimators_named("ols, splines")]
    ['ols', 'splines']
    """
    found: list[UnitEffectEstimator] = []
    for name in filter(None, (part.strip() for part in text.split(","))):
        if name not in ESTIMATORS and name not in registered() and ":" not in name:
            known = (*ESTIMATORS, *registered())
            raise QueryError(unknown("of the estimators of unit effects you named", name, known))
        found.append(ESTIMATORS[name] if name in ESTIMATORS else estimator(name))
    if not found:
        raise QueryError("name some estimators, with commas between, such as ols,causal_forest")
    return found
