"""What is true and what is asked: models with their truth, roles and queries."""

if not __name__.startswith("ifonly."):
    raise ImportError(f"import ifonly.scenarios, not {__name__}: it would be a second copy")

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scenario import Scenario, Section

__all__ = ["TITLES", "VARIANTS", "Scenario", "Section", "get", "names"]

# One line a scenario: its module here, and its title. PyMC is not imported to show them.
TITLES = {
    "linear_walkthrough": "The do-operator, step by step, in one linear model",
    "heterogeneous_exposure": "For whom an exposure works, and whom to expose",
    "ab_test": "An A/B test from its plan to its verdict, beside the truth",
    "experiment": "What a treatment does when a confounder is hidden",
    "recommendation_funnel": "What a better recommendation does, on average and row by row",
    "logged_bandit": "What another policy would have been worth, and what arms trade off",
    "spillovers": "What a treatment does when it spills over to neighbours",
    "switchback": "What a switchback finds of an effect that carries over",
    "ramp_up": "A ramp-up whose pooled effect has the wrong sign",
    "sandbox": "Real tables whose overlap, effect and hidden confounding are turned",
}

# Likewise those of them that have variants.
VARIANTS = {
    "experiment": (
        "gate", "heterogeneous", "collider_hurts", "outcome_missing", "placebo", "randomised"
    ),
    "sandbox": tuple(f"{t}_{k}" for t in ("births", "nhefs", "star") for k in (1, 2, 3)),
}  # fmt: skip


def names() -> tuple[str, ...]:
    """Return the names of all scenarios.

    Examples
    --------
    >>> "linear_walkthrough" in names()
    True
    """
    return tuple(TITLES)


def get(name: str) -> "Scenario":
    """Return the scenario called `name`.

    Raises
    ------
    QueryError
        If there is none.

    Examples
    --------
    >>> get("linear_walkthrough").name
    'linear_walkthrough'
    """
    if name not in TITLES:
        from ifonly.inference.errors import QueryError, unknown

        raise QueryError(unknown("you named the scenario", name, TITLES))
    scenario: Scenario = import_module(f"{__name__}.{name}").scenario
    return scenario


def __getattr__(name: str) -> object:
    # Only these two load PyMC, and a list of names must not wait for that.
    if name in ("Scenario", "Section"):
        return getattr(import_module(f"{__name__}.scenario"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
