"""What-if questions in PyMC, held against the truth: the public names, loaded when first used.

Importing this package loads neither PyMC nor JAX: a list of scenarios must not wait for them.

Examples
--------
>>> import ifonly
>>> ifonly.ATE is ifonly.inference.ATE
True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ifonly.inference import *  # noqa: F403
    from ifonly.scenarios import Scenario as Scenario
    from ifonly.scenarios import get as get
    from ifonly.scenarios import names as names
    from ifonly.scenarios.analyses.effects.analysis import effects as effects

    __version__: str

AREAS = ("inference", "models", "scenarios")
OF_SCENARIOS = ("Scenario", "get", "names")
OF_ANALYSES = ("effects",)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("ifonly")
    if name in AREAS:
        return import_module(f"ifonly.{name}")
    if name in OF_ANALYSES:
        return getattr(import_module(f"ifonly.scenarios.analyses.{name}.analysis"), name)
    if name in OF_SCENARIOS:
        return getattr(import_module("ifonly.scenarios"), name)
    if name == "__all__" or not name.startswith("_"):
        inference = import_module("ifonly.inference")
        if name == "__all__":
            return [*inference.__all__, *OF_SCENARIOS, *OF_ANALYSES]
        if name in inference.__all__:
            return getattr(inference, name)
    raise AttributeError(f"module 'ifonly' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__getattr__("__all__"), *AREAS, "__version__"]
