"""Estimators of unit effects by their names: those that are here, and those that a user adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from inspect import signature
from typing import Any, final, override

import numpy as np

from ...errors import QueryError, unknown
from ...inputs.arrays import shown
from ...inputs.scalars import listed
from ..roles import Roles
from ..unit_effects import UnitEffectEstimator, UnitEffects
from .baselines import ConstantEffect, ZeroEffect
from .causal_forests import BartzForest, StochtreeForest
from .double_ml import InteractiveRegression
from .econml_learners import CausalForest, DoublyRobust, LinearDML, MetaLearnerEffects
from .interactions import Interactions

__all__ = ["FunctionEstimator", "estimator", "estimators", "register", "registered", "unregister"]

YOU_NAMED = "of the estimators of unit effects you named"

Answers = Callable[..., UnitEffects]


@final
@dataclass(frozen=True, eq=False)
class FunctionEstimator(UnitEffectEstimator):
    """An estimator made of a function of a user's own.

    Parameters
    ----------
    name : str
        By which the arena and `ifonly arena` know it.
    function : callable
        It is called as ``function(data, roles, at=..., ci_prob=..., seed=...)`` and returns
        `UnitEffects`, as `UnitEffectEstimator.unit_effects` describes.
    label, library : str
        What tables call it, and whose it is.
    """

    name: str
    function: Answers
    label: str = ""
    library: str = ""

    def __post_init__(self) -> None:
        """Call it by its name where it has no label."""
        if not callable(self.function):
            raise QueryError(f"an estimator is a function or an object, not {self.function!r}")
        try:
            signature(self.function).bind(None, None, at=None, ci_prob=0.95, seed=0)
        except TypeError as error:
            raise QueryError(
                f"the estimator {self.name!r} should be a function of (data, roles, *, at, "
                f"ci_prob, seed): {error}"
            ) from None
        module = str(getattr(self.function, "__module__", "")).partition(".")[0]
        object.__setattr__(self, "label", self.label or self.name)
        object.__setattr__(self, "library", self.library or module)

    @override
    def unit_effects(
        self, data: Any, roles: Roles, *, at: Any = None, ci_prob: float = 0.95, seed: int = 0
    ) -> UnitEffects:
        found = self.function(data, roles, at=at, ci_prob=ci_prob, seed=seed)
        if not isinstance(found, UnitEffects):
            raise QueryError(
                f"the estimator {self.name!r} returned {type(found).__name__}; it should return "
                "UnitEffects(mean=..., low=..., high=..., ate=...)"
            )
        if found.ci_prob != ci_prob and not np.isnan(found.low).all():
            raise QueryError(
                f"the estimator {self.name!r} returned intervals of probability {found.ci_prob:g}, "
                f"and {ci_prob:g} was asked for; make them, and say UnitEffects(ci_prob=ci_prob)"
            )
        return found


_MADE: dict[str, Callable[[], UnitEffectEstimator]] = {
    "zero": ZeroEffect,
    "constant": ConstantEffect,
    "ols": Interactions,
    "linear_dml": LinearDML,
    "causal_forest": CausalForest,
    "dr_learner": DoublyRobust,
    "s_learner": lambda: MetaLearnerEffects("s_learner"),
    "t_learner": lambda: MetaLearnerEffects("t_learner"),
    "x_learner": lambda: MetaLearnerEffects("x_learner"),
    "double_ml": InteractiveRegression,
    "bcf": StochtreeForest,
    "bartz": BartzForest,
}


def register(name: str, made: UnitEffectEstimator | Answers) -> UnitEffectEstimator:
    """Add an estimator of unit effects, so that it is found by its name.

    Parameters
    ----------
    name : str
        One that no other has.
    made : UnitEffectEstimator or callable
        A function is called as ``function(data, roles, at=..., ci_prob=..., seed=...)``.

    Returns
    -------
    UnitEffectEstimator

    Raises
    ------
    QueryError
        If the name is taken or is no name, or what is given is no estimator.

    Examples
    --------
    >>> def one(data, roles, *, at=None, ci_prob=0.95, seed=0):
    ...     return UnitEffects(mean=[1.0] * len(data["t"]), ate=1.0)
    >>> register("one", one).unit_effects({"t": [0, 1], "y": [0, 1]}, Roles("t", "y")).ate
    1.0
    >>> unregister("one")
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise QueryError(f"an estimator's name is a word such as 'my_forest', not {name!r}")
    if name in _MADE:
        raise QueryError(f"there is an estimator {name!r} already; choose another name")
    new = made if isinstance(made, UnitEffectEstimator) else FunctionEstimator(name, made)
    _MADE[name] = lambda: new
    return new


def unregister(name: str) -> None:
    """Take away an estimator that `register` added."""
    _MADE.pop(name, None)


def registered() -> tuple[str, ...]:
    """Return the names of all estimators of unit effects.

    Examples
    --------
    >>> registered()[:3]
    ('zero', 'constant', 'ols')
    """
    return tuple(_MADE)


def estimator(name: str | UnitEffectEstimator) -> UnitEffectEstimator:
    """Return the estimator of unit effects called `name`.

    Parameters
    ----------
    name : str or UnitEffectEstimator
        Of one that is here or was registered; or ``package.module:object`` for one that is
        neither, where the object is an estimator, a class of them, or a function.

    Returns
    -------
    UnitEffectEstimator

    Raises
    ------
    QueryError
        If there is none.

    Examples
    --------
    >>> estimator("causal_forest").label
    'causal forest'
    """
    if isinstance(name, UnitEffectEstimator):
        return name
    if not isinstance(name, str):
        raise QueryError(unknown(YOU_NAMED, shown(name), _MADE))
    if name in _MADE:
        return _MADE[name]()
    if ":" not in name:
        raise QueryError(unknown(YOU_NAMED, name, _MADE))
    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute)
        if isinstance(found, type):
            found = found()
    except Exception as error:  # a module of the user's, which raises whatever it likes
        reason = f"{type(error).__name__}: {error}"
        raise QueryError(f"there is no estimator at {name!r} ({reason})") from None
    if not isinstance(found, UnitEffectEstimator) and not callable(found):
        raise QueryError(f"what is at {name!r} is no estimator but {type(found).__name__}")
    if isinstance(found, UnitEffectEstimator):
        return found
    return FunctionEstimator(attribute, found)


def estimators(names: Iterable[str | UnitEffectEstimator]) -> tuple[UnitEffectEstimator, ...]:
    """Return several estimators, each once; a text is a list with commas."""
    given = [n.strip() for n in names.split(",")] if isinstance(names, str) else listed(names)
    if given is None:
        raise QueryError(f"estimators are several, not {shown(names)}")
    found = {e.name: e for e in map(estimator, given)}
    if not found:
        raise QueryError(f"name some estimators: {', '.join(_MADE)}")
    return tuple(found.values())
